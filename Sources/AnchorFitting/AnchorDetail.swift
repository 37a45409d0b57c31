/// What single levels, classes and boxes get from anchors, at the training size itself.
public struct AnchorDetail: Sendable {
    /// What one detection level gets.
    public struct Level: Hashable, Sendable {
        /// `P3/8`.
        public let name: String
        /// Of this level, ascending by area, in pixels.
        public let anchors: [AnchorSize]
        /// Boxes whose best anchor is on this level.
        public var best = 0
        /// Boxes that the level can learn: some anchor of it is within the threshold.
        public var learnable = 0
    }

    /// What the boxes of one class get.
    public struct Class: Hashable, Sendable {
        /// From 0.
        public let classID: Int
        /// Boxes of the class.
        public var boxes = 0
        /// Of these, those whose best ratio to an anchor is above the threshold, 1/4.
        public var reached = 0
        var ratios = 0.0

        /// Best possible recall of the class.
        public var bestPossibleRecall: Double { boxes == 0 ? 0 : Double(reached) / Double(boxes) }
        /// Mean of a box's best ratio where that is above the threshold, else 0.
        public var fitness: Double { boxes == 0 ? 0 : ratios / Double(boxes) }
    }

    /// The finest first.
    public internal(set) var levels: [Level]
    /// By class id; classes without a box are not listed.
    public internal(set) var classes: [Class]
    /// Boxes that no anchor reaches.
    public internal(set) var unreached: [AnchorBoxes.Source]

    /// - Parameter anchors: ascending, as many as `levels` has.
    static func measure(_ anchors: [AnchorSize], _ levels: AnchorLevels, on boxes: AnchorBoxes) -> AnchorDetail {
        var detail = AnchorDetail(
            levels: levels.rows(anchors).enumerated().map { Level(name: levels.name($0), anchors: $1) }, classes: [],
            unreached: [])
        let levelOf = levels.strides.indices.flatMap { level in levels.range(level).map { _ in level } }
        let least = 1 / AnchorMetrics.threshold
        var classes: [Int: Class] = [:]
        var learns = [Bool](repeating: false, count: levels.strides.count)
        for (size, source) in zip(boxes.sizes, boxes.sources) {
            var best = (ratio: 0.0, level: 0)
            for level in learns.indices { learns[level] = false }
            for (anchor, level) in zip(anchors, levelOf) {
                let ratio = size.ratio(to: anchor)
                if ratio > least { learns[level] = true }
                if ratio > best.ratio { best = (ratio, level) }
            }
            var own = classes[source.classID] ?? Class(classID: source.classID)
            own.boxes += 1
            if best.ratio > least {
                own.reached += 1
                own.ratios += best.ratio
                detail.levels[best.level].best += 1
            } else {
                detail.unreached.append(source)
            }
            classes[source.classID] = own
            for (level, learns) in learns.enumerated() where learns { detail.levels[level].learnable += 1 }
        }
        detail.classes = classes.values.sorted { $0.classID < $1.classID }
        return detail
    }
}
