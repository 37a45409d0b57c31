import FileReading
import Foundation
import Sharding
import TextForms
import ToolOptions

/// A shell command of the user's that starts a worker for each shard, or workers for all that are missing.
struct CommandEngine: ClusterEngine {
    let task: WorkerTask
    let command: WorkerCommand

    /// Commands go with the process that started them, or end by themselves: there is nothing to pick up.
    func resume() -> (any ClusterJob)? { nil }

    func start(_ shards: [Int]) throws -> any ClusterJob {
        try Folders.make(task.file(""))
        guard !command.isForEach else { return EachCommand(engine: self, shards: shards) }
        if command.words.contains(.file) {
            try AtomicFile.write(
                Array(shards.map { "\($0)\n" }.joined().utf8), to: list, isDurable: false, isResult: false)
        }
        return try WholeCommand(engine: self, shards: shards)
    }

    /// A file with the shards that are missing.
    private var list: String { task.file("missing") }

    /// The command for shards, as arguments.
    fileprivate func arguments(_ shards: [Int], worker: Int) -> [String] {
        let text = command.filled { word in
            switch word {
            case .work: task.arguments.map(ShellWord.quoted).joined(separator: " ")
            case .assay: ShellWord.quoted(task.program)
            case .plan: ShellWord.quoted(task.plan)
            case .stage: task.stage.rawValue
            case .index, .indices: shards.map { String($0) }.joined(separator: " ")
            case .file: ShellWord.quoted(list)
            case .shards: String(task.shards)
            case .cpus: String(task.options.cpus.value)
            case .workers: String(task.options.workersAtOnce)
            case .worker: String(worker)
            }
        }
        return ["/bin/sh", "-c", text]
    }

    /// What the shell says of a command that it cannot run, and a worker of what stays wrong.
    fileprivate static func isInVain(_ ending: ChildProcess.Ending, isForEach: Bool) -> Bool {
        guard case .exited(let status) = ending else { return false }
        return status == 126 || status == 127 || isForEach && status == 2
    }

    /// Asks processes to end, and does not wait for ever.
    fileprivate static func end(_ processes: [ChildProcess]) {
        var running = processes
        for process in running { process.signal(SIGTERM) }
        // A worker ends within an image.
        for _ in 0..<100 where !running.isEmpty {
            usleep(100_000)
            running = running.filter { $0.ending() == nil }
        }
        for process in running { process.signal(SIGKILL) }
        for process in running { while process.ending() == nil { usleep(10_000) } }
    }
}

/// A command for each shard, so many at once.
private final class EachCommand: ClusterJob {
    private let engine: CommandEngine
    private var waiting: ArraySlice<Int>
    private let count: Int
    /// By the number of the worker.
    private var running: [Int: (process: ChildProcess, shard: Int)] = [:]
    private(set) var lastWords: String?

    init(engine: CommandEngine, shards: [Int]) {
        self.engine = engine
        waiting = shards[...]
        count = shards.count
    }

    var words: String {
        let workers = min(count, engine.task.options.workersAtOnce)
        return "\(Counted.text(count, "shard")) by commands, \(Counted.number(workers)) at once"
    }

    var logs: String { engine.task.file("") }

    func hasEnded() throws -> Bool {
        for worker in 0..<min(count, engine.task.options.workersAtOnce) {
            if let (process, shard) = running[worker] {
                guard let ending = process.ending() else { continue }
                running[worker] = nil
                try note(ending, shard, log(worker))
            }
            guard let shard = waiting.popFirst() else { continue }
            running[worker] = (try ChildProcess(engine.arguments([shard], worker: worker), log: log(worker)), shard)
        }
        return running.isEmpty && waiting.isEmpty
    }

    private func log(_ worker: Int) -> String { engine.task.file("worker-\(worker).log") }

    private func note(_ ending: ChildProcess.Ending, _ shard: Int, _ log: String) throws {
        guard ending != .exited(0) else { return }
        let said = ChildProcess.lastLine(log).map { ": \($0)" } ?? ""
        let words = "the command for shard \(shard) \(ending.words)\(said)"
        lastWords = words
        if CommandEngine.isInVain(ending, isForEach: true) { throw WorkerRefusal(reason: words) }
    }

    func leave(isStopped: Bool) -> String? {
        CommandEngine.end(running.values.map(\.process))
        running = [:]
        return nil
    }

    /// What still runs works on parts that are there.
    func finish() { _ = leave(isStopped: true) }
}

/// One command for all shards that are missing: it starts the workers itself.
private final class WholeCommand: ClusterJob {
    private let process: ChildProcess
    private let log: String
    private let count: Int
    private var ending: ChildProcess.Ending?
    var logs: String { log }

    init(engine: CommandEngine, shards: [Int]) throws {
        log = engine.task.file("command.log")
        count = shards.count
        process = try ChildProcess(engine.arguments(shards, worker: 0), log: log)
    }

    var words: String { "\(Counted.text(count, "shard")) by one command" }

    func hasEnded() throws -> Bool {
        if ending == nil { ending = process.ending() }
        guard let ending else { return false }
        if CommandEngine.isInVain(ending, isForEach: false) {
            throw WorkerRefusal(reason: lastWords ?? "the command \(ending.words)")
        }
        return true
    }

    var lastWords: String? {
        guard let ending, ending != .exited(0) else { return nil }
        return "the command \(ending.words)\(ChildProcess.lastLine(log).map { ": \($0)" } ?? "")"
    }

    func leave(isStopped: Bool) -> String? {
        if ending == nil { CommandEngine.end([process]) }
        ending = .exited(0)
        return nil
    }

    /// A program that runs many workers has a moment to end by itself.
    func finish() {
        for _ in 0..<100 where ending == nil {
            ending = process.ending()
            if ending == nil { usleep(100_000) }
        }
        _ = leave(isStopped: true)
    }
}
