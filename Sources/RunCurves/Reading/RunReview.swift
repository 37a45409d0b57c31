import FileReading
import Findings
import TextForms

/// Logs of one training or several, with what is wrong in each.
public struct RunReview: Sendable {
    /// In the order given, each with what was found.
    public let runs: [(run: TrainingRun, diagnoses: [Diagnosis])]

    /// - Parameters:
    ///   - paths: folders of runs, or files.
    ///   - data: the data.yaml of all of them; nil for the one that the settings of each name.
    ///   - audit: what an audit of the data knows.
    /// - Throws: `FileError` where a log cannot be read.
    public init(_ paths: [String], data: String? = nil, audit: AuditKnowledge = AuditKnowledge()) throws {
        var read = try paths.map { try RunReader.read($0, data: data) }
        for at in read.indices {
            // `exp` of two folders would be one name.
            guard read.filter({ $0.name == read[at].name }).count > 1 else { continue }
            let path = Paths.absolute(read[at].path)
            read[at].label = Paths.fileName(of: Paths.directory(of: path)) + "/" + Paths.fileName(of: path)
        }
        for at in read.indices { if let label = read[at].label { read[at].name = label } }
        runs = read.map { ($0, DiagnosisRegistry.diagnose($0, audit: audit)) }
    }

    /// Nil of one run.
    public var comparison: RunComparison? { runs.count > 1 ? RunComparison(runs.map(\.run)) : nil }

    /// For people.
    public func text(isColoured: Bool = false, drawsCurves: Bool = true) -> TerminalText {
        let text = RunText.text(runs, isColoured: isColoured, drawsCurves: drawsCurves)
        return comparison.map { text + RunText.text($0, runs.map(\.run)) } ?? text
    }

    /// For programs.
    public var json: String { RunJSON.text(runs, comparison) }

    /// As findings of the form that the label check has; files are below the paths of the runs.
    public var findings: [Finding] {
        runs.flatMap { run, diagnoses in
            diagnoses.map { $0.finding(in: run.isFolder ? run.path : Paths.directory(of: run.path)) }
        }
    }

    /// Whether a finding is of this severity or more.
    public func reaches(_ severity: Severity) -> Bool {
        runs.contains { $0.diagnoses.contains { $0.severity >= severity } }
    }
}
