import AuditPlan
import Charting
import FileReading
import TextForms

/// A chart of the report by its name: the page shows it, and `assay-report plot` writes it into a file.
public struct ReportPlot: Sendable {
    /// What it is called on the command line.
    public let name: String
    /// What it shows, in a few words.
    public let title: String
    /// Nil where the plan has nothing to draw.
    let draw: @Sendable (ReportContent, Drawing.Look) -> Drawing?

    /// Every chart, in the order of the page.
    public static let all: [ReportPlot] = [
        ReportPlot(name: "classes", title: "label rows by class") { content, look in
            Charts.counts(content.boxesByClass, title: "Label rows by class", unit: "rows", look: look)
        },
        ReportPlot(name: "labels-per-image", title: "labels an image") { content, look in
            histogram(content.card?.boxesPerImage, "labels an image", axis: "labels", "images", look)
        },
        ReportPlot(name: "box-sides", title: "longer side of a box at the training size") { content, look in
            histogram(content.card?.sides, "longer side of a box at the training size", axis: "pixels", "labels", look)
        },
        ReportPlot(name: "box-ratios", title: "width over height of boxes") { content, look in
            histogram(content.card?.ratios, "width over height of boxes", axis: "width / height", "labels", look)
        },
        ReportPlot(name: "centres", title: "where the centres of labels lie") { content, look in
            content.card.flatMap { Charts.heat($0.heat, side: DatasetCard.gridSide, look: look) }
        },
        ReportPlot(name: "anchors", title: "sizes of boxes, with anchors") { content, look in
            content.anchors.flatMap { Charts.sizes($0, look: look) }
        },
        ReportPlot(name: "losses", title: "loss of each image as a batch of one") { content, look in
            histogram(content.losses, "loss of each image as a batch of one", axis: "loss", "images", look)
        },
        ReportPlot(name: "gradients", title: "gradient norm of each image") { content, look in
            histogram(content.gradientNorms, "gradient norm of each image", axis: "gradient norm", "images", look)
        },
        ReportPlot(name: "training", title: "loss of the probe's training") { content, look in
            TrainingLines(content).loss(look)
        },
        ReportPlot(name: "training-gradients", title: "gradient norm of the probe's training") { content, look in
            TrainingLines(content).gradients(look)
        },
        ReportPlot(name: "probabilities", title: "suspicions by probability") { content, look in
            histogram(content.probabilities, "probability of suspicions", axis: "probability", "suspicions", look)
        },
    ]

    /// Nil where there is none of that name.
    public static func named(_ name: String) -> ReportPlot? { all.first { $0.name == name } }

    /// The chart as the page shows it, under its title; empty where there is nothing to draw.
    func figure(_ content: ReportContent, style: String? = nil, caption: Markup = "") -> Markup {
        draw(content, .page).map { Charts.figure($0, style: style, Markup(text: title) + caption) } ?? ""
    }

    /// Writes it as the path's suffix says: `.png`, or SVG.
    ///
    /// - Throws: `FileError` where there is nothing to draw, or the file cannot be written.
    public func write(_ content: ReportContent, to path: String) throws {
        guard let drawing = draw(content, .ownColours) else {
            throw FileError(
                file: path, message: "has nothing to show: the plan knows nothing of \(title)",
                wayOut: "run the plan first, or choose another chart")
        }
        try DrawingFile.write(drawing, to: path)
    }

    private static func histogram(
        _ values: [Double]?, _ title: String, axis: String, _ unit: String, _ look: Drawing.Look
    ) -> Drawing? {
        values.flatMap { Charts.histogram($0, title: title, axis: axis, unit: unit, look: look) }
    }
}
