import FileReading
import Foundation
import TextForms
import ToolOptions

/// An array that was submitted, by this run or by an earlier one.
final class SlurmJob: ClusterJob {
    /// So often the queue is asked whether the job is still in it.
    private static let patience = Duration.seconds(30)

    let words: String
    private let task: WorkerTask
    private let record: SlurmRecord
    private let files: SlurmFiles
    private let tools: SlurmTools
    private var asked = ContinuousClock.now
    private var state: String?
    private var news: String?

    /// - Parameters:
    ///   - shards: how many it has, where that is known.
    ///   - tasks: how many tasks the array has, where that is known.
    init(_ task: WorkerTask, _ record: SlurmRecord, isNew: Bool, shards: Int? = nil, tasks: Int? = nil) {
        (self.task, self.record) = (task, record)
        files = SlurmFiles(task, record.mark)
        tools = SlurmTools(task)
        let name = "Slurm's job \(record.job.number)"
        if let shards, let tasks {
            let loops = tasks < shards ? " of \(Counted.text(tasks, "task"))" : ""
            words = "\(Counted.text(shards, "shard")) as \(name)\(loops)"
        } else {
            words = "\(name) is under way since an earlier run"
        }
    }

    var logs: String { files.logs }

    /// The record may have come with a folder from elsewhere: only jobs of this name are looked at and ended.
    private var named: String { "--name=\(SlurmScript.name(task, mark: record.mark))" }

    func hasEnded() throws -> Bool {
        if FileIdentity(ofFile: files.refused) != nil {
            let bytes = try? FileReading.bytes(ofFile: files.refused, limit: 1 << 20, canBeMadeAgain: true)
            let said = String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
            throw WorkerRefusal(reason: String((said.last ?? "a worker refuses").prefix(400)))
        }
        if FileIdentity(ofFile: files.ended) != nil { return true }
        guard ContinuousClock.now - asked > Self.patience else { return false }
        return !isQueued()
    }

    /// Asks the queue. Where it does not answer, the job may well be there.
    func isQueued() -> Bool {
        asked = ContinuousClock.now
        let question = record.job.place + [named, "--noheader", "--jobs=\(record.job.number)", "--format=%T %r"]
        guard let answer = try? tools.call("squeue", question) else { return true }
        guard answer.status == 0 else { return !answer.errors.contains("Invalid job id") }
        let lines = Set(answer.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
            .filter { !$0.isEmpty && !$0.hasPrefix("CLUSTER") }
        // What waits has its reason; nothing need be said of one of whose tasks some run.
        let isWaiting = !lines.isEmpty && lines.allSatisfy { $0.hasPrefix("PENDING") }
        let now = isWaiting ? lines.sorted().first : nil
        if let now, now != state { news = "Slurm's job \(record.job.number) waits: \(now.dropFirst("PENDING ".count))" }
        state = now
        return !lines.isEmpty
    }

    func takeNews() -> String? {
        defer { news = nil }
        return news
    }

    /// Of the task that wrote last.
    var lastWords: String? {
        let said = files.ownLogs.compactMap { log in
            FileIdentity(ofFile: log).flatMap { $0.size > 0 ? (log, $0.modifiedSeconds, $0.modifiedNanoseconds) : nil }
        }
        let last = said.max { ($0.1, $0.2) < ($1.1, $1.2) }
        return last.flatMap { ChildProcess.lastLine($0.0) }
    }

    func leave(isStopped: Bool) -> String? {
        let number = record.job.number
        guard isStopped else {
            return "Slurm's job \(number) goes on: run again to follow it; scancel \(number) ends it"
        }
        let ids = ([record.job] + [record.end].compactMap(\.self)).map { String($0.number) }
        let answer = try? tools.call("scancel", record.job.place + [named] + ids)
        guard let answer, answer.status == 0 else {
            return
                "Slurm's job \(number) could not be ended: \(answer?.trouble ?? "there is no scancel"); scancel \(number)"
        }
        forget()
        return nil
    }

    func finish() {
        if FileIdentity(ofFile: files.ended) == nil {
            // Tasks that wait have nothing to do; those that run end by themselves.
            _ = try? tools.call("scancel", record.job.place + [named, "--state=PENDING", String(record.job.number)])
            if let end = record.end { _ = try? tools.call("scancel", end.place + [named, String(end.number)]) }
        }
        forget()
    }

    private func forget() {
        let path = task.file(SlurmRecord.fileName)
        // Another run may have submitted a job of its own.
        if SlurmRecord.read(path) == record { unlink(path) }
        files.remove()
    }
}
