import FileReading
import Foundation

/// Slurm's programs.
struct SlurmTools {
    /// What a program said.
    struct Answer {
        let status: Int32
        let output: String
        let errors: String

        /// The errors in one line, without the program's own name.
        var trouble: String {
            let lines = errors.split(separator: "\n").map { line in
                ["sbatch: error: ", "sbatch: ", "scancel: error: ", "squeue: error: ", "slurm_load_jobs error: "]
                    .first { line.hasPrefix($0) }.map { String(line.dropFirst($0.count)) } ?? String(line)
            }
            return lines.isEmpty ? "it ends with status \(status)" : String(lines.joined(separator: "; ").prefix(400))
        }
    }

    /// There is no such program.
    struct NotThere: Error {}

    private let folder: String

    init(_ task: WorkerTask) { folder = task.file("") }

    /// Runs one to its end.
    ///
    /// - Throws: `NotThere`.
    func call(_ name: String, _ arguments: [String]) throws -> Answer {
        try Folders.make(folder)
        let output = folder + "\(name).\(getpid()).out"
        let errors = output + "-errors"
        defer {
            unlink(output)
            unlink(errors)
        }
        let process: ChildProcess
        do { process = try ChildProcess([name] + arguments, log: output, errors: errors) } catch { throw NotThere() }
        var ending = process.ending()
        while ending == nil {
            usleep(10_000)
            ending = process.ending()
        }
        func text(_ path: String) -> String {
            let bytes = try? FileReading.bytes(ofFile: path, limit: 16 << 20, canBeMadeAgain: true)
            return String(decoding: bytes ?? [], as: UTF8.self)
        }
        var status: Int32 = 1
        if case .exited(let own) = ending { status = own }
        return Answer(status: status, output: text(output), errors: text(errors))
    }
}
