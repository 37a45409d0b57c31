import TextForms
import YOLOModel

/// What images are sorted by, the largest first.
public enum ImageOrder: String, Sendable, CaseIterable {
    case toxicity, loss, gradient, probability
}

/// Puts images in order, the most harmful first, and says why.
///
/// The priority of an image is the probability that something is wrong with it, 1 − Π(1 − p) over its suspicions, times
/// its part of the gradient's energy: how much it moves training.
public enum ToxicOrder {
    static func rank(_ images: [ImageLoss], _ suspicions: [Suspicion]) -> [ImageLoss] {
        let energies = images.compactMap(\.energyShare)
        let even = 1 / Double(max(1, energies.count))
        let accused = Dictionary(grouping: suspicions, by: \.image)
        var images = images
        for index in images.indices {
            let own = accused[images[index].sample.image] ?? []
            images[index].probability = 1 - own.reduce(1) { $0 * (1 - $1.probability) }
            images[index].suspicions = own.count { $0.probability >= 0.5 }
        }
        func priority(_ image: ImageLoss) -> Double {
            guard image.problem == nil else { return .infinity }
            // Without gradients, all images weigh the same.
            return image.probability * (energies.isEmpty ? 1 : image.energyShare ?? 1)
        }
        let medians = PartMedians(images)
        let order = images.indices.map { (priority(images[$0]), $0) }.sorted { a, b in
            a.0 == b.0 ? images[a.1].sample.image < images[b.1].sample.image : a.0 > b.0
        }
        return order.enumerated().map { place, entry in
            var image = images[entry.1]
            image.rank = place + 1
            image.reason = image.problem ?? reason(image, medians, even, accused[image.sample.image]?.first)
            return image
        }
    }

    /// Images in another order; those without a finite loss stay first, ranks stay as they are.
    public static func sorted(_ images: [ImageLoss], by order: ImageOrder) -> [ImageLoss] {
        func key(_ image: ImageLoss) -> Double {
            guard image.problem == nil else { return .infinity }
            switch order {
            case .toxicity: return -Double(image.rank)
            case .loss: return image.parts?.total ?? 0
            case .gradient: return image.norms?.total ?? 0
            case .probability: return image.probability
            }
        }
        return images.sorted { (key($1), $0.rank) < (key($0), $1.rank) }
    }

    /// What is usual in this dataset.
    struct PartMedians {
        let box: Double
        let objectness: Double
        let classification: Double

        init(_ images: [ImageLoss]) {
            box = GradientFigures.median(images.compactMap { $0.intensity?.box })
            objectness = GradientFigures.median(images.compactMap { $0.intensity?.objectness })
            classification = GradientFigures.median(images.compactMap { $0.intensity?.classification })
        }
    }

    private static func reason(_ image: ImageLoss, _ medians: PartMedians, _ even: Double, _ worst: Suspicion?)
        -> String
    {
        guard let parts = image.intensity else { return "" }
        func times(_ value: Double, _ usual: Double) -> Double {
            usual > 1e-12 ? value / usual : value > 1e-12 ? .infinity : 1
        }
        func figure(_ value: Double) -> String {
            value.isFinite ? "\(Figure.text(value, decimals: 1))×" : "far above"
        }
        let candidates = [
            (times(parts.box, medians.box), "box loss", "labels and predicted boxes disagree in place or size"),
            (
                times(parts.objectness ?? 0, medians.objectness), "objectness loss",
                "the model sees objects without a label, or labels where it sees nothing"
            ),
            (times(parts.classification, medians.classification), "class loss", "the model names other classes"),
        ]
        var words: [String] = []
        if let worst, worst.probability >= 0.3 {
            words.append("\(worst.line.map { "row \($0): " } ?? "")\(worst.evidence)")
        }
        if image.boxes.isEmpty { words.append("no label: trained on as background") }
        if let worst = candidates.max(by: { $0.0 < $1.0 }), worst.0 > 1.3 {
            words.append("\(worst.1) \(figure(worst.0)) the median: \(worst.2)")
        }
        let unlearnable = image.labels.count { $0.matches == 0 }
        if unlearnable > 0 {
            words.append("\(unlearnable) label\(unlearnable == 1 ? "" : "s") that no anchor matches")
        }
        if let energy = image.energyShare, energy > 3 * even {
            words.append("gradient energy \(figure(energy / even)) an even share")
        }
        if let projection = image.projectionShare, projection < 0 {
            words.append("its gradient pulls against the rest of the dataset")
        }
        return words.isEmpty ? "close to the dataset's usual loss" : words.joined(separator: "; ")
    }
}
