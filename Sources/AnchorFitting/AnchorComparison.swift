import FileReading

/// Old against new.
public struct AnchorComparison: Sendable {
    /// Which anchors to train with.
    public enum Verdict: String, Sendable {
        case new, keep
        /// The model has no anchors.
        case none
    }

    /// What was asked for.
    public let settings: AnchorSettings
    /// Ascending by area, in pixels.
    public let anchors: [AnchorSize]
    /// The anchors in use; nil where nothing says them.
    public let source: AnchorSource?
    /// Of the anchors in use, on all boxes; nil where there are none.
    public let currentMetrics: AnchorMetrics?
    /// Of the new anchors, on the boxes that they were fitted to.
    public let newMetrics: AnchorMetrics
    /// Both on boxes that were held out; nil where there was no cross-validation.
    public let heldOut: CrossValidation?
    /// A fitness that no anchors can exceed; nil where none was asked for.
    public let bound: AnchorBound?
    /// Of the new anchors, by level and class.
    public let newDetail: AnchorDetail
    /// Of the anchors in use, by level and class; nil where there are none.
    public let currentDetail: AnchorDetail?
    /// Boxes that were fitted to.
    public let boxCount: Int
    /// Boxes under 2 px on both sides.
    public let tooSmall: Int
    /// Images whose size could not be read: their boxes are not among those fitted to.
    public let unreadableImages: Int
    /// The boxes against the strides of the levels.
    public let sizes: ObjectSizes

    /// New anchors are taken only when they fit better by more than this.
    public static let smallestGain = 1e-4

    /// The anchors in use, ascending by area, in pixels; nil where there are none.
    public var current: [AnchorSize]? { source.flatMap { $0.anchors.isEmpty ? nil : $0.anchors } }

    /// Boxes that none of the new anchors reaches.
    public var unreached: [AnchorBoxes.Source] { newDetail.unreached }

    /// `new` when the anchors fit better, on all boxes and on those held out, and reach about as many.
    public var verdict: Verdict {
        if source?.isAnchorFree == true { return .none }
        guard let currentMetrics else { return .new }
        if let source, source.isOutOfOrder { return .new }
        if let heldOut, let old = heldOut.currentFitness, heldOut.newFitness <= old + Self.smallestGain {
            return .keep
        }
        return newMetrics.fitness > currentMetrics.fitness + Self.smallestGain
            && newMetrics.bestPossibleRecall >= currentMetrics.bestPossibleRecall - 0.005 ? .new : .keep
    }

    /// The anchors to train with.
    public var chosen: [AnchorSize] { verdict == .keep ? current ?? anchors : anchors }

    /// The levels of the chosen anchors.
    public var chosenLevels: AnchorLevels {
        verdict == .keep ? source?.levels ?? .usual(count: chosen.count) : settings.levels
    }

    /// The recall that was asked for, when no set that was found has it.
    public var missedRecall: Double? {
        settings.fit.leastRecall.flatMap { newMetrics.bestPossibleRecall < $0 ? $0 : nil }
    }

    /// Fits and measures.
    ///
    /// - Parameter source: anchors in pixels of the training image, if there are any.
    public static func make(
        boxes: AnchorBoxes, source: AnchorSource?, settings: AnchorSettings, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws -> AnchorComparison {
        let sizes = BoxSizes(
            boxes.sizes, weights: settings.classWeights.weights(of: boxes.sources.map(\.classID)),
            variation: settings.variation)
        let current = source.flatMap { $0.anchors.isEmpty ? nil : $0.anchors }
        let anchors = AnchorFit.fit(sizes, settings.fit)
        return AnchorComparison(
            settings: settings, anchors: anchors, source: source,
            currentMetrics: current.map { AnchorMetrics.measure($0, on: sizes) },
            newMetrics: AnchorMetrics.measure(anchors, on: sizes),
            heldOut: try CrossValidation.run(
                boxes, sizes, settings.fit, current: current, folds: settings.folds, jobs: jobs,
                isCancelled: isCancelled),
            bound: settings.certifies ? AnchorBound.prove(sizes, anchors: anchors) : nil,
            newDetail: AnchorDetail.measure(anchors, settings.levels, on: boxes),
            currentDetail: current.map {
                AnchorDetail.measure($0, source?.levels ?? .usual(count: $0.count), on: boxes)
            }, boxCount: boxes.sizes.count, tooSmall: boxes.tooSmall, unreadableImages: boxes.unreadableImages,
            sizes: ObjectSizes(boxes.sizes, strides: source?.levels?.strides ?? settings.levels.strides))
    }
}

/// Objects against strides: what matters for a model without anchors, too.
public struct ObjectSizes: Hashable, Sendable {
    /// Pixels of the training image a cell, the finest level first.
    public let strides: [Int]
    /// Boxes whose shorter side is under the stride, by level.
    public let underStride: [Int]
    /// Boxes too small to hold a cell's centre of the finest level for sure.
    public var underFinest: Int { underStride.first ?? 0 }
    /// Boxes with a side that the coarsest level's distances (15 cells to each side of a centre, as in v8) cannot span.
    public let tooLarge: Int
    /// Cells between a centre and a side that distances can say: `reg_max` − 1.
    public static let farthestCells = 15

    init(_ sizes: [AnchorSize], strides: [Int]) {
        self.strides = strides
        underStride = strides.map { stride in sizes.count { min($0.width, $0.height) < Double(stride) } }
        let span = Double(2 * Self.farthestCells * (strides.last ?? 32))
        tooLarge = sizes.count { max($0.width, $0.height) > span }
    }
}
