import FileReading
import Foundation
import TextForms
import ToolOptions

/// Arrays of Slurm. A job is known by a file beside the parts, so that whoever runs the plan next follows it on.
///
/// Slurm is asked for little: progress is told by the parts, and the end of an array by a job that depends on it and leaves
/// a mark. Only where that takes long is the queue looked at.
struct SlurmEngine: ClusterEngine {
    let task: WorkerTask

    func resume() throws -> (any ClusterJob)? {
        guard let record = SlurmRecord.read(task.file(SlurmRecord.fileName)) else { return nil }
        let job = SlurmJob(task, record, isNew: false)
        // One that a worker has refused is none to wait for either.
        if (try? job.hasEnded()) == false, job.isQueued() { return job }
        job.finish()
        return nil
    }

    func start(_ shards: [Int]) throws -> any ClusterJob {
        try Folders.make(task.file("logs"))
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        let files = SlurmFiles(task, mark)
        let tasks = min(shards.count, maximumArray())
        let script = SlurmScript(task, files, tasks: tasks)
        try write(shards.map { "\($0)\n" }.joined(), to: files.list)
        try write(script.text, to: files.script)
        do {
            let job = try submit(script.array(tasks) + [files.script])
            // Without it the queue is asked: slower, but no less sure.
            let end = try? submit(script.end(of: job))
            let record = SlurmRecord(job: job, end: end, mark: mark)
            try write(record.text, to: task.file(SlurmRecord.fileName))
            return SlurmJob(task, record, isNew: true, shards: shards.count, tasks: tasks)
        } catch {
            files.remove()
            throw error
        }
    }

    private func write(_ text: String, to path: String) throws {
        try AtomicFile.write(Array(text.utf8), to: path, isResult: false)
    }

    private func submit(_ arguments: [String]) throws -> SlurmID {
        let answer: SlurmTools.Answer
        do { answer = try SlurmTools(task).call("sbatch", arguments) } catch is SlurmTools.NotThere {
            throw FileError(
                file: task.plan, message: "cluster.engine is slurm, but there is no sbatch here",
                wayOut: "run it where Slurm's jobs are submitted, or load Slurm's module")
        }
        guard answer.status == 0, let id = SlurmID(answer.output) else {
            throw FileError(
                file: task.plan, message: "sbatch refuses the job: \(answer.trouble)",
                wayOut:
                    "check partition, time, memory, cpus and options of cluster:, and Slurm by sinfo")
        }
        return id
    }

    /// As many tasks as an array may have: Slurm's own default where it does not say.
    private func maximumArray() -> Int {
        let answer = try? SlurmTools(task).call("scontrol", ["show", "config"])
        let line = answer?.output.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
        let number = line?.split(separator: "=").last.flatMap { Int($0.filter { !$0.isWhitespace }) }
        return max(1, min(number ?? 1001, ShardBounds.range.upperBound))
    }
}
