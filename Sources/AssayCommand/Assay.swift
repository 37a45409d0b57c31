import ArgumentParser
import AuditPlan
import CommandLineSupport
import ToolOptions

/// The executable `assay`.
public enum AssayTool: ToolEntry {
    public static let name = "assay"

    public static func start(_ arguments: [String]) -> Never {
        // `assay labels …` starts `assay-labels …`, as git does.
        if let first = arguments.first, let stage = StageName(rawValue: first) {
            Siblings.replaceProcess(by: stage.executable, arguments: Array(arguments.dropFirst()))
        }
        Tool.main(Assay.self, arguments: arguments)
    }
}

struct Assay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay", abstract: "Audit a YOLO dataset before anyone spends GPU hours on it.",
        discussion: """
            assay labels, anchors, probe, toxic, curves and report start the tools of those names.
            Exit status: 0 clean, 1 findings, 2 wrong usage or environment.
            """,
        version: assayVersion, subcommands: [Plan.self, Run.self, Diff.self, Convert.self])
}
