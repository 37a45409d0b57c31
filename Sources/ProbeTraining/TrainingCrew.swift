import FileReading
import Foundation
import Synchronization

/// Threads that keep their state between calls: compiled networks belong to the thread that made them.
final class TrainingCrew<State>: Sendable {
    private struct Contents {
        var count = 0
        var next = 0
        var running = 0
        var generation = 0
        var isOver = false
        var body: (@Sendable (State, Int) throws -> Void)?
        var failure: (index: Int, error: any Error)?
    }
    /// Guarded by `condition`.
    private final class Board: @unchecked Sendable {
        let condition = NSCondition()
        var contents = Contents()
    }
    private let board = Board()
    private let jobs: Int

    /// - Parameter makeState: makes the state of one thread, on it; its errors come out of the first `run`.
    /// - Throws: `FileError` where not one thread can be started.
    init(jobs: Int, makeState: @Sendable @escaping () throws -> State) throws {
        let board = board
        let threads = try WorkerThreads(jobs, stackSize: 8 << 20) { Self.work(board, makeState) }
        self.jobs = threads.count
        threads.detach()
    }

    deinit {
        board.condition.lock()
        board.contents.isOver = true
        board.condition.broadcast()
        board.condition.unlock()
    }

    /// Calls `body` once for each index; which thread takes which index is not determined.
    ///
    /// - Throws: the error of the lowest index among those that failed.
    func run(_ count: Int, _ body: @Sendable @escaping (State, Int) throws -> Void) throws {
        board.condition.lock()
        defer { board.condition.unlock() }
        board.contents.count = count
        board.contents.next = 0
        board.contents.running = jobs
        board.contents.body = body
        board.contents.failure = nil
        board.contents.generation += 1
        board.condition.broadcast()
        while board.contents.running > 0 { board.condition.wait() }
        board.contents.body = nil
        if let failure = board.contents.failure { throw failure.error }
    }

    private static func work(_ board: Board, _ makeState: @Sendable () throws -> State) {
        let made = Result { try makeState() }
        var seen = 0
        board.condition.lock()
        defer { board.condition.unlock() }
        while true {
            while board.contents.generation == seen && !board.contents.isOver { board.condition.wait() }
            if board.contents.isOver { return }
            seen = board.contents.generation
            while board.contents.next < board.contents.count, board.contents.failure == nil,
                let body = board.contents.body
            {
                let index = board.contents.next
                board.contents.next += 1
                board.condition.unlock()
                let outcome = Result { try body(try made.get(), index) }
                board.condition.lock()
                if case .failure(let error) = outcome, board.contents.failure.map({ index < $0.index }) ?? true {
                    board.contents.failure = (index, error)
                }
            }
            board.contents.running -= 1
            board.condition.broadcast()
        }
    }
}
