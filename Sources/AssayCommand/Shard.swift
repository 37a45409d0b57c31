import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

extension ShardedStageName {
    var stage: any ShardedStage.Type {
        switch self {
        case .labels: LabelsStage.self
        case .toxic: ToxicStage.self
        }
    }
}

/// A shard as a person writes it: `I` or `I/N`. Whether there is one, the manifest knows.
struct ShardPlace: SettingValue {
    let text: String

    static var form: SettingForm { .text("a shard such as 3 or 3/64") }

    init(setting text: String) throws { self.text = text }

    var description: String { text }
}

struct Shard: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List a plan's images once, and divide them into shards for several machines.",
        discussion: """
            Then assay work makes the part of a shard, on any machine that sees the same files under the same paths, and \
            assay merge makes of all parts what one machine makes: byte for byte. docs/scale.md tells it in full.
            """)

    @OptionGroup var input: PlanArgument

    @Option("How many shards a stage's images are divided into.", otherwise: "the plan's cluster.shards, or 16")
    var shards: Whole<ShardBounds>?

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let path = try input.path(saying: common)
        let session = common.session()
        let plan = try PlanFile.load(path)
        let cluster = try plan.settings.cluster()
        let manifest = try PlanShards.makeManifest(
            plan, shards: shards?.value ?? (cluster == nil ? 16 : cluster?.shards.count),
            automatic: { cluster?.automaticShards(images: $0) ?? 16 }, session)
        let images = try ShardedStageName.allCases.compactMap { choice in
            try PlanShards.images(choice.stage, plan, session).map { (choice.stage.name, $0) }
        }
        guard format == .text else {
            var json = JSONWriter()
            json.object(.lines) { json in
                json.member("manifest", PlanShards.manifestPath(plan))
                json.member("digest", manifest.digest.hex)
                json.member("shards", manifest.shards)
                json.object("images") { json in for (stage, count) in images { json.member(stage.rawValue, count) } }
            }
            json.endLine()
            return Tool.output(json: json.text, .shards, hasEnvelope: format == .jsonV2)
        }
        var text: TerminalText = ""
        for (stage, count) in images {
            text += """
                \(stage.rawValue): \(Counted.text(count, "image")) in \(Counted.text(manifest.shards, "shard")); on any machine, for I from 0 \
                to \(Counted.number(manifest.shards - 1)):
                  assay work \(ShellWord.quoted(path)) --stage \(stage.rawValue) --shard I/\(manifest.shards)
                then: assay merge \(ShellWord.quoted(path)) --stage \(stage.rawValue)

                """
        }
        Tool.output(text)
    }
}
