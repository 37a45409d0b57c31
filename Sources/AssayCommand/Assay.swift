import ArgumentParser
import AuditPlan
import CommandHelp
import CommandLineSupport
import ToolOptions

/// The executable `assay`.
public enum AssayTool: ToolEntry {
    public static let name = "assay"

    public static func start(_ arguments: [String]) -> Never {
        // `assay labels …` starts `assay-labels …`, as git does; a shell that completes one asks the other, too.
        let question = arguments.first == Completion.question ? [Completion.question] : []
        let words = arguments.dropFirst(question.count)
        // The last word of a question is the one that is being written.
        if let first = words.first, question.isEmpty || words.count > 1 {
            let rest = Array(words.dropFirst())
            if let stage = StageName(rawValue: first) {
                Siblings.replaceProcess(by: stage.executable, arguments: question + rest)
            }
            if first == Tool.checkWord {
                Siblings.replaceProcess(by: StageName.labels.executable, arguments: question + [first] + rest)
            }
        }
        Tool.main(Assay.self, arguments: arguments)
    }
}

struct Assay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay", abstract: "Audit a YOLO dataset before anyone spends GPU hours on it.",
        discussion: """
            assay audit is everything at once, assay check the check of labels alone: the same as assay-labels check. assay \
            labels, anchors, probe, toxic, curves and report start the tools of those names.
            Exit status: 0 clean, 1 findings, 2 wrong usage or environment; of assay work also 75, try again.
            """,
        version: Tool.version,
        subcommands: [
            Audit.self, Plan.self, Run.self, Status.self, Open.self, Diff.self, Convert.self, Shard.self, Work.self,
            Merge.self, Completions.self, Manual.self,
        ])
}
