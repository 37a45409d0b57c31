import CheckedNumbers

/// What a column of a trainer's log holds, whatever the trainer and its version call it.
public enum LogColumn: Hashable, Sendable {
    /// Of what a loss was computed.
    public enum Phase: String, Sendable, CaseIterable { case train, val }

    /// How good the detector is.
    public enum Score: String, Sendable, CaseIterable {
        case precision, recall
        /// Mean average precision at an IoU of 0.5.
        case map50 = "mAP50"
        /// The mean over IoUs from 0.5 to 0.95.
        case map = "mAP50-95"
        case top1, top5
    }

    /// The number of the epoch, as the trainer counts.
    case epoch
    /// Seconds since the training began.
    case seconds
    /// A part of the loss by its name (`box`, `obj`, `cls`, `dfl` …), gains included.
    case loss(Phase, String)
    /// Of what: `B` boxes, `M` masks, `P` key points; empty where the trainer does not say.
    case score(Score, of: String)
    /// The average precision of one class.
    case classScore(String, Score)
    /// The learning rate of a group of parameters.
    case rate(Int)

    /// The same column, but that a score of which the trainer does not say is one of boxes: YOLOv5's are.
    var ofBoxes: LogColumn {
        if case .score(let score, of: "") = self, score != .top1, score != .top5 { return .score(score, of: "B") }
        return self
    }

    /// By the name in the head of a table or the tag of an event; nil for what says nothing about the training.
    public init?(name: String) {
        let name = String(Self.trimmed(name))
        switch name {
        case "epoch", "Epoch": self = .epoch
        case "time": self = .seconds
        default:
            guard let slash = name.firstIndex(of: "/") else { return nil }
            let rest = String(name[name.index(after: slash)...])
            switch name[..<slash] {
            case "train", "val": self.init(phase: Phase(rawValue: String(name[..<slash])) ?? .train, loss: rest)
            case "metrics": self.init(metric: rest)
            case "lr": self.init(rate: rest, prefix: "pg")
            case "x": self.init(rate: rest, prefix: "lr")
            default: return nil
            }
        }
    }

    private init?(phase: Phase, loss: String) {
        guard loss == "loss" || loss.hasSuffix("_loss") else { return nil }
        self = .loss(phase, loss == "loss" ? "all" : String(loss.dropLast(5)))
    }

    private init?(rate: String, prefix: String) {
        guard rate.hasPrefix(prefix), let number = Int(rate.dropFirst(prefix.count)), (0..<1000).contains(number) else {
            return nil
        }
        self = .rate(number)
    }

    private static let scores: [String: Score] = [
        "precision": .precision, "recall": .recall, "mAP50": .map50, "mAP_0.5": .map50, "mAP50-95": .map,
        "mAP_0.5:0.95": .map, "accuracy_top1": .top1, "accuracy_top5": .top5,
    ]

    private init?(metric: String) {
        if let score = Self.scores[metric] {
            self = .score(score, of: "")
            return
        }
        // MLflow takes no brackets: its names end in the letter alone.
        for (ending, task) in [("(B)", "B"), ("(M)", "M"), ("(P)", "P"), ("B", "B"), ("M", "M"), ("P", "P")]
        where metric.hasSuffix(ending) {
            guard let score = Self.scores[String(metric.dropLast(ending.count))] else { continue }
            self = .score(score, of: task)
            return
        }
        for (ending, score) in [("_mAP_50", Score.map50), ("_mAP", .map)] where metric.hasSuffix(ending) {
            let name = metric.dropLast(ending.count)
            guard !name.isEmpty else { return nil }
            self = .classScore(String(name), score)
            return
        }
        return nil
    }

    private static func trimmed(_ name: String) -> Substring {
        var rest = name[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest
    }

    /// For people and for programs: `train/box`, `val/cls`, `mAP50`, `mAP50(M)`, `lr0`.
    public var name: String {
        switch self {
        case .epoch: "epoch"
        case .seconds: "time"
        case .loss(let phase, let part): "\(phase.rawValue)/\(part)"
        case .score(let score, let task): task.isEmpty || task == "B" ? score.rawValue : "\(score.rawValue)(\(task))"
        case .classScore(let name, let score): "\(score.rawValue) of \(name)"
        case .rate(let group): "lr\(group)"
        }
    }

    /// Whether it is a part of the loss of that phase.
    func isLoss(_ phase: Phase) -> Bool {
        if case .loss(phase, _) = self { true } else { false }
    }
}
