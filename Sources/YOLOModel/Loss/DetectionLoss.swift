import Geometry

/// One label, in fractions of the letterboxed image; in single precision, as the trainers have it there.
public struct LossTarget: Sendable, Hashable {
    /// From 0.
    public var classID: Int
    /// Of the centre, from the left.
    public var cx: Float
    /// Of the centre, from the top.
    public var cy: Float
    /// Of the box.
    public var width: Float
    /// Of the box.
    public var height: Float
    /// Of a rotated box, in radians: from the x axis towards the y axis, to the side that is the width.
    public var angle: Float

    /// A label by its five numbers; nothing is checked.
    public init(classID: Int, cx: Float, cy: Float, width: Float, height: Float, angle: Float = 0) {
        self.classID = classID
        self.angle = angle
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
    }

    /// A label where an object is in the letterboxed image, in pixels of it.
    ///
    /// - Parameters:
    ///   - width: of the letterboxed image.
    ///   - height: of the letterboxed image.
    public init(classID: Int, turned box: RotatedBox, width: Double, height: Double) {
        self.init(
            classID: classID, cx: Float(box.centre.x / width), cy: Float(box.centre.y / height),
            width: Float(box.width / width), height: Float(box.height / height), angle: Float(box.angle))
    }

    /// As a turned box in pixels of a letterboxed image.
    public func turned(width across: Double, height down: Double) -> RotatedBox {
        RotatedBox(
            centre: PlanePoint(Double(cx) * across, Double(cy) * down), width: Double(width) * across,
            height: Double(height) * down, angle: Double(angle))
    }

    /// - Parameter box: in fractions of the letterboxed image.
    public init(classID: Int, box: Box) {
        self.init(
            classID: classID, cx: Float(box.cx), cy: Float(box.cy), width: Float(box.width), height: Float(box.height))
    }
}

/// The parts of a loss; a part that the family lacks is nil. All are weighted by their gains already.
public struct LossParts: Sendable, Hashable, Codable {
    /// 1 − CIoU (Zheng et al. 2020), of turned boxes 1 − ProbIoU, times its gain.
    public var box: Double
    /// Binary cross-entropy against the IoU of the predicted box: v5 alone.
    public var objectness: Double?
    /// Binary cross-entropy of the class logits.
    public var classification: Double
    /// Distribution focal loss; of models without distributions, the error of the distances in its place.
    public var distribution: Double?
    /// sin²2Δ of turned boxes: of those alone.
    public var angle: Double?

    /// Zero, where no figure is given.
    public init(
        box: Double = 0, objectness: Double? = nil, classification: Double = 0, distribution: Double? = nil,
        angle: Double? = nil
    ) {
        self.box = box
        self.objectness = objectness
        self.classification = classification
        self.distribution = distribution
        self.angle = angle
    }

    /// The sum of the parts.
    public var total: Double { box + (objectness ?? 0) + classification + (distribution ?? 0) + (angle ?? 0) }

    /// The parts times a factor.
    func multiplied(by factor: Double) -> LossParts {
        LossParts(
            box: factor * box, objectness: objectness.map { factor * $0 }, classification: factor * classification,
            distribution: distribution.map { factor * $0 }, angle: angle.map { factor * $0 })
    }
}

/// What one label contributes.
public struct LabelLoss: Sendable, Hashable {
    /// Cells (v5: anchors at cells) assigned to the label, over all levels. None: it cannot be learned as it stands.
    public var matches: Int
    /// Mean over the label's matches, unweighted: 1 − CIoU, and the cross-entropies of objectness and of all classes.
    public var box: Double
    /// Cross-entropy of the objectness, the mean over the matches; nil where the family has none.
    public var objectness: Double?
    /// Binary cross-entropy, the mean over the matches.
    public var classification: Double
    /// Norm of the gradient of the image's loss at the logits of the label's cells.
    public var gradientNorm: Double
    /// The same at the logits of the box alone.
    public var gradientNormBox: Double
    /// The same at the logit of the objectness alone; nil where the family has none.
    public var gradientNormObjectness: Double?
    /// The same at the class logits alone.
    public var gradientNormClassification: Double

    /// The properties of the same names.
    package init(
        matches: Int, box: Double, objectness: Double? = nil, classification: Double, gradientNorm: Double,
        gradientNormBox: Double, gradientNormObjectness: Double? = nil, gradientNormClassification: Double
    ) {
        self.matches = matches
        self.box = box
        self.objectness = objectness
        self.classification = classification
        self.gradientNorm = gradientNorm
        self.gradientNormBox = gradientNormBox
        self.gradientNormObjectness = gradientNormObjectness
        self.gradientNormClassification = gradientNormClassification
    }
}

/// What a loss divides by, a level of the model each; the counts of several images can be added up.
public struct LossCounts: Sendable, Hashable {
    /// v5: matches, a level each. v8: the sum of the target scores, a head each.
    public var values: [Double]

    /// - Parameter values: as many as the family has.
    public init(_ values: [Double]) { self.values = values }

    /// Place by place.
    public static func + (a: LossCounts, b: LossCounts) -> LossCounts { LossCounts(zip(a.values, b.values).map(+)) }
    /// The sum over all places.
    public var total: Double { values.reduce(0, +) }
}

/// The loss of one image as a batch of one, with what is needed to put it on other denominators.
public struct LossEvaluation: Sendable {
    /// What the trainer would print for this image alone.
    public var parts: LossParts
    /// One per label, in order.
    public var labels: [LabelLoss]
    /// What the parts were divided by.
    public var counts: LossCounts
    /// Numerators of the box and class parts a level (v8: a head), gains included.
    var boxNumerators: [Double]
    var classNumerators: [Double]
    var distributionNumerators: [Double] = []
    /// Empty where boxes are upright.
    var angleNumerators: [Double] = []
    /// Gradient of the total at each output, as the outputs are laid out.
    public var outputGradients: [[Float]]
    /// A logit or the loss is NaN or infinite.
    public var isFinite: Bool
}

/// A loss with its gradient at the network's outputs.
public protocol DetectionLoss: Sendable {
    /// The loss of one image.
    ///
    /// - Parameters:
    ///   - outputs: the network's outputs, one a level, `[1, channels, h, w]`.
    ///   - wantsGradient: without it, `outputGradients` and gradient norms are left empty.
    func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation

    /// What the loss of these labels divides by; the counts of several images add up to the dataset's. Nil where the
    /// predictions have a say in it: `evaluate` returns them.
    func counts(_ targets: [LossTarget]) -> LossCounts?

    /// Numerators over the dataset's denominators, times the number of images: the mean over the images is the loss of
    /// the whole dataset as one batch.
    func share(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> LossParts

    /// Numerators over the image's own count, whatever the level: how bad each object is.
    func intensity(of evaluation: LossEvaluation) -> LossParts

    /// Puts the gradient of the batch of one on the dataset's denominators: the gradient of the share.
    func shareGradients(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> [[Float]]
}
