import Findings
import YOLODataset

/// An evaluation as text, JSON and CSV.
public enum EvaluationWriter {
    public static func text(_ evaluation: Evaluation, _ dataset: Dataset) -> String {
        func figure(_ value: Double) -> String {
            let text = "\((value * 1e4).rounded() / 1e4)"
            return text + String(repeating: " ", count: max(0, 10 - text.count))
        }
        let classes = evaluation.precision.classes
        let names = classes.map { dataset.className($0.classID) }
        let width = max(6, (names.map(\.count).max() ?? 0) + 2)
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        func row(_ name: String, _ labels: Int, _ figures: [Double]) -> String {
            left(name, width) + left("\(labels)", 9) + figures.map(figure).joined() + "\n"
        }
        var text = left("class", width) + "labels   precision recall    AP50      AP50:95\n"
        text += row(
            "all", classes.reduce(0) { $0 + $1.labels },
            [\.precision, \.recall, \.ap50, \.ap].map { evaluation.precision.mean($0) })
        for (name, entry) in zip(names, classes) {
            text += row(name, entry.labels, [entry.precision, entry.recall, entry.ap50, entry.ap])
        }
        text += "precision and recall at a confidence of \(figure(evaluation.precision.confidence))\n"
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        if let flip = mean(evaluation.images.compactMap(\.flipDisagreement)) {
            text += "disagreement with the mirrored image \(figure(flip))"
            if let size = mean(evaluation.images.compactMap(\.sizeDisagreement)) {
                text += "and with three quarters of the size \(figure(size))"
            }
            text += "\n"
        }
        if evaluation.unreadable > 0 { text += "\(evaluation.unreadable) images could not be decoded\n" }
        return text
    }

    public static func json(_ evaluation: Evaluation, _ dataset: Dataset) -> String {
        let classes = evaluation.precision.classes.map { entry in
            "    {\"class\": \(entry.classID), \"name\": \(JSONText.quoted(dataset.className(entry.classID))), "
                + "\"labels\": \(entry.labels), \(figures([entry.precision, entry.recall, entry.ap50, entry.ap]))}"
        }
        let means = [\.precision, \.recall, \.ap50, \.ap].map { evaluation.precision.mean($0) }
        return """
            {
              "all": {\(figures(means))},
              "confidence": \(JSONText.number(evaluation.precision.confidence)),
              "classes": [
            \(classes.joined(separator: ",\n"))
              ],
              "images": \(evaluation.images.count),
              "images_unreadable": \(evaluation.unreadable)
            }

            """
    }

    private static func figures(_ values: [Double]) -> String {
        zip(["precision", "recall", "ap50", "ap"], values).map { "\"\($0)\": \(JSONText.number($1))" }
            .joined(separator: ", ")
    }

    /// A row an image.
    public static func csv(_ evaluation: Evaluation) -> String {
        "image,labels,detections,flip_disagreement,size_disagreement\n"
            + evaluation.images.map { image in
                [
                    CSVText.field(image.image), "\(image.labels)", "\(image.detections)",
                    image.flipDisagreement.map { "\($0)" } ?? "", image.sizeDisagreement.map { "\($0)" } ?? "",
                ].joined(separator: ",") + "\n"
            }.joined()
    }
}
