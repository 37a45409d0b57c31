import FileReading
import Sharding
import ToolOptions

/// What starts workers for shards.
protocol ClusterEngine {
    /// What an earlier run has started and is still at it; nil where there is nothing.
    func resume() throws -> (any ClusterJob)?

    /// Starts workers for shards, of which there is one at least.
    ///
    /// - Throws: `FileError` where they cannot be started.
    func start(_ shards: [Int]) throws -> any ClusterJob
}

/// Workers that were started. Whether they have done it, their parts say; a job only tells whether more may come.
protocol ClusterJob: AnyObject {
    /// What was started, to follow “labels: ”.
    var words: String { get }

    /// Whether no further part will come of it. Asked several times a second.
    ///
    /// - Throws: `WorkerRefusal` where another try would be in vain.
    func hasEnded() throws -> Bool

    /// What is to be said of it now, once; nil for nothing.
    func takeNews() -> String?

    /// What the last of its workers that failed has said; nil where none has said anything.
    var lastWords: String? { get }

    /// Where more of what workers said is.
    var logs: String { get }

    /// Called when the run is interrupted; nothing is asked afterwards.
    ///
    /// - Parameter isStopped: whether a person wants it to stop; otherwise only who follows it has to go.
    /// - Returns: what is left running, in a sentence; nil where nothing is.
    func leave(isStopped: Bool) -> String?

    /// Called when all parts are there, or the job has ended.
    func finish()
}

extension ClusterJob {
    func takeNews() -> String? { nil }
}

/// A worker ended in a way that another try does not change.
struct WorkerRefusal: Error {
    /// Which worker, and what it said, in one line.
    let reason: String
}

/// What workers have to be told.
struct WorkerTask {
    /// Absolute path of the plan.
    let plan: String
    let stage: StageName
    let shards: Int
    /// Where the parts are.
    let folder: String
    /// Executable of the workers.
    let program: String
    let options: ClusterOptions

    /// The worker's command, but for the shard.
    var arguments: [String] {
        [program, "work", plan, "--stage", stage.rawValue, "--jobs", String(options.cpus.value), "--quiet"]
    }

    /// A file of the engine's own, beside the parts.
    func file(_ name: String) -> String { "\(folder)/\(options.engine.rawValue)/\(name)" }
}
