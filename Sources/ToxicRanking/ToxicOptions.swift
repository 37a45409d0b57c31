import Imaging
import NeuralKernels
import YOLOModel

/// Of which parameters gradients are computed: the backward pass is half of the time of an image.
public enum GradientReach: String, Sendable, CaseIterable {
    /// Of every parameter.
    case full
    /// Of every layer's scales, shifts and biases, and of the weights of layers that have few: norms and shares are those
    /// of this part of the gradient, which order images nearly as the whole does.
    case small
    /// Of the head alone: norms and shares are those of the head's gradient.
    case head
    /// Not at all: images are ranked by probability, and there are no gradient figures.
    case none

    /// The parameters of that model that are reached.
    func scope(_ model: DetectionModel) -> GradientScope {
        switch self {
        case .full: .full
        case .small: .small(mostWeights: Self.fewWeights)
        case .none: .none
        case .head: .from(node: model.firstNode { $0 == .head })
        }
    }

    /// Layers of so many weights or fewer have gradients of them in `small`.
    static let fewWeights = 5000

    /// What norms are of, where not of the whole gradient.
    package var part: String? {
        switch self {
        case .full: nil
        case .small: "of scales, shifts, biases and small layers alone"
        case .head: "of the head alone"
        case .none: "not taken"
        }
    }
}

/// What a run needs to know.
public struct ToxicOptions: Sendable {
    /// The longer side of what a model sees, in pixels: a multiple of its largest stride.
    public var imageSize = 640
    /// Names of the splits whose images are judged.
    public var splits = ["train", "val"]
    /// Of the gradient's sketch and of the planted labels.
    public var seed: UInt64 = 0
    /// Worker threads; results do not depend on them.
    public var jobs = 1
    /// `onednn`, `reference`, `torch` or `auto`; nil for the fastest of this build.
    public var backend: String?
    /// Where the backends `torch` and `auto` compute; nil for the CPU, and for a GPU of `auto` where there is one.
    public var device: ComputeDevice?
    /// Whether the gradient figures are of the batch-of-one loss, as printed, or of the share of the dataset's loss.
    public var gradientOfShare = false
    /// How far back gradients are computed.
    public var gradient = GradientReach.full
    /// In which the gradient is computed; the loss is in single precision always.
    public var precision = Precision.single
    /// Whose settings are advised.
    public var trainer = AdviceTrainer.ultralytics
    /// What stands around an image that is no square.
    public var outline = Letterbox.Outline.square
    /// Images whose gradients' sketches, 32 KB each, are held in memory; those of more are in a file without a name, in
    /// the folder for temporary files.
    package var mostSketches = 8_192

    /// As `assay-toxic` has them without options.
    public init() {}

    /// How an image is fitted into what a model sees.
    func letterbox(width: Int, height: Int, _ model: DetectionModel) -> Letterbox {
        Letterbox(
            imageWidth: width, imageHeight: height, size: imageSize, outline: outline, stride: model.largestStride)
    }
}
