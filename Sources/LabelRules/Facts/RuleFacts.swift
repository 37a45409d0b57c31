import Imaging
import YOLODataset

/// One label file with what is known around it.
public struct LabelFileFacts: Sendable {
    /// The image that the labels belong to.
    public let sample: DatasetSample
    /// The rows, with what is wrong about each.
    public let labels: LabelFile
    /// `nc`, or the number of names.
    public let classCount: Int
    /// By class id; empty where data.yaml has none.
    public let classNames: [String]
    /// After EXIF orientation; nil where the image cannot be read.
    public let imageSize: (width: Int, height: Int)?
    /// Side of the training square in pixels.
    public let trainingSize: Int
    /// The limits that the person set.
    public let thresholds: CheckThresholds
    /// What the trainer makes of the file.
    public let trainer: Trainer
    /// What the trainer makes of the file and of each row.
    public let judgement: LabelJudgement
    /// The file's length in bytes.
    public let byteCount: Int
    /// The dataset's `kpt_shape`; nil where it has none.
    public let keypointShape: [Int]?
    /// What the dataset is labelled for.
    public let task: RecognisedTask

    /// The facts about one file; trainer, training size and thresholds are those of `settings`.
    public init(
        sample: DatasetSample, labels: LabelFile, classCount: Int, classNames: [String],
        imageSize: (width: Int, height: Int)?, judgement: LabelJudgement, byteCount: Int,
        keypointShape: [Int]? = nil, settings: CheckSettings = CheckSettings()
    ) {
        trainingSize = settings.trainingSize
        thresholds = settings.thresholds
        trainer = settings.trainer
        self.judgement = judgement
        self.byteCount = byteCount
        self.keypointShape = keypointShape
        task = settings.task
        self.sample = sample
        self.labels = labels
        self.classCount = classCount
        self.classNames = classNames
        self.imageSize = imageSize
    }
}

/// A label file that is there but cannot be read.
public struct UnreadableLabelFacts: Sendable {
    /// The image that the labels belong to.
    public let sample: DatasetSample
    /// In words, to follow a colon.
    public let reason: String
    /// Trainers take anything else for no label file at all.
    public let isRegularFile: Bool
}

/// What reading an image brought to light.
public struct ImageFacts: Sendable {
    /// The image, with its label file.
    public let sample: DatasetSample
    /// Why it could not be read at all.
    public let unreadable: String?
    /// What the decoder complained about while it went on.
    public let warning: String?
    /// Nil where it was not read.
    public let header: ImageHeader?
    /// Between the darkest and the brightest value of any channel, 0…255; nil where pixels were not read.
    public let spread: Int?
    /// Why the trainer refuses the image; nil where it takes it, as far as it was read.
    public let refusal: String?
    /// Whether the trainer writes the file anew.
    public let isRewritten: Bool
    /// For an image that EXIF turns, with boxes: how well they fit.
    public let orientationFit: OrientationFit?
    /// Whose reading is foretold.
    public let trainer: Trainer
    /// The limits that the person set.
    public let thresholds: CheckThresholds
}
