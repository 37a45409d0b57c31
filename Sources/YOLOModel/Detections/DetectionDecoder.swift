import Foundation

extension DetectionModel {
    /// Reads the predictions of one image, the most confident first; after non-maximum suppression, but for v10, whose
    /// second head needs none.
    ///
    /// - Parameters:
    ///   - outputs: what the network's forward pass returned at this size.
    ///   - size: side of the letterboxed square.
    public func detections(outputs: [[Float]], size: Int, options: DetectionOptions = .init()) -> [Detection] {
        switch family {
        case .v5: return Suppression.apply(anchorCandidates(outputs, size, options), options)
        case .v8: return Suppression.apply(pointCandidates(outputs[...], size, options), options)
        case .v10:
            let candidates = pointCandidates(outputs[(outputs.count / 2)...], size, options)
            let order = candidates.indices.sorted {
                (candidates[$1].confidence, $0) < (candidates[$0].confidence, $1)
            }
            return order.prefix(options.most).map { candidates[$0] }
        }
    }

    /// xy = 2σ − 0.5 and wh = (2σ)²·anchor at each cell; the confidence is objectness times class probability.
    private func anchorCandidates(_ outputs: [[Float]], _ size: Int, _ options: DetectionOptions) -> [Detection] {
        var found: [Detection] = []
        for (level, output) in outputs.enumerated() {
            let stride = Double(strides[level])
            let side = size / strides[level]
            let plane = side * side
            for (index, anchor) in anchors[level].enumerated() {
                let first = index * (5 + classCount) * plane
                for cell in 0..<plane {
                    func probability(_ channel: Int) -> Double {
                        Logistic.sigmoid(Double(output[first + channel * plane + cell]))
                    }
                    let objectness = probability(4)
                    guard objectness > options.leastConfidence else { continue }
                    let x = (2 * probability(0) - 0.5 + Double(cell % side)) * stride
                    let y = (2 * probability(1) - 0.5 + Double(cell / side)) * stride
                    let width = pow(2 * probability(2), 2) * anchor.width / 2
                    let height = pow(2 * probability(3), 2) * anchor.height / 2
                    let scores = (0..<classCount).map {
                        ($0, classCount == 1 ? objectness : objectness * probability(5 + $0))
                    }
                    for (id, score) in Self.kept(scores, options) {
                        found.append(
                            Detection(
                                left: x - width, top: y - height, right: x + width, bottom: y + height,
                                confidence: score, classID: id))
                    }
                }
            }
        }
        return found
    }

    /// Distances from the cell's centre, each the mean of its distribution.
    private func pointCandidates(_ outputs: ArraySlice<[Float]>, _ size: Int, _ options: DetectionOptions)
        -> [Detection]
    {
        let outputs = Array(outputs)
        let grid = AnchorPointGrid(strides: strides, size: size)
        var decoder = DistanceDecoder(outputs: outputs, grid: grid)
        // In logits, so that most cells are dismissed without an exponential.
        let least = Float(log(options.leastConfidence / (1 - options.leastConfidence)))
        var found: [Detection] = []
        var anchor = 0
        for level in strides.indices {
            let plane = grid.plane(level)
            let logits = outputs[2 * level + 1]
            for cell in 0..<plane {
                defer { anchor += 1 }
                let scores = (0..<classCount).compactMap { id -> (Int, Double)? in
                    let logit = logits[id * plane + cell]
                    return logit > least ? (id, Logistic.sigmoid(Double(logit))) : nil
                }
                guard !scores.isEmpty else { continue }
                let box = decoder.box(anchor)
                for (id, score) in Self.kept(scores, options) {
                    found.append(
                        Detection(
                            left: box.left, top: box.top, right: box.right, bottom: box.bottom, confidence: score,
                            classID: id))
                }
            }
        }
        return found
    }

    private static func kept(_ scores: [(Int, Double)], _ options: DetectionOptions) -> [(Int, Double)] {
        let above = scores.filter { $0.1 > options.leastConfidence }
        guard !options.keepsEveryClass else { return above }
        return above.max { $0.1 < $1.1 }.map { [$0] } ?? []
    }
}
