import FileReading
import Foundation
import TextForms
import ToolOptions

/// An Indexed Job of Kubernetes, which a person or a pipeline starts: the manifest is written, and the run ends; run again when
/// the job has, it goes on.
struct KubernetesEngine: ClusterEngine {
    let task: WorkerTask

    /// As many as Kubernetes takes in one job that counts tries by index.
    private static let mostCompletions = 100_000

    /// Kubernetes knows its jobs; a run has nothing to follow.
    func resume() -> (any ClusterJob)? { nil }

    func start(_ shards: [Int]) throws -> any ClusterJob {
        let folder = Paths.directory(of: task.plan)
        guard task.options.volumes.paths.contains(where: { Self.holds($0.path, folder) }) else {
            throw FileError(
                file: task.plan, message: "its folder lies in none of cluster.volumes",
                wayOut:
                    "mount the volume with plan and dataset under the path that it has here, as in: volumes: {claim: \(folder)}"
            )
        }
        let shards = Array(shards.prefix(Self.mostCompletions))
        let path = Paths.directory(of: Paths.directory(of: task.folder)) + "/\(task.stage.rawValue).job.json"
        let command = try self.command(shards)
        try AtomicFile.write(
            Array(KubernetesJob(task: task, completions: shards.count, command: command).text.utf8), to: path,
            isResult: false)
        throw FileError(
            file: task.plan,
            message:
                "\(task.stage.rawValue): \(Counted.text(shards.count, "shard")) \(shards.count == 1 ? "waits" : "wait") for "
                + "a job of Kubernetes",
            wayOut: "start it: kubectl create -f \(ShellWord.quoted(path)); run again when it has ended")
    }

    /// Whether a path is a folder or lies below it.
    private static func holds(_ folder: String, _ path: String) -> Bool {
        path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// The worker's command: Kubernetes tells it its index. Where some parts are there already, that is a line of a list.
    private func command(_ shards: [Int]) throws -> [String] {
        guard shards.count < task.shards else { return task.arguments }
        let text = shards.map { "\($0)\n" }.joined()
        // A name for each list: a job that was made from another one goes on with its own.
        let list = task.file("\(ContentDigest.of(text).hex.prefix(16)).list")
        try Folders.make(task.file(""))
        try AtomicFile.write(Array(text.utf8), to: list, isResult: false)
        let work = task.arguments.map(ShellWord.quoted).joined(separator: " ")
        let shard = "$(sed -n \"$((JOB_COMPLETION_INDEX + 1))p\" \(ShellWord.quoted(list)))"
        return ["/bin/sh", "-c", "exec \(work) --shard \"\(shard)/\(task.shards)\""]
    }
}
