import ArgumentParser
import AuditPlan
import CommandLineSupport

/// The executable `assay-toxic`.
public enum ToxicTool: ToolEntry {
    public static let name = "assay-toxic"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayToxic.self, arguments: arguments) }
}

struct AssayToxic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-toxic", abstract: "Rank images by loss and by gradient, the most harmful first.",
        discussion:
            "Exit status: 0 ranked, 1 some images have no finite loss, or a suspicion is of --fail-on-suspicions or more, 2 wrong usage or environment.",
        version: Tool.version, subcommands: [Rank.self, Evaluate.self, Model.self], defaultSubcommand: Rank.self)
}
