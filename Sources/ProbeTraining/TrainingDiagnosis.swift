import TextForms
import YOLOModel

/// What went wrong in a training, in plain words.
public enum TrainingDiagnosis {
    /// - Parameter images: names of the trainer's samples.
    /// - Returns: a sentence each; empty where the curves look as they should.
    public static func sentences(_ steps: [TrainingStep], images: [String]) -> [String] {
        var found: [String] = []
        for fold in Set(steps.map(\.fold)).sorted() {
            let own = steps.filter { $0.fold == fold }
            found += of(own, images).map { "fold \(fold + 1): \($0)" }
        }
        return found
    }

    private static func of(_ steps: [TrainingStep], _ images: [String]) -> [String] {
        guard steps.count >= 8 else { return [] }
        var found: [String] = []
        let quarter = steps.count / 4
        func mean(_ part: ArraySlice<TrainingStep>, _ value: (TrainingStep) -> Double) -> Double {
            part.reduce(0) { $0 + value($1) } / Double(part.count)
        }
        let (first, last) = (steps.prefix(quarter), steps.suffix(quarter))
        let (before, after) = (mean(first) { $0.parts.total }, mean(last) { $0.parts.total })
        if after > 0.95 * before {
            found.append(
                "the loss hardly falls (\(short(before)) to \(short(after))): too low a rate, too few epochs, "
                    + "or labels that do not fit the images")
        }
        let classLoss = (mean(first) { $0.parts.classification }, mean(last) { $0.parts.classification })
        if classLoss.0 > 1e-4,
            let early = steps.dropLast(steps.count / 2).first(where: { $0.parts.classification < 0.01 * classLoss.0 })
        {
            found.append(
                "the class loss is all but zero from step \(early.step + 1) on: one class only, or nc too small for the labels"
            )
        }
        let norms = steps.map(\.gradientNorm).sorted()
        let usual = norms[norms.count / 2]
        for spike in steps.dropFirst(quarter).filter({ $0.gradientNorm > 10 * usual }).prefix(3) {
            let names = spike.images.prefix(4).map { images[$0] }.joined(separator: ", ")
            found.append(
                "the gradient of step \(spike.step + 1) is \(short(spike.gradientNorm / usual)) times the median; "
                    + "its images begin with \(names)")
        }
        let clipped = Double(steps.count(where: \.isClipped)) / Double(steps.count)
        if clipped > 0.5 {
            found.append(
                "\(short(clipped * 100)) % of the steps were clipped: max_norm is far below the usual gradient")
        }
        return found
    }

    private static func short(_ value: Double) -> String { Figure.text(value, decimals: 2) }
}
