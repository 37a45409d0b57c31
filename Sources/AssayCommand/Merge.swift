import ArgumentParser
import AuditPlan
import CommandLineSupport
import ToolOptions

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make of all parts of a stage what one machine makes of all images, byte for byte.",
        discussion: """
            Parts that are missing, damaged, or of another plan, dataset, build of assay or kind of CPU are refused, and named. The \
            result is the stage's, as assay run would have written it; the stages after it run as ever.
            """)

    @OptionGroup var input: PlanArgument

    @Option("The stage whose parts are merged.")
    var stage: ShardedChoice

    @Option("Text, or one JSON object with the results of the stage.")
    var format = OutputFormat.text

    @OptionGroup var torch: TorchOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let path = try input.path(saying: common)
        try torch.check(in: path)
        let session = common.session()
        try PlanShards.hand(stage.stage, plan: path, to: session)
        var run = ChainRun(path: path, session: session, format: format, common: common)
        run.usesCluster = false
        let wanted = stage.stage.name
        run.isWanted = { $0 == wanted }
        try run.run()
    }
}
