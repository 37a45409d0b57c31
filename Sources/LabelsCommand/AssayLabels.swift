import ArgumentParser
import AuditPlan
import CommandLineSupport
import Findings
import LabelRules
import TextForms
import ToolOptions

/// The executable `assay-labels`.
public enum LabelsTool: ToolEntry {
    public static let name = "assay-labels"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayLabels.self, arguments: arguments) }
}

struct AssayLabels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-labels", abstract: "Find what is wrong with labels and images before training does.",
        discussion: "Exit status: 0 clean, 1 findings, 2 wrong usage or environment.", version: Tool.version,
        subcommands: [Check.self, Card.self, Verdicts.self, Explain.self, Undo.self], defaultSubcommand: Check.self)
}

struct Card: PlanCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a dataset consists of: counts by split and class, sizes, shapes, places.")

    static let stage = StageName.labels
    static let keys: Set<String>? = ["splits", "image_size"]

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @OptionGroup var parts: PartsOption
    @OptionGroup var image: ImageSizeOption
    @OptionGroup var plain: PlainOptions

    func run() throws {
        plain.idle.say(plain.common)
        let input = try AuditInput.open(input, saying: plain.common)
        try merged(with: input).show(input)
    }

    private func show(_ input: AuditInput) throws {
        let session = plain.common.session()
        let dataset = try session.dataset(input)
        var options = try LabelOptions.parse(["--images", ImageReading.header.rawValue])
        options.parts = parts
        options.image = image
        let result = try LabelCheck.run(
            dataset, settings: try options.settings(dataset, cachePath: nil), jobs: session.jobs,
            isCancelled: session.isCancelled)
        let card = ProfileCard(result.profile, dataset: dataset, trainingSize: image.pixels)
        plain.show(card.json, .card) { TerminalText(written: card.text) }
    }
}

struct Verdicts: PlanCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a trainer makes of each image and label row, as JSON lines.")

    enum Form: String, SettingWord {
        case jsonl, json
        case jsonV2 = "json-v2"
    }

    static let stage = StageName.labels
    static let keys: Set<String>? = ["splits", "trainer"]

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @Option("A line an image, or one array.")
    var format = Form.jsonl

    @OptionGroup var reader: TrainerOption
    @OptionGroup var workingFolder: WorkingFolderOption
    @OptionGroup var parts: PartsOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let input = try AuditInput.open(input, saying: common)
        try merged(with: input).show(input)
    }

    private func show(_ input: AuditInput) throws {
        let session = common.session()
        let dataset = try session.dataset(
            session.path(of: input), readBy: reader.trainer,
            startedIn: try workingFolder.place() ?? .current)
        let lines = try SampleVerdict.lines(
            dataset, splits: try parts.names(in: dataset), trainer: reader.trainer, jobs: session.jobs,
            isCancelled: session.isCancelled)
        switch format {
        case .jsonl: Tool.output(written: lines.map { $0 + "\n" }.joined())
        case .json, .jsonV2:
            let array = "[" + lines.map { "\n  " + $0 }.joined(separator: ",") + "\n]\n"
            Tool.output(json: array, .verdicts, hasEnvelope: format == .jsonV2)
        }
    }
}

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What a rule looks for, why it matters, and what to do.")

    @Argument(help: "The code of a rule, for example B003.")
    var code: String?

    @Flag(help: "Every rule, as docs/rules.md.")
    var all = false

    @OptionGroup var plain: PlainOptions

    func run() throws {
        plain.idle.say(plain.common)
        if all {
            guard code == nil else { throw ValidationError("give a code or --all, not both") }
            return plain.show(RuleRegistry.json(RuleRegistry.documentation), .rules) {
                TerminalText(written: RuleRegistry.page)
            }
        }
        guard let code else { throw ValidationError("name a rule, for example B003, or --all") }
        guard let rule = RuleRegistry.documentation(of: code) else {
            let known = RuleRegistry.documentation.map(\.code).joined(separator: " ")
            throw ValidationError("there is no rule \(code); the codes are \(known)")
        }
        plain.show(RuleRegistry.json([rule]), .rules) { TerminalText(written: rule.page) }
    }
}

struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take back the last --fix of a dataset.")

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @OptionGroup var plain: PlainOptions

    func run() throws {
        plain.idle.say(plain.common)
        let dataset = try plain.common.session().dataset(try AuditInput.open(input, saying: plain.common))
        let outcome = try LabelBackup.undo(dataset)
        plain.show(outcome.json, .undo) {
            "\(Counted.text(outcome.restored.count, "file")) restored\n"
                + outcome.changed.map { "changed since, left alone: \($0)\n" as TerminalText }.joined()
        }
        if !outcome.changed.isEmpty { throw ExitStatus.findings }
    }
}
