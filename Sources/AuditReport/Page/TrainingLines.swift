import AuditPlan
import Charting
import TextForms

/// The probe's training as lines: each step faint, smoothed, and the loss of images that a fold has not seen.
struct TrainingLines {
    private let steps: [TrainingStepRow]
    private let heldOut: [(epoch: Int, loss: Double)]

    init(_ content: ReportContent) {
        steps = content.trainingSteps
        heldOut = content.heldOutLosses
    }

    private static let training = 0x3B82C4
    private static let validation = 0xD9822B

    func loss(_ look: Drawing.Look) -> Drawing? {
        let (faint, smooth) = means(\.loss, name: "training loss, mean of the folds")
        let perEpoch = Double(steps.map(\.step).max() ?? 0) / Double(max(1, steps.map(\.epoch).max() ?? 1))
        let points = heldOut.map { Point(x: Double($0.epoch) * perEpoch, y: $0.loss) }
        let validation = Charts.Line(
            name: "held-out loss, without augmentation", colour: Self.validation, width: 2.5, points: points)
        let lines = [faint, smooth] + (points.isEmpty ? [] : [validation])
        return Charts.lines(
            lines, title: "Loss of the probe's training", axis: "step", unit: "loss", look: look,
            legend: [smooth] + (points.isEmpty ? [] : [validation]))
    }

    func gradients(_ look: Drawing.Look) -> Drawing? {
        let (faint, smooth) = means(\.gradientNorm, name: "gradient norm, mean of the folds")
        return Charts.lines(
            [faint, smooth], title: "Gradient norm of the probe's training", axis: "step", unit: "norm", look: look,
            legend: [smooth])
    }

    /// The mean of the folds at each step, and its running mean over a fortieth of the training.
    private func means(
        _ value: KeyPath<TrainingStepRow, Double>, name: String
    ) -> (faint: Charts.Line, smooth: Charts.Line) {
        let groups = Dictionary(grouping: steps, by: \.step).sorted { $0.key < $1.key }
        let points = groups.map { step, rows in
            Point(x: Double(step), y: rows.reduce(0) { $0 + $1[keyPath: value] } / Double(rows.count))
        }.filter { $0.y.isFinite }
        let reach = max(1, points.count / 40)
        let smooth = points.indices.map { index in
            let part = points[max(0, index - reach)...min(points.count - 1, index + reach)]
            return Point(x: points[index].x, y: part.reduce(0) { $0 + $1.y } / Double(part.count))
        }
        // No more points than the eye can use.
        func thinned(_ points: [Point]) -> [Point] {
            stride(from: 0, to: points.count, by: max(1, points.count / 600)).map { points[$0] }
        }
        return (
            Charts.Line(
                name: name + ", each step", colour: Self.training, width: 1, opacity: 0.3, points: thinned(points)),
            Charts.Line(name: name, colour: Self.training, width: 2.5, points: thinned(smooth))
        )
    }
}
