import Findings
import YOLODataset

extension Trainer {
    /// Whether images are opened by Python's imaging library before training, and refused if that fails.
    var verifiesImages: Bool { self != .darknet }

    /// Whether a JPEG that does not end with its end marker is written anew.
    var rewritesJPEG: Bool { self == .ultralytics || self == .ultralyticsOld || self == .yolov5 }
}

/// What a trainer makes of one row.
public struct RowJudgement: Sendable, Hashable {
    /// What becomes of the row.
    public var effect: TrainerEffect
    /// Whether the row by itself makes the trainer refuse the image.
    public var isCause = false
    /// What is trained on: class, cx, cy, w, h, in single precision; nil where nothing is.
    public var box: TrainedBox?
}

/// A box as a trainer holds it.
public struct TrainedBox: Sendable, Hashable {
    /// As the row has it: a trainer may keep a fraction.
    public var classID: Float
    /// Of the centre, as a fraction of the image's width.
    public var cx: Float
    /// Of the centre, as a fraction of the image's height.
    public var cy: Float
    /// As a fraction of the image's width.
    public var width: Float
    /// As a fraction of the image's height.
    public var height: Float
}

/// What a trainer makes of a label file.
public struct LabelJudgement: Sendable {
    /// Why the image is refused with all its rows; nil where it is taken.
    public var refusal: String?
    /// The line that the refusal is about.
    public var refusalLine: Int?
    /// One for each of the file's rows.
    public var rows: [RowJudgement] = []

    /// The boxes that are trained on, in the order of the rows.
    public var boxes: [TrainedBox] { refusal == nil ? rows.compactMap(\.box) : [] }

    /// - Parameters:
    ///   - bytes: the file.
    ///   - keypointShape: the dataset's `kpt_shape`; nil where it has none.
    ///   - task: what the dataset is labelled for, and trained on.
    public init(
        _ file: LabelFile, bytes: ArraySlice<UInt8>, trainer: Trainer, classCount: Int, keypointShape: [Int]? = nil,
        task: RecognisedTask = RecognisedTask()
    ) {
        self =
            trainer == .darknet
            ? DarknetLabels.judge(file, bytes, classCount: classCount)
            : PythonLabels(trainer: trainer, classCount: classCount, keypointShape: keypointShape, task: task).judge(
                file, bytes)
    }

    init() {}

    /// Whether a finding is about what the image is refused for.
    func isCause(_ finding: Finding, row: Int?) -> Bool {
        guard refusal != nil else { return false }
        if let row, rows.indices.contains(row) { return rows[row].isCause }
        return refusalLine == nil || finding.line == refusalLine
    }

    /// What the trainer does with the thing that a finding is about.
    ///
    /// - Parameter row: the row that the finding is about; nil for the file as a whole.
    func effect(of finding: Finding, row: Int?) -> TrainerEffect {
        if let refusal {
            if isCause(finding, row: row) {
                let count = rows.count == 1 ? "its row" : "all \(rows.count) rows"
                return .dropped("the image with \(count): \(refusal), and only the log says so")
            }
            return .dropped("with the image, because of line \(refusalLine ?? 1): \(refusal)")
        }
        if let row, rows.indices.contains(row), rows[row].effect.verdict != .kept { return rows[row].effect }
        return finding.effect == .refusedImage ? .kept("trained on as it stands, in silence") : finding.effect
    }
}

extension TrainerEffect {
    /// What trainers do with an image that they cannot take.
    static let refusedImage = dropped("the trainer skips this image with all its labels, and says so only in its log")
}
