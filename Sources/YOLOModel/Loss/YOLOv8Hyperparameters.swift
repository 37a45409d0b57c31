import CheckedNumbers

/// Whose loss it is: what Ultralytics computes changed twice in 8.4.
public enum LossRelease: String, Sendable, Hashable, CaseIterable {
    /// Up to 8.3: candidates are anchor points inside the label's own box; a model with two heads adds both losses.
    case upTo83 = "8.3"
    /// From 8.4.0: sides under the first stride count as the second stride for the choice of candidates; the two heads
    /// of a model have weights that change with the epochs.
    case from840 = "8.4.0"
    /// From 8.4.128: sides under the second stride count as the second stride.
    case from84128 = "8.4.128"

    /// `up to 8.3`, `from 8.4.0 on`.
    var words: String { self == .upTo83 ? "up to \(rawValue)" : "from \(rawValue) on" }

    /// The newest, where nobody says otherwise.
    public static let newest = LossRelease.from84128

    /// The release whose loss a version of Ultralytics computes, such as `8.4.190`; the newest for what is no version.
    public init(version: String?) {
        let parts = (version ?? "").split(separator: ".").prefix(3).map { part in
            Int(part.prefix { $0.isASCII && $0.isNumber }.prefix(9))
        }
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else {
            self = .newest
            return
        }
        let patch = parts.count > 2 ? parts[2] ?? 0 : 0
        if (major, minor) < (8, 4) {
            self = .upTo83
        } else {
            self = (major, minor) == (8, 4) && patch < 128 ? .from840 : .from84128
        }
    }
}

/// The gains and settings of losses without anchors; the defaults are the trainer's.
public struct YOLOv8Hyperparameters: Sendable, Hashable {
    /// Gain of 1 − CIoU.
    public var box = 7.5
    /// Gain of the classes.
    public var classification = 0.5
    /// Of the distribution focal loss; of the distances' error where a model has no distributions.
    public var distribution = 1.5
    /// Gain of the angle's error, of rotated boxes.
    public var angle = 1.0
    /// Anchor points that may learn a label.
    public var candidates = 10
    /// Anchor points that learn a label in the end; nil for all that may.
    public var finalCandidates: Int?
    /// Whose loss it is.
    public var release = LossRelease.newest
    /// Factors of each class's cross-entropy; empty where all are 1.
    public var classWeights: [Double] = []
    /// How far training has come, 0…1: the weights of two heads depend on it. A checkpoint is taken as its training
    /// begins, as a criterion made anew has it.
    public var progress = 0.0

    public init() {}

    /// The trainer's names of the gains that can be set.
    public static let gainNames = ["box", "cls", "dfl"]

    /// The weights of the two heads of an end-to-end model: of the one with many matches a label, and with one.
    var headWeights: (many: Double, one: Double) {
        guard release != .upTo83 else { return (1, 1) }
        let many = max(1 - progress, 0) * 0.7 + 0.1
        return (many, 1 - many)
    }
}

/// The gains and settings of whichever loss a model has.
public struct LossSettings: Sendable, Hashable {
    /// Of YOLOv5, v3 and v7.
    public var anchorBased = YOLOv5Hyperparameters()
    /// Of v8 and what came after it.
    public var anchorFree = YOLOv8Hyperparameters()

    public init() {}

    /// What a checkpoint says of its own training.
    ///
    /// - Parameter gains: of a trainer without anchors.
    mutating func set(version: String?, gains: [String: Double], classWeights: NamedTensor?) {
        anchorFree.release = LossRelease(version: version)
        anchorFree.box = gains["box"] ?? anchorFree.box
        anchorFree.classification = gains["cls"] ?? anchorFree.classification
        anchorFree.distribution = gains["dfl"] ?? anchorFree.distribution
        anchorFree.angle = gains["angle"] ?? anchorFree.angle
        anchorFree.classWeights = (classWeights?.values ?? []).map { Double($0) }
    }

    /// Gains that a person may set, of any family.
    public static let gainNames = YOLOv5Hyperparameters.gainNames + ["dfl"]

    /// Takes gains by the trainers' names, those of `gainNames`; others stay.
    public mutating func set(gains: [String: Double]) {
        anchorBased.set(gains: gains)
        anchorFree.box = gains["box"] ?? anchorFree.box
        anchorFree.classification = gains["cls"] ?? anchorFree.classification
        anchorFree.distribution = gains["dfl"] ?? anchorFree.distribution
    }
}
