import Findings

/// Limits that a person may set.
public struct CheckThresholds: Sendable, Hashable {
    /// B009: a box with both sides shorter than this, in pixels at the training size.
    public var smallestSide = 2.0
    /// B011: one side over the other.
    public var largestAspect = 100.0
    /// B007: IoU from which two boxes of a class are one.
    public var sameBoxIoU = 0.95
    /// B003: pixels beyond the edge that rounding makes.
    public var roundingSpill = 1.0
    /// B010: sides from this fraction of the image on.
    public var wholeImage = 0.99
    /// D009: boxes of the most frequent class over those of the rarest.
    public var imbalance = 100.0
    /// I007: steps of 255 between the darkest and the brightest pixel.
    public var blankSpread = 4
    /// D006 and I009: bits of a perceptual hash, of 256, within which the pictures of two images are compared.
    public var nearDuplicateBits = 40
    /// F010: bytes of one row.
    public var longestRow = 65_536

    public init() {}
}

/// How a dataset is checked.
public struct CheckSettings: Sendable, Hashable {
    /// All of the dataset's where nil.
    public var splits: [String]?
    public var reading = ImageReading.decode
    public var trainer = Trainer.ultralytics
    /// Side of the training square in pixels.
    public var trainingSize = 640
    public var thresholds = CheckThresholds()
    /// Severities by code, or by its beginning; the longest that fits counts.
    public var severities: [String: Severity] = [:]
    /// Whether an error that most files have is reported once.
    public var condenses = true
    /// Where facts about unchanged files are kept; nil for none.
    public var cachePath: String?

    public init() {}

    /// - Returns: nil where the person set none.
    func severity(ofCode code: String) -> Severity? {
        severities.filter { code.hasPrefix($0.key.uppercased()) }.max { $0.key.count < $1.key.count }?.value
    }
}
