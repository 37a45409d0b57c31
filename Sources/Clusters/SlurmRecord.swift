import FileReading
import Foundation

/// What is kept of a job that was submitted.
package struct SlurmRecord: Equatable {
    /// The array.
    package let job: SlurmID
    /// The job that leaves a mark when the array has ended; nil where it could not be submitted.
    package let end: SlurmID?
    /// What the names of the job's files begin with.
    package let mark: String

    static let fileName = "job"

    package var text: String { "job \(job.text)\nend \(end?.text ?? "none")\nmark \(mark)\n" }

    /// - Returns: nil where the text is none of a record: the job is then not known any more.
    package init?(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        guard lines.count == 3, lines.allSatisfy({ $0.count == 2 }), lines.map({ $0[0] }) == ["job", "end", "mark"],
            let job = SlurmID(String(lines[0][1])), lines[2][1].allSatisfy({ $0.isASCII && $0.isHexDigit })
        else { return nil }
        self.init(job: job, end: SlurmID(String(lines[1][1])), mark: String(lines[2][1]))
    }

    init(job: SlurmID, end: SlurmID?, mark: String) { (self.job, self.end, self.mark) = (job, end, mark) }

    static func read(_ path: String) -> SlurmRecord? {
        guard FileIdentity(ofFile: path) != nil,
            let bytes = try? FileReading.bytes(ofFile: path, limit: 4096, canBeMadeAgain: true)
        else { return nil }
        return SlurmRecord(String(decoding: bytes, as: UTF8.self))
    }
}

/// A job's number, and its cluster where Slurm has several: `12`, `12;north`.
package struct SlurmID: Equatable {
    /// From 1.
    package let number: Int
    /// Where Slurm has several.
    package let cluster: String?

    /// - Returns: nil where the text is not what `sbatch --parsable` prints.
    package init?(_ text: String) {
        let parts = text.split(whereSeparator: \.isNewline).last?.split(separator: ";") ?? []
        guard (1...2).contains(parts.count), let number = Int(parts[0]),
            (1...1 << 32).contains(number)
        else { return nil }
        self.number = number
        cluster = parts.count == 2 ? String(parts[1]) : nil
        let isPlain = cluster?.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) } ?? true
        guard isPlain else { return nil }
    }

    package var text: String { cluster.map { "\(number);\($0)" } ?? String(number) }

    /// The option by which Slurm's tools find it.
    var place: [String] { cluster.map { ["--clusters=\($0)"] } ?? [] }
}

/// The files of one submission.
struct SlurmFiles {
    let list: String
    let script: String
    /// There when the array has ended.
    let ended: String
    /// There when a worker has said that another try is in vain: what it said.
    let refused: String
    /// A log a task.
    let logs: String
    let mark: String

    init(_ task: WorkerTask, _ mark: String) {
        list = task.file("\(mark).list")
        script = task.file("\(mark).sh")
        ended = task.file("\(mark).ended")
        refused = task.file("\(mark).refused")
        logs = task.file("logs")
        self.mark = mark
    }

    /// Removes all that nobody needs any more: logs stay that say something.
    func remove() {
        for file in [list, script, ended, refused] { unlink(file) }
        for log in ownLogs where FileIdentity(ofFile: log)?.size == 0 { unlink(log) }
    }

    /// The logs of this submission's tasks.
    var ownLogs: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? []
        return names.filter { $0.hasPrefix(mark + "-") }.sorted().map { logs + "/" + $0 }
    }
}
