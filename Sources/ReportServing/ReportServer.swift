import AuditPlan
import FileReading
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves a plan's page to this machine alone, and writes decisions into the ledger as they are made.
///
/// Every address begins with a token that only the printed URL tells, so that no other page and no other user of the
/// machine can read or decide anything. Requests are read side by side, each within a deadline, and answered one at a
/// time: the ledger is written in the order of arrival. Of many connections, those that keep their request to themselves
/// make room for new ones.
public final class ReportServer {
    /// Where the page is.
    public let url: String

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let workers = NIOThreadPool(numberOfThreads: 1)
    private let listener: any Channel
    private var isStopped = false

    /// Listens from now on; answers from now on, too.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - seed: with which the page was made.
    ///   - seconds: how long a client may take to ask.
    ///   - most: connections that are open at once.
    /// - Throws: `FileError` where the port is taken, or there is no ledger.
    public init(plan: PlanFile, port: UInt16, seed: UInt64, patience seconds: Int = 10, most: Int = 64) throws {
        let responder = try ReportResponder(plan, seed: seed)
        let token = Self.makeToken()
        let connections = OpenConnections(most: most)
        let deadlines = RequestHandler.Deadlines(request: .seconds(Int64(seconds)))
        workers.start()
        do {
            listener = try ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 512)
                // Who ends one side of the connection after the question still gets the answer.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { [workers] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let admission = RequestGuard(token: token, port: channel.localAddress?.port ?? 0)
                        try ReportConnection(
                            admission: admission, connections: connections, deadlines: deadlines,
                            answering: { loop, method, name, body in
                                workers.runIfActive(eventLoop: loop) { responder.answer(method, name, body) }
                            }
                        ).add(to: channel)
                    }
                }
                .bind(host: "127.0.0.1", port: Int(port)).wait()
        } catch {
            try? group.syncShutdownGracefully()
            try? workers.syncShutdownGracefully()
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw FileError(
                file: "--port \(port)", message: "cannot be used: \(reason)",
                wayOut: "name another port, or 0 for any")
        }
        url = "http://127.0.0.1:\(listener.localAddress?.port ?? Int(port))/\(token)/"
    }

    deinit { stop() }

    /// Serves until asked to stop; what has been asked by then is still answered.
    public func run(isCancelled: () -> Bool) {
        while !isCancelled() { Thread.sleep(forTimeInterval: 0.1) }
        stop()
    }

    /// Takes no more connections, finishes what has been asked, and ends the threads.
    public func stop() {
        guard !isStopped else { return }
        isStopped = true
        try? listener.close().wait()
        try? workers.runIfActive(eventLoop: group.next()) {}.wait()
        try? workers.syncShutdownGracefully()
        try? group.syncShutdownGracefully()
    }

    /// 256 bits as hexadecimal digits.
    private static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
