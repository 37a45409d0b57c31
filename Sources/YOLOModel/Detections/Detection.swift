import Geometry

/// A box that a model predicts.
public struct Detection: Sendable, Hashable {
    /// In pixels of the letterboxed image.
    public var box: ObjectBox
    /// 0…1
    public var confidence: Double
    /// The model's number of the class, from 0.
    public var classID: Int

    /// - Parameter box: in pixels of the letterboxed image.
    public init(box: ObjectBox, confidence: Double, classID: Int) {
        self.box = box
        self.confidence = confidence
        self.classID = classID
    }
}

extension Detection {
    /// How far two boxes are the same, 0…1: IoU; where both are turned, ProbIoU, as the trainer validates them.
    public func overlap(_ other: Detection) -> Double {
        guard let own = box.turned, let others = other.box.turned else { return box.iou(other.box) }
        return max(0, ProbabilisticIoU(GaussianBox(own), GaussianBox(others)).value)
    }
}

/// Which of two heads is read, of v10 and 26; other families have one.
public enum DetectionHead: String, Sendable, CaseIterable {
    /// The head that learns one match a label; its predictions need no suppression.
    case one2one
    /// The head that learns many matches a label; overlapping predictions are suppressed.
    case one2many
}

/// How predictions are read from a network's outputs.
public struct DetectionOptions: Sendable, Hashable {
    /// Class scores from this on are kept.
    public var leastConfidence = 0.001
    /// A box that overlaps a better one of its class by more than this is dropped. YOLOv5 validates with 0.6, the v8
    /// family with 0.7.
    public var overlap = 0.7
    /// Boxes an image.
    public var most = 300
    /// One box for each class above the least confidence, or only for the best class.
    public var keepsEveryClass = true
    /// Of v10 and 26; other families have one.
    public var head = DetectionHead.one2one

    public init() {}

    /// What the model's own trainer validates with. Of turned boxes Ultralytics leaves out more.
    public init(validating model: DetectionModel) {
        overlap = model.family.usualOverlap
        if model.angles != nil { leastConfidence = 0.01 }
    }
}

/// Non-maximum suppression, class by class.
enum Suppression {
    /// Candidates that take part at all.
    static let mostCandidates = 30_000

    /// The best first.
    static func apply(_ candidates: [Detection], _ options: DetectionOptions) -> [Detection] {
        // Equal confidences in the order in which they came.
        let order = candidates.indices.sorted {
            (candidates[$1].confidence, $0) < (candidates[$0].confidence, $1)
        }
        var kept: [Detection] = []
        var byClass: [Int: [Detection]] = [:]
        for index in order.prefix(mostCandidates) {
            let candidate = candidates[index]
            let isDropped = byClass[candidate.classID]?.contains { $0.overlap(candidate) > options.overlap } ?? false
            // Of turned boxes the trainer lets those drop others, too, that are dropped themselves.
            if !isDropped || candidate.box.turned != nil { byClass[candidate.classID, default: []].append(candidate) }
            if isDropped { continue }
            kept.append(candidate)
            if kept.count == options.most { break }
        }
        return kept
    }
}
