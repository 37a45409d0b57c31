import TextForms
import YOLODataset

/// What would be silently lost, first.
public struct LabelHeadline {
    private let trainer: Trainer
    private let images: Int
    private let rows: Int
    private let droppedImages: Int
    private let droppedRows: Int
    private let stops: [String]
    /// What the dataset is besides boxes, and of which classes the dropped rows are: of a check that has just been made.
    private var task = ""
    private var classes: [TerminalText] = []

    /// Of figures that a check has left.
    ///
    /// - Parameter stops: why training does not start.
    public init(
        trainer: Trainer, images: Int, rows: Int, droppedImages: Int, droppedRows: Int, stops: [String]
    ) {
        (self.trainer, self.images, self.rows, self.stops) = (trainer, images, rows, stops)
        (self.droppedImages, self.droppedRows) = (droppedImages, droppedRows)
    }

    /// One line for people: what the trainer would drop, class by class.
    public static func text(_ result: LabelCheckResult, _ dataset: Dataset) -> TerminalText {
        var headline = LabelHeadline(
            trainer: result.trainer, images: result.images, rows: result.boxes, droppedImages: result.droppedImages,
            droppedRows: result.droppedBoxes, stops: result.stops)
        headline.task = result.task.task == .detect ? "" : " (a \(result.task.task.title))"
        headline.classes = result.droppedBoxesByClass.sorted { $0.key < $1.key }.map {
            id, count -> TerminalText in
            "\(id < 0 ? "no class" : dataset.className(id)) \(count) of \(result.boxesByClass[id] ?? count)"
        }
        return headline.text
    }

    /// One line for people.
    public var text: TerminalText {
        var text: TerminalText = "\(Counted.text(images, "image")), \(Counted.text(rows, "label row"))\(task). "
        if let reason = stops.first {
            let more = stops.count > 1 ? " (and \(stops.count - 1) more)" : ""
            text = text + "\(trainer.name) does not start training: \(reason)\(more). "
            guard droppedImages > 0 else { return text + "\n" }
            text = text + "Once it does: "
        }
        guard droppedImages > 0 || droppedRows > 0 else { return text + "\(trainer.name) would drop no image.\n" }
        text +=
            "\(trainer.name) would silently drop \(Counted.text(droppedImages, "image")) with \(Counted.text(droppedRows, "row"))"
        return droppedRows > 0 && !classes.isEmpty ? text + ": \(classes.joined(separator: ", ")).\n" : text + ".\n"
    }
}
