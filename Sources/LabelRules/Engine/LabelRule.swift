import Findings
import Imaging
import YOLODataset

/// What a rule is about, for `explain`, for docs/rules.md and for its own tests.
public struct RuleDocumentation: Sendable {
    /// Stable; the letter is the family.
    public let code: String
    /// In a few words.
    public let name: String
    /// Of most of its findings; a finding may be milder.
    public let severity: Severity
    public let what: String
    public let why: String
    public let fix: String
    /// What it means for the dataset as a whole when most label files have it: one error of the tool that wrote them,
    /// which is then reported once. Nil where each finding stands for itself.
    public let systematic: String?
    /// Label files, for the rules that look at label text: those that the rule must find, and those that it must not.
    public let triggering: [String]
    public let clean: [String]

    public init(
        code: String, name: String, severity: Severity, what: String, why: String, fix: String,
        systematic: String? = nil, triggering: [String] = [], clean: [String] = []
    ) {
        self.code = code
        self.name = name
        self.severity = severity
        self.what = what
        self.why = why
        self.fix = fix
        self.systematic = systematic
        self.triggering = triggering
        self.clean = clean
    }
}

/// One label file with what is known around it.
public struct LabelFileFacts: Sendable {
    public let sample: DatasetSample
    public let labels: LabelFile
    public let classCount: Int
    public let classNames: [String]
    /// After EXIF orientation; nil where the image cannot be read.
    public let imageSize: (width: Int, height: Int)?
    /// Side of the training square in pixels.
    public let trainingSize: Int
    public let thresholds: CheckThresholds
    /// What the trainer makes of the file.
    public let trainer: Trainer
    public let judgement: LabelJudgement
    /// The file's length in bytes.
    public let byteCount: Int

    public init(
        sample: DatasetSample, labels: LabelFile, classCount: Int, classNames: [String],
        imageSize: (width: Int, height: Int)?, judgement: LabelJudgement, byteCount: Int,
        settings: CheckSettings = CheckSettings()
    ) {
        trainingSize = settings.trainingSize
        thresholds = settings.thresholds
        trainer = settings.trainer
        self.judgement = judgement
        self.byteCount = byteCount
        self.sample = sample
        self.labels = labels
        self.classCount = classCount
        self.classNames = classNames
        self.imageSize = imageSize
    }
}

/// A label file that is there but cannot be read.
public struct UnreadableLabelFacts: Sendable {
    public let sample: DatasetSample
    public let reason: String
    /// Trainers take anything else for no label file at all.
    public let isRegularFile: Bool
}

/// What reading an image brought to light.
public struct ImageFacts: Sendable {
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
    public let trainer: Trainer
    public let thresholds: CheckThresholds
}

/// Looks for one kind of trouble. Each method is called once a dataset, once a label file, once an
/// image, or once when all have been read.
public protocol LabelRule: Sendable {
    /// Its code, what it finds and why that matters.
    static var documentation: RuleDocumentation { get }
    /// The limits of the rule that a person may set; none unless declared.
    static var thresholds: [RuleThreshold] { get }
    func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding]
    func check(_ file: LabelFileFacts) -> [Finding]
    func check(_ image: ImageFacts) -> [Finding]
    func check(_ file: UnreadableLabelFacts) -> [Finding]
    func check(_ survey: DatasetSurvey) -> [Finding]
}

extension LabelRule {
    public static var thresholds: [RuleThreshold] { [] }

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] { [] }
    public func check(_ file: LabelFileFacts) -> [Finding] { [] }
    public func check(_ image: ImageFacts) -> [Finding] { [] }
    public func check(_ file: UnreadableLabelFacts) -> [Finding] { [] }
    public func check(_ survey: DatasetSurvey) -> [Finding] { [] }

    /// A finding with the rule's code; its severity and way out unless others are given.
    func finding(
        _ file: String, line: Int? = nil, column: Int? = nil, severity: Severity? = nil, message: String,
        effect: TrainerEffect, fix: String? = nil
    ) -> Finding {
        Finding(
            code: Self.documentation.code, severity: severity ?? Self.documentation.severity, file: file, line: line,
            column: column, message: message, effect: effect, fix: fix ?? Self.documentation.fix)
    }
}

/// Numbers in messages: short, and never locale-dependent.
enum ShortNumber {
    static func text(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let rounded = (value * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
    }
}
