import YOLODataset

/// An accusation of one label row, from what the loss says of it.
public struct Suspicion: Sendable, Hashable {
    public enum Kind: String, Sendable {
        /// No anchor matches it: it cannot be learned as it stands.
        case untrainable
        /// The model puts the object elsewhere, or sees none there.
        case shifted, spurious
        /// The model names another class.
        case wrongClass = "class"
    }

    /// Image and label line and kind.
    public var id: String { "\(image):\(line):\(kind.rawValue)" }
    public let image: String
    public let line: Int
    public let kind: Kind
    /// 0…1, the place of the label's worst loss part among all labels of the dataset; 1 is the worst.
    public let score: Double
    /// The label's part of the squared gradient norms at the logits.
    public let impact: Double
    public let box: LabelBox
    public let evidence: String
}

extension Suspicion {
    /// The most suspicious first: labels whose box, objectness or class loss is in the dataset's upper tail.
    ///
    /// Scores are in-sample when the checkpoint was trained on these labels: it excuses what it has learned.
    public static func list(_ images: [ImageLoss], least: Double = 0.9) -> [Suspicion] {
        struct Part {
            let kind: Kind
            let name: String
            let values: [Double]
        }
        // A NaN among the figures would take the order away from all others.
        let all = images.filter { $0.problem == nil }.flatMap { image in
            zip(image.boxes, image.labels).map { (image.sample.image, $0, $1) }
        }
        let energy = all.reduce(0) { $0 + $1.2.gradientNorm * $1.2.gradientNorm }
        let learnable = all.filter { $0.2.matches > 0 }
        let parts = [
            Part(kind: .shifted, name: "1 − CIoU", values: learnable.map(\.2.box).sorted()),
            Part(kind: .spurious, name: "objectness loss", values: learnable.map { $0.2.objectness ?? 0 }.sorted()),
            Part(kind: .wrongClass, name: "class loss", values: learnable.map(\.2.classification).sorted()),
        ]
        func place(_ value: Double, _ sorted: [Double]) -> Double {
            var low = 0
            var high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < value { low = middle + 1 } else { high = middle }
            }
            return sorted.isEmpty ? 0 : Double(low) / Double(sorted.count)
        }
        var found: [Suspicion] = []
        for (image, box, loss) in all {
            let impact = energy > 0 ? loss.gradientNorm * loss.gradientNorm / energy : 0
            if loss.matches == 0 {
                found.append(
                    Suspicion(
                        image: image, line: Int(box.line), kind: .untrainable, score: 1, impact: impact, box: box,
                        evidence: "no anchor matches this box at any level: training never learns it"))
                continue
            }
            let values = [loss.box, loss.objectness ?? 0, loss.classification]
            let places = zip(values, parts).map { place($0, $1.values) }
            guard let worst = places.indices.max(by: { places[$0] < places[$1] }), places[worst] >= least else {
                continue
            }
            let shown = (values[worst] * 100).rounded() / 100
            let beyond = (places[worst] * 1000).rounded() / 10
            found.append(
                Suspicion(
                    image: image, line: Int(box.line), kind: parts[worst].kind, score: places[worst], impact: impact,
                    box: box,
                    evidence: "its \(parts[worst].name) of \(shown) is above that of \(beyond) % of all labels"))
        }
        return found.sorted { ($1.score, $1.impact, $0.id) < ($0.score, $0.impact, $1.id) }
    }
}
