import Foundation

/// Threads with a body each, as many as the machine gives.
///
/// Foundation's `Thread` says nothing where a thread cannot be started, and whoever waits for it waits for ever.
public struct WorkerThreads: ~Copyable {
    private var threads: [pthread_t] = []

    /// How many were started.
    public var count: Int { threads.count }

    /// Starts up to `count` threads; fewer where the machine gives no more.
    ///
    /// - Parameter stackSize: bytes of stack for each.
    /// - Throws: `FileError` where not one can be started.
    public init(_ count: Int, stackSize: Int, _ body: @escaping @Sendable () -> Void) throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        var code: Int32 = 0
        for _ in 0..<max(1, count) {
            let box = Unmanaged.passRetained(Body(body))
            var thread = pthread_t()
            code = pthread_create(
                &thread, &attributes,
                { context in
                    if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque())
            guard code == 0 else {
                box.release()
                break
            }
            threads.append(thread)
        }
        guard !threads.isEmpty else {
            throw FileError(
                file: "--jobs", message: "not one thread can be started: \(String(cString: strerror(code)))",
                wayOut: "raise the limits on processes and memory: ulimit -u, ulimit -v")
        }
    }

    /// Waits until all have ended.
    public consuming func join() {
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Lets them end by themselves.
    public consuming func detach() {
        for thread in threads { pthread_detach(thread) }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
