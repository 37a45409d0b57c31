import Foundation
import Synchronization

/// Runs CPU-bound work on a fixed number of threads of its own.
///
/// Results come back in the order of their indices, whatever the number of workers, so that nothing downstream depends
/// on thread timing.
public enum WorkerPool {
    /// All cores this process may use.
    public static var defaultJobs: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// Calls `body(&state, index)` once for each index in `0..<count`, on up to `jobs` threads.
    ///
    /// - Parameters:
    ///   - makeState: makes the state that one worker keeps for all its calls (buffers, a compiled network).
    ///   - stackSize: bytes of stack for each thread.
    ///   - isCancelled: asked before each call; when true, no further call starts and `CancellationError` is thrown.
    ///   - progress: called with the number of finished calls, from any worker.
    /// - Returns: the results, in the order of the indices.
    /// - Throws: the error of the lowest index among those that failed.
    public static func map<State, Result: Sendable>(
        count: Int, jobs: Int, stackSize: Int = 8 << 20,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int) -> Void = { _ in },
        makeState: @Sendable @escaping () throws -> State,
        _ body: @Sendable @escaping (inout State, Int) throws -> Result
    ) throws -> [Result] {
        guard count > 0 else { return [] }
        let next = Atomic<Int>(0)
        let finished = Atomic<Int>(0)
        let failed = Atomic<Bool>(false)
        let slots = ResultSlots<Result>(count: count)
        let shared = Shared(next: next, finished: finished, failed: failed)
        let threads = try WorkerThreads(min(jobs, count), stackSize: stackSize) {
            var state: State
            do {
                state = try makeState()
            } catch {
                slots.fail(index: -1, error)
                shared.failed.store(true, ordering: .relaxed)
                return
            }
            while !shared.failed.load(ordering: .relaxed) {
                let index = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                if isCancelled() {
                    slots.fail(index: index, CancellationError())
                    shared.failed.store(true, ordering: .relaxed)
                    return
                }
                do {
                    slots.store(try body(&state, index), at: index)
                    progress(shared.finished.wrappingAdd(1, ordering: .relaxed).newValue)
                } catch {
                    slots.fail(index: index, error)
                    shared.failed.store(true, ordering: .relaxed)
                }
            }
        }
        threads.join()
        return try slots.take()
    }

    /// Calls `body(&state, index)` once for each index in `0..<count`, on up to `jobs` threads, and returns the workers'
    /// states: for work whose results are sums, or few.
    ///
    /// Which index meets which state depends on timing: what is made of the states must not.
    ///
    /// - Throws: the error of the lowest index among those that failed.
    public static func fold<State: Sendable>(
        count: Int, jobs: Int, chunk: Int = 64, isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int) -> Void = { _ in },
        makeState: @Sendable @escaping () -> State, _ body: @Sendable @escaping (inout State, Int) throws -> Void
    ) throws -> [State] {
        let next = Atomic<Int>(0)
        let finished = Atomic<Int>(0)
        let counters = Shared(next: next, finished: finished, failed: Atomic<Bool>(false))
        let workers = max(1, min(jobs, (count + chunk - 1) / chunk))
        return try map(
            count: workers, jobs: workers, makeState: { () },
            { _, _ in
                var state = makeState()
                while true {
                    let first = counters.next.wrappingAdd(chunk, ordering: .relaxed).oldValue
                    guard first < count else { return state }
                    if isCancelled() { throw CancellationError() }
                    let end = min(count, first + chunk)
                    for index in first..<end { try body(&state, index) }
                    progress(counters.finished.wrappingAdd(end - first, ordering: .relaxed).newValue)
                }
            })
    }

    /// The counters of one call, on the heap so that threads may share them.
    private final class Shared: Sendable {
        let next: Atomic<Int>
        let finished: Atomic<Int>
        let failed: Atomic<Bool>

        init(next: consuming Atomic<Int>, finished: consuming Atomic<Int>, failed: consuming Atomic<Bool>) {
            self.next = next
            self.finished = finished
            self.failed = failed
        }
    }

    /// One place a result, written once by whichever worker took the index.
    private final class ResultSlots<Result: Sendable>: Sendable {
        private struct Contents {
            var results: [Result?]
            var failure: (index: Int, error: any Error)?
        }
        private let contents: Mutex<Contents>

        init(count: Int) { contents = Mutex(Contents(results: Array(repeating: nil, count: count))) }

        func store(_ result: Result, at index: Int) {
            contents.withLock { $0.results[index] = result }
        }

        func fail(index: Int, _ error: any Error) {
            contents.withLock { held in
                if let failure = held.failure, failure.index <= index { return }
                held.failure = (index, error)
            }
        }

        func take() throws -> [Result] {
            try contents.withLock { held in
                if let failure = held.failure { throw failure.error }
                return held.results.compactMap { $0 }
            }
        }
    }
}
