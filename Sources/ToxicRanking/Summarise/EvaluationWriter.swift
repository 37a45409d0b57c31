import TextForms
import YOLODataset

/// An evaluation as text, JSON and CSV.
public enum EvaluationWriter {
    /// A row a class below the means, then how far predictions change with the image.
    public static func text(_ evaluation: Evaluation, _ dataset: Dataset) -> TerminalText {
        let classes = evaluation.precision.classes
        let names = classes.map { TerminalText.shown(dataset.className($0.classID)) }
        let width = max(6, (names.map(\.count).max() ?? 0) + 2)
        func row(_ name: String, _ labels: Int, _ figures: [Double]) -> TerminalText {
            "\(Columns.left(name, width))\(Columns.left("\(labels)", 9))\(figures.map(figure).joined())\n"
        }
        var text: TerminalText = "\(Columns.left("class", width))labels   precision recall    AP50      AP50:95\n"
        text += row("all", classes.reduce(0) { $0 + $1.labels }, means(evaluation))
        for (name, entry) in zip(names, classes) {
            text += row(name, entry.labels, [entry.precision, entry.recall, entry.ap50, entry.ap])
        }
        text += "precision and recall at a confidence of \(figure(evaluation.precision.confidence))\n"
        text += consistency(evaluation.images)
        if evaluation.unreadable > 0 {
            text += "\(Counted.text(evaluation.unreadable, "image")) could not be decoded\n"
        }
        return text
    }

    private static func consistency(_ images: [Evaluation.Image]) -> TerminalText {
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        guard let flip = mean(images.compactMap(\.flipDisagreement)) else { return "" }
        let size = mean(images.compactMap(\.sizeDisagreement))
        let others = size.map { "and with three quarters of the size \(figure($0))" } ?? ""
        return "disagreement with the mirrored image \(figure(flip))\(others)\n"
    }

    private static func figure(_ value: Double) -> String { Columns.left(Figure.text(value, decimals: 4), 10) }

    private static func means(_ evaluation: Evaluation) -> [Double] {
        [\.precision, \.recall, \.ap50, \.ap].map { evaluation.precision.mean($0) }
    }

    /// One object: means, confidence, a class each, and counts of images.
    public static func json(_ evaluation: Evaluation, _ dataset: Dataset) -> String {
        func write(_ figures: [Double], to json: inout JSONWriter) {
            for (name, figure) in zip(["precision", "recall", "ap50", "ap"], figures) { json.member(name, figure) }
        }
        var json = JSONWriter()
        json.object(.lines) { json in
            json.object("all") { write(means(evaluation), to: &$0) }
            json.member("confidence", evaluation.precision.confidence)
            json.array("classes", .lines) { json in
                for entry in evaluation.precision.classes {
                    json.object { json in
                        json.member("class", entry.classID)
                        json.member("name", dataset.className(entry.classID))
                        json.member("labels", entry.labels)
                        write([entry.precision, entry.recall, entry.ap50, entry.ap], to: &json)
                    }
                }
            }
            json.member("images", evaluation.images.count)
            json.member("images_unreadable", evaluation.unreadable)
        }
        json.endLine()
        return json.text
    }

    /// A row an image.
    public static func csv(_ evaluation: Evaluation) -> String {
        var csv = CSVWriter(columns: ["image", "labels", "detections", "flip_disagreement", "size_disagreement"])
        for image in evaluation.images {
            let disagreements = [image.flipDisagreement, image.sizeDisagreement].map { $0.map { "\($0)" } }
            csv.row(image.image, image.labels, image.detections, disagreements[0], disagreements[1])
        }
        return csv.text
    }
}
