import AnnotationSources
import ArgumentParser
import AuditPlan
import CommandLineSupport
import DatasetConversion
import FileReading
import ToolOptions

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a YOLO or COCO dataset of what another tool has exported.",
        discussion: """
            Reads COCO, Pascal VOC, CVAT, Label Studio, LabelMe, Supervisely, darknet and YOLO: a folder, a file or a ZIP \
            archive. Whatever does not come through as it was is counted, and listed by image in losses.csv. The output \
            appears as a whole or not at all.
            """)

    @Argument(help: "A folder, a file or a ZIP archive.", completion: .file())
    var input: String

    @Option(name: .shortAndLong, "The folder that is made.")
    var output: InputFile

    @OptionGroup var options: ConversionOptions

    @Flag(help: "Replace what an earlier conversion has written there.")
    var force = false

    @OptionGroup var seeding: SeedOption

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() throws {
        let given = GivenOptions(of: Self.self)
        if options.valShare.value == 0 {
            try given.refuse(["seed"], "without --val-share, which chooses images; leave it out")
        }
        if ExportRecognition.recognise(input)?.isArchive ?? false, options.imageFiles != .none {
            try given.refuse(["image-files"], "with an archive, whose images are unpacked; leave it out")
        }
        var request = options.request(input, to: output.path)
        request.replaces = force
        request.seed = seeding.number
        request.jobs = common.workers
        let line = ProgressLine("assay convert", unit: "image", quiet: common.quiet)
        let result = try Conversion.run(
            request, isCancelled: { Interruption.isRequested }, progress: { line.update($0, of: $1) })
        guard format != .text else { return Tool.output(written: result.text) }
        Tool.output(json: result.json, .conversion, hasEnvelope: format == .jsonV2)
    }
}
