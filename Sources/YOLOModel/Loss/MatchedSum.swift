import NeuralKernels

/// The loss of an assignment: the cross-entropy of all class logits, and what each matched anchor point says of its box.
struct MatchedSum {
    let hyperparameters: YOLOv8Hyperparameters
    let classCount: Int
    let grid: AnchorPointGrid
    /// Outputs of a level: boxes, classes, and what else there is of a box.
    let perLevel: Int

    /// What one matched anchor point's box costs, before gains and weights.
    struct BoxTerms {
        var box: Double
        var distribution: Double
        /// Nil where boxes are upright.
        var angle: Double?
    }

    /// - Parameters:
    ///   - classIDs: of the labels.
    ///   - boxTerms: of a match at a place, and, where a gradient is wanted, adds its gradient over the divisor.
    func evaluate(
        _ matches: [TaskAlignedAssigner.Match], classIDs: [Int], outputs: [[Float]], wantsGradient: Bool,
        boxTerms: (
            _ match: TaskAlignedAssigner.Match, _ place: (level: Int, cell: Int), _ divisor: Double,
            _ gradients: inout [[Float]]
        ) -> BoxTerms
    ) -> LossEvaluation {
        let scoreSum = matches.reduce(0) { $0 + $1.score }
        let divisor = max(scoreSum, 1)
        var gradients = outputs.map { wantsGradient ? [Float](repeating: 0, count: $0.count) : [] }
        // All class logits against 0; the targets of matched anchors are put right below.
        var classification = 0.0
        let classFactor = hyperparameters.classification / divisor
        let weights = ClassWeights(hyperparameters.classWeights, classCount: classCount)
        for level in grid.strides.indices {
            classification += weights.softplusSum(
                outputs[perLevel * level + 1], scale: classFactor, gradient: &gradients[perLevel * level + 1])
        }
        var terms = BoxTerms(box: 0, distribution: 0, angle: perLevel > 2 ? 0 : nil)
        var sums = [LabelSums](repeating: LabelSums(), count: classIDs.count)
        for match in matches {
            let place = grid.place(match.anchor)
            let plane = grid.plane(place.level)
            let classes = perLevel * place.level + 1
            let own = classIDs[match.label]
            let classAt = own * plane + place.cell
            let weighted = match.score * weights[own]
            classification -= Double(outputs[classes][classAt]) * weighted
            if wantsGradient { gradients[classes][classAt] -= Float(weighted * classFactor) }
            let found = boxTerms(match, place, divisor, &gradients)
            terms.box += found.box * match.score
            terms.distribution += found.distribution * match.score
            if let angle = found.angle { terms.angle = (terms.angle ?? 0) + angle * match.score }
            sums[match.label].matches += 1
            sums[match.label].box += found.box
            for id in 0..<classCount {
                sums[match.label].classification +=
                    weights[id]
                    * Logistic.crossEntropy(
                        Double(outputs[classes][id * plane + place.cell]), id == own ? match.score : 0)
            }
            guard wantsGradient else { continue }
            for output in perLevel * place.level..<perLevel * (place.level + 1) {
                let isOfClasses = output == classes
                var squared =
                    isOfClasses ? sums[match.label].squaredClassification : sums[match.label].squaredBox
                for at in stride(from: place.cell, to: gradients[output].count, by: plane) {
                    squared += Double(gradients[output][at]) * Double(gradients[output][at])
                }
                if isOfClasses {
                    sums[match.label].squaredClassification = squared
                } else {
                    sums[match.label].squaredBox = squared
                }
            }
        }
        return evaluation(terms, classification, scoreSum, sums, gradients)
    }

    /// Gains and divisors on what was summed up.
    private func evaluation(
        _ terms: BoxTerms, _ classification: Double, _ scoreSum: Double, _ sums: [LabelSums], _ gradients: [[Float]]
    ) -> LossEvaluation {
        let divisor = max(scoreSum, 1)
        let box = hyperparameters.box * terms.box
        let classes = hyperparameters.classification * classification
        let distribution = hyperparameters.distribution * terms.distribution
        let angle = terms.angle.map { hyperparameters.angle * $0 }
        let parts = LossParts(
            box: box / divisor, classification: classes / divisor, distribution: distribution / divisor,
            angle: angle.map { $0 / divisor })
        return LossEvaluation(
            parts: parts, labels: sums.map(\.loss), counts: LossCounts([scoreSum]), boxNumerators: [box],
            classNumerators: [classes], distributionNumerators: [distribution],
            angleNumerators: angle.map { [$0] } ?? [],
            outputGradients: gradients, isFinite: parts.total.isFinite)
    }
}
