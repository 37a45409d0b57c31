import FileReading
import TextForms

/// One of the shards that a stage's images are divided into.
public struct ShardIndex: Sendable, Hashable {
    /// From 0.
    public let index: Int
    /// How many there are.
    public let count: Int

    /// More shards than any engine's array has tasks.
    public static let most = 1_000_000

    /// - Returns: nil where there is no such shard.
    public init?(_ index: Int, of count: Int) {
        guard (1...Self.most).contains(count), (0..<count).contains(index) else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// The images that are this shard's, of so many: all shards together have each of them once, in order, and no two
    /// differ by more than one image.
    public func range(of images: Int) -> Range<Int> {
        let (least, more) = images.quotientAndRemainder(dividingBy: count)
        let start = index * least + min(index, more)
        return start..<start + least + (index < more ? 1 : 0)
    }

    /// The name of its part, without the folder.
    public var fileName: String { "\(index)-of-\(count).part" }
}

extension ShardIndex {
    /// What engines tell their tasks: the variable of the environment, and the engine for people.
    public static let variables: [(name: String, engine: String)] = [
        ("SLURM_ARRAY_TASK_ID", "a Slurm array"), ("JOB_COMPLETION_INDEX", "a Kubernetes Indexed Job"),
        ("AWS_BATCH_JOB_ARRAY_INDEX", "an AWS Batch array"),
    ]

    /// The shard that a command is to work on.
    ///
    /// - Parameters:
    ///   - text: `I` or `I/N`, from 0; nil where the engine says which.
    ///   - count: how many shards the manifest has.
    ///   - environment: of the process.
    /// - Throws: `FileError` where nothing says which, or where there is no such shard.
    public static func chosen(_ text: String?, of count: Int, environment: [String: String]) throws -> ShardIndex {
        var (place, given) = ("--shard", text)
        if text == nil, let variable = variables.first(where: { environment[$0.name] != nil }) {
            (place, given) = (variable.name, environment[variable.name])
        }
        guard let given else {
            let names = variables.map { "\($0.name) of \($0.engine)" }.joined(separator: ", ")
            throw FileError(
                file: "--shard", message: "is missing, and no engine says which shard this task has to work on",
                wayOut: "give --shard I/\(count) with I from 0 to \(count - 1), or set one of \(names)")
        }
        let parts = given.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let index = Int(parts[0]), parts.count == 1 || Int(parts[1]) != nil else {
            throw FileError(
                file: place, message: "is “\(given)”, which names no shard",
                wayOut: "write I or I/\(count) with I from 0 to \(count - 1)")
        }
        if parts.count == 2, let written = Int(parts[1]), written != count {
            throw FileError(
                file: place, message: "is “\(given)”, but the manifest has \(Counted.text(count, "shard"))",
                wayOut: "run assay shard with --shards \(written), or work on the shards that it has")
        }
        guard let shard = ShardIndex(index, of: count) else {
            throw FileError(
                file: place, message: "is \(index), but the manifest has \(Counted.text(count, "shard"))",
                wayOut: "number the tasks from 0 to \(count - 1)")
        }
        return shard
    }
}
