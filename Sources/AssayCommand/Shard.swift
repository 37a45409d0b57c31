import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

/// The stages that several machines can divide among them.
enum ShardedStages {
    static var all: [any ShardedStage.Type] { [LabelsStage.self, ToxicStage.self] }

    static func named(_ name: StageName) -> any ShardedStage.Type {
        all.first { $0.name == name } ?? LabelsStage.self
    }
}

/// A stage that has shards, by name.
struct ShardedChoice: SettingValue {
    let stage: StageName

    static var form: SettingForm { .words(ShardedStages.all.map { $0.name.rawValue }) }

    init(setting text: String) throws {
        guard let stage = ShardedStages.all.first(where: { $0.name.rawValue == text })?.name else {
            throw Self.refusal(of: text)
        }
        self.stage = stage
    }

    var description: String { stage.rawValue }
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

    @Argument(help: "The plan, or the folder of one (default: assay.yaml here or above).", completion: .file())
    var plan: String?

    @Option("How many shards a stage's images are divided into.")
    var shards: Whole<ShardBounds> = 16

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let path = try AuditInput.openPlan(plan, saying: common)
        let session = common.session()
        let plan = try PlanFile.load(path)
        let manifest = try PlanShards.makeManifest(plan, shards: shards.value, session)
        let images = try ShardedStages.all.compactMap { stage in
            try PlanShards.images(stage, plan, session).map { (stage.name, $0) }
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
