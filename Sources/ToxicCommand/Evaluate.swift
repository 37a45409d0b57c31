import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import ToolOptions
import ToxicRanking
import YOLOModel

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Precision, recall and average precision by class; consistency of an image's predictions.")

    enum Format: String, SettingWord {
        case text, json
        case jsonV2 = "json-v2"
        case csv
    }

    @Argument(help: "A data.yaml, or the folder of one (default: the one that is found here).", completion: .file())
    var dataset: String?

    @OptionGroup var model: WeightsOption
    @OptionGroup var architecture: ModelYAMLOption
    @OptionGroup var image: ImageSizeOption

    @Option("Splits to evaluate on.")
    var splits: SplitList = ["val"]

    @Option(
        "Boxes of one class that overlap by more than this are one.",
        otherwise: "0.6 for YOLOv5, 0.65 for YOLOv7, else 0.7")
    var iou: Fraction?

    @Option(
        """
        Of YOLOv10 and 26: one2one (no suppression, as it is deployed, and as Ultralytics up to 8.3 validates) or one2many \
        (with suppression, as Ultralytics 8.4 validates unless told otherwise).
        """)
    var head = DetectionHead.one2one

    @Flag(help: "Also pass each image mirrored and at three quarters of the size, and say how far predictions change.")
    var consistency = false

    @Option("Text, JSON, or CSV: a row an image.")
    var format = Format.text

    @OptionGroup var passing: PassingOptions
    @OptionGroup var torch: TorchOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        try torch.check([passing.backend])
        guard let weights = model.weights?.path else {
            throw ValidationError("--weights is needed: a checkpoint trained on this dataset")
        }
        let session = common.session()
        session.tell(passing.choice)
        let dataset = try session.dataset(AuditInput.openDataset(dataset, saying: common))
        let model = try ToxicRun.fitted(
            try DetectionModel.load(checkpoint: weights, yamlPath: architecture.modelYaml?.path), weights: weights,
            dataset: dataset, imageSize: image.pixels, mapsClasses: passing.mapClasses)
        var options = ToxicOptions()
        options.imageSize = image.pixels
        options.splits = try splits.names(in: dataset)
        options.jobs = session.jobs
        passing.set(&options)
        var detection = DetectionOptions(validating: model)
        if let iou { detection.overlap = iou.value }
        detection.head = head
        let evaluation = try Evaluation.run(
            model, dataset: dataset, options: options, detection: detection, checksConsistency: consistency,
            isCancelled: session.isCancelled, progress: session.progress(of: .toxic))
        switch format {
        case .text: Tool.output(EvaluationWriter.text(evaluation, dataset))
        case .json, .jsonV2:
            Tool.output(
                json: EvaluationWriter.json(evaluation, dataset), .evaluation, hasEnvelope: format == .jsonV2)
        case .csv: Tool.output(written: EvaluationWriter.csv(evaluation))
        }
        if evaluation.unreadable > 0 { throw ExitStatus.findings }
    }
}
