import AuditPlan
import AvailableBackends
import BuildFacts
import ToolOptions

extension Tool {
    /// `assay check` is `assay-labels check`.
    public static let checkWord = "check"

    /// What `--version` prints: `assay 0.2.0 (commit 1a2b3c4d5e6f; onednn 3.7.3 on cpu, reference on cpu)`.
    public static let version: String = {
        let commit = BuildFacts.commit.map { "commit \($0); " } ?? ""
        let backends = Backends.all.map { backend in
            let name = [backend.name, backend.libraryVersion].compactMap(\.self).joined(separator: " ")
            return "\(name) on \(backend.device.rawValue)"
        }
        return "assay \(assayVersion) (\(commit)\(backends.joined(separator: ", ")))"
    }()
}

extension StageName {
    /// The first words by which `assay` starts another tool, with what those do; none of the other tools'.
    static func words(of tool: String) -> [(text: String, help: String)] {
        guard tool == "assay" else { return [] }
        return [(Tool.checkWord, "Check a dataset: the same as \(labels.executable) check.")]
            + allCases.map { ($0.rawValue, "The same as \($0.executable).") }
    }
}
