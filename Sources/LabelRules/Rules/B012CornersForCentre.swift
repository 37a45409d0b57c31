import Findings
import YOLODataset

/// B012: corners for centre and size.
public struct CornersForCentre: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B012", name: "corners for centre and size", severity: .error,
        what: "In a whole file (three boxes or more) the third and fourth numbers are always larger "
            + "than the first and second, and read as centre and size most boxes would reach outside "
            + "the image: x1 y1 x2 y2 was written where cx cy w h is expected.",
        why: "Trainers test single numbers only, so every box is learned in the wrong place and size, "
            + "without a word.",
        fix: "write centre and size: ((x1+x2)/2, (y1+y2)/2, x2-x1, y2-y1)",
        systematic: "boxes are corners x1 y1 x2 y2, not centre and size",
        triggering: ["0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n0 0.4 0.4 0.6 0.6\n0 0.3 0.3 0.4 0.4\n", "0 0.1 0.1 0.4 0.4\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard let (rows, outside) = file.labels.cornerBoxes, let first = rows.first else { return [] }
        return [
            finding(
                file, first,
                message:
                    "all \(rows.count) boxes read like corners x1 y1 x2 y2; as centre and size, \(outside) of them "
                    + "reach outside the image",
                effect: .readWrong("every box in another place and size"))
        ]
    }
}
