import TextForms
import YOLODataset

/// What would be silently lost, first.
public enum LabelHeadline {
    /// One line for people: what the trainer would drop, class by class.
    public static func text(_ result: LabelCheckResult, _ dataset: Dataset) -> TerminalText {
        let task = result.task.task == .detect ? "" : " (a \(result.task.task.title))"
        var text: TerminalText =
            "\(Counted.text(result.images, "image")), \(Counted.text(result.boxes, "label row"))\(task). "
        if let reason = result.stops.first {
            let more = result.stops.count > 1 ? " (and \(result.stops.count - 1) more)" : ""
            text = text + "\(result.trainer.name) does not start training: \(reason)\(more). "
            guard result.droppedImages > 0 else { return text + "\n" }
            text = text + "Once it does: "
        }
        guard result.droppedImages > 0 || result.droppedBoxes > 0 else {
            return text + "\(result.trainer.name) would drop no image.\n"
        }
        text +=
            "\(result.trainer.name) would silently drop \(Counted.text(result.droppedImages, "image")) with \(Counted.text(result.droppedBoxes, "row"))"
        guard result.droppedBoxes > 0 else { return text + ".\n" }
        let classes: [TerminalText] = result.droppedBoxesByClass.sorted { $0.key < $1.key }.map {
            id, count -> TerminalText in
            "\(id < 0 ? "no class" : dataset.className(id)) \(count) of \(result.boxesByClass[id] ?? count)"
        }
        return text + ": \(classes.joined(separator: ", ")).\n"
    }
}
