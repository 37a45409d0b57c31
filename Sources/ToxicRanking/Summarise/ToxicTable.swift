import CheckedNumbers
import Findings
import TextForms
import YOLOModel

/// A run's first rows, for people.
public enum ToxicTable {
    /// Images, the worst first, then the dataset as a whole, the most probable suspicions and the training advice.
    ///
    /// - Parameter top: how many images and suspicions are listed.
    public static func text(_ result: ToxicResult, top: Int) -> TerminalText {
        doubt(result) + images(result, top: top) + dataset(result) + suspicions(result, top: top) + "\n"
            + TerminalText(written: result.advice.yaml)
    }

    /// The first line where the models cannot judge: what follows is worth little then.
    private static func doubt(_ result: ToxicResult) -> TerminalText {
        result.verdict.sentence().map { "\($0)\n\n" as TerminalText } ?? ""
    }

    private static func images(_ result: ToxicResult, top: Int) -> TerminalText {
        let shown = result.images.prefix(top)
        let width = min(60, (shown.map { $0.sample.image.count }.max() ?? 10) + 2)
        func row(_ image: String, _ cells: [String], _ reason: String) -> TerminalText {
            let figures = zip(cells, [7, 9, 8, 8, 8, 9, 8]).map(Columns.left).joined()
            return "\(Columns.left(TerminalText.shown(image), width))\(figures)\(reason)\n"
        }
        let head = row("image", ["boxes", "loss", "box", "obj", "cls", "|grad|", "energy"], "reason")
        return head
            + shown.map { image -> TerminalText in
                let energy = short(image.energyShare.map { $0 * 100 }, decimals: 2) + "%"
                let figures = [
                    image.parts?.total, image.parts?.box, image.parts?.objectness, image.parts?.classification,
                    image.norms?.total,
                ]
                return row(
                    image.sample.image, ["\(image.boxes.count)"] + figures.map { short($0) } + [energy], image.reason)
            }.joined()
    }

    private static func dataset(_ result: ToxicResult) -> TerminalText {
        let loss = result.datasetLoss
        return """

            \(Counted.text(result.images.count, "image")); loss of the dataset as one batch \(short(loss.total, decimals: 5)) \
            (box \(short(loss.box, decimals: 5)), obj \(short(loss.objectness, decimals: 5)), \
            cls \(short(loss.classification, decimals: 5)))
            \(gradients(result))

            """
    }

    private static func gradients(_ result: ToxicResult) -> String {
        func percent(_ share: Double?) -> String { short(share.map { $0 * 100 }, decimals: 1) + " %" }
        guard result.reach != .none else { return "gradients were not taken (--gradient none)" }
        let energy =
            "the top 1 % hold \(percent(result.topPercentEnergy)) of the gradient's energy; effective sample size "
            + short(result.effectiveSampleSize, decimals: 1)
        guard let part = result.reach.part else {
            return "clipping at max_norm 10 would touch \(percent(result.clippedAt10)) of the images, at 1 "
                + "\(percent(result.clippedAt1)); " + energy
        }
        return "gradients are \(part) (--gradient \(result.reach.rawValue)), and say nothing of clipping; " + energy
    }

    /// The most probable suspicions, and how many wrong labels of each kind there should be.
    private static func suspicions(_ result: ToxicResult, top: Int) -> TerminalText {
        let list = result.suspicions
        var text: TerminalText =
            result.isOutOfFold
            ? "\nsuspicions, by models that have not seen the labels they judge:\n"
            : "\nsuspicions, in sample: a checkpoint excuses wrong labels that it has learned (assay-probe judges out of fold)\n"
        for it in list.shown.prefix(top) {
            let row = it.line.map { ":\($0)" } ?? ""
            text +=
                "\(Figure.text(it.probability, decimals: 2))  \(it.kind.rawValue)  \(it.image)\(row)  \(it.evidence)\n"
        }
        if let quality = result.quality {
            text +=
                "AP50 of what the models predict, against the labels: \(short(quality.ap50)); \(Figure.percent(quality.found)) % of the labels are found, \(short(quality.predictions, decimals: 1)) confident predictions an image, for \(short(quality.labels, decimals: 1)) labelled objects\n"
        }
        let counts = SuspicionKind.allCases.compactMap { kind in
            list.expected[kind].map { expected in
                let range = list.bounds[kind].map { " (\(Self.bounds($0)))" } ?? ""
                return "\(kind.rawValue) \(Figure.text(expected, decimals: 1))\(range)"
            }
        }
        text += "expected number of wrong labels: \(counts.joined(separator: ", "))"
        text += list.isCalibrated ? "\n" : " (too few labels to calibrate: plain scores)\n"
        return text
    }

    /// In whole numbers, outwards.
    private static func bounds(_ count: ProbabilityCalibration.Count) -> String {
        let ends = [count.low.rounded(.down), count.high.rounded(.up)].map { Counted.number(Int(clamping: $0)) }
        return "\(ends[0])–\(ends[1])"
    }

    private static func short(_ value: Double?, decimals: Int = 3) -> String {
        value.map { Figure.text($0, decimals: decimals) } ?? Figure.none
    }
}
