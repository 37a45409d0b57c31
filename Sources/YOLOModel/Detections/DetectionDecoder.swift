import NeuralKernels

extension DetectionModel {
    /// Reads the predictions of one image, the most confident first; after non-maximum suppression, but for a head
    /// that needs none.
    ///
    /// The confidence is the class probability, times objectness where the family has one.
    ///
    /// - Parameters:
    ///   - outputs: what the network's forward pass returned.
    ///   - input: the shape of the letterboxed image.
    public func detections(outputs: [[Float]], input: TensorShape, options: DetectionOptions = .init()) -> [Detection] {
        let found = candidates(
            outputs: outputs, input: input, least: options.leastConfidence, most: Suppression.mostCandidates,
            head: options.head
        ).flatMap { candidate in
            let factor = family.hasAnchors ? candidate.objectness : 1
            let scores = candidate.classes.enumerated().map { ($0.offset, factor * $0.element) }
            return Self.kept(scores, options).map { id, score in
                Detection(box: candidate.box, confidence: score, classID: id)
            }
        }
        guard family.isEndToEnd, options.head == .one2one else { return Suppression.apply(found, options) }
        let order = found.indices.sorted { (found[$1].confidence, $0) < (found[$0].confidence, $1) }
        return order.prefix(options.most).map { found[$0] }
    }

    private static func kept(_ scores: [(Int, Double)], _ options: DetectionOptions) -> [(Int, Double)] {
        let above = scores.filter { $0.1 > options.leastConfidence }
        guard !options.keepsEveryClass else { return above }
        return above.max { $0.1 < $1.1 }.map { [$0] } ?? []
    }
}
