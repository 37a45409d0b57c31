/// A box that a model predicts, in pixels of the letterboxed image.
public struct Detection: Sendable, Hashable {
    public var left: Double
    public var top: Double
    public var right: Double
    public var bottom: Double
    /// 0…1
    public var confidence: Double
    public var classID: Int

    public init(left: Double, top: Double, right: Double, bottom: Double, confidence: Double, classID: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
        self.confidence = confidence
        self.classID = classID
    }

    public var area: Double { max(0, right - left) * max(0, bottom - top) }

    /// Intersection over union; 0 for boxes without area.
    public func iou(_ other: Detection) -> Double {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        return across * down / (area + other.area - across * down)
    }
}

/// Which of v10's two heads is read; other families have one.
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
    public var head = DetectionHead.one2one

    public init() {}
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
            let rivals = byClass[candidate.classID] ?? []
            if rivals.contains(where: { $0.iou(candidate) > options.overlap }) { continue }
            byClass[candidate.classID, default: []].append(candidate)
            kept.append(candidate)
            if kept.count == options.most { break }
        }
        return kept
    }
}
