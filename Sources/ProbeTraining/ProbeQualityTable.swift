import CheckedNumbers
import FileReading
import TextForms
import YOLOModel

/// `quality.csv` of a probe's folder: how far the models can be believed, a row a look at held-out images; the last row is
/// of the finished models, and says how far they were trained.
enum ProbeQualityTable {
    static let file = "quality.csv"

    private static let columns = [
        "epoch", "steps", "least_steps", "converged", "ap50", "predictions_per_image", "labels_per_image",
        "labels_found",
    ]
    /// A count beyond this is no count of steps or epochs.
    private static let most = 1_000_000_000

    static func bytes(_ traces: [LossTrace], _ qualities: [JudgeQuality?], _ training: JudgeTraining?) -> [UInt8] {
        var csv = CSVWriter(columns: columns)
        guard let training else { return csv.bytes }
        let stepsPerEpoch = training.steps / max(1, training.epochs)
        for (trace, quality) in zip(traces, qualities) {
            let epochs = trace.epoch + 1
            csv.row(
                epochs, epochs * stepsPerEpoch, training.leastSteps,
                training.hasConverged && epochs == training.epochs ? 1 : 0, quality?.ap50, quality?.predictions,
                quality?.labels, quality?.found)
        }
        return csv.bytes
    }

    /// How far the models of a folder were trained; nil where it does not say, or not so that it can be.
    static func training(in folder: String) -> JudgeTraining? {
        guard let bytes = try? FileReading.bytes(ofFile: folder + "/" + file),
            let last = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst().last
        else { return nil }
        let counts = last.split(separator: ",", omittingEmptySubsequences: false).prefix(4).compactMap { Int($0) }
        guard counts.count == 4, counts.allSatisfy((0...most).contains) else { return nil }
        return JudgeTraining(steps: counts[1], leastSteps: counts[2], epochs: counts[0], hasConverged: counts[3] == 1)
    }
}
