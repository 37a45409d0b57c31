import ArgumentParser
import AuditPlan
import CommandLineSupport
import NeuralKernels
import TextForms
import ToolOptions
import ToxicRanking
import YOLOModel

struct Model: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What is in a checkpoint: layers, parameters, anchors.")

    @Argument(help: "A checkpoint, or a model YAML.", completion: .file())
    var checkpoint: String

    @OptionGroup var architecture: ModelYAMLOption

    @Flag(help: "Measure loss and full gradient, and say where the time goes, layer by layer.")
    var profile = false

    @OptionGroup var image: ImageSizeOption

    @Option("Passes that are measured, for --profile.")
    var images: Whole<RepeatBounds> = 10

    @Option("Of gradients, for --profile.")
    var precision = Precision.single

    @OptionGroup var plain: PlainOptions

    func run() throws {
        plain.idle.say(plain.common)
        let model = try DetectionModel.load(checkpoint: checkpoint, yamlPath: architecture.modelYaml?.path)
        guard profile else {
            try GivenOptions(of: Self.self).refuse(
                ["size", "image-size", "images", "precision"], "without --profile; add it, or leave this out")
            return plain.show(ModelTable.json(model), .model) { ModelTable.text(model) }
        }
        guard plain.format == .text else {
            throw ValidationError("--format \(plain.format) has no effect with --profile; leave it out")
        }
        Tool.output(
            written: try ModelProfile.text(model, size: image.pixels, images: images.value, precision: precision))
    }
}
