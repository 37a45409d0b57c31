import Findings
import TextForms
import YOLODataset

/// F004: wrong number of columns.
public struct ColumnCount: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F004", name: "wrong number of columns", severity: .error,
        what: "A row has neither 5 columns (class cx cy w h) nor those of a polygon (class x1 y1 x2 y2 "
            + "x3 y3 …); in a pose dataset, not what its kpt_shape asks for.",
        why: "Ultralytics drops the whole image.",
        fix: "bring the row to class cx cy w h",
        systematic: "rows have another number of columns",
        triggering: ["0 0.5 0.5 0.2\n", "0 0.5 0.5 0.2 0.2 9.5\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "0 0.1 0.1 0.9 0.1 0.5 0.9\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.compactMap { row in
            guard case .wrongColumnCount(let count) = row.problem, !row.hasSixthColumn else { return nil }
            guard let shape = file.keypointShape, shape.count == 2 else {
                return finding(
                    file, row,
                    message:
                        "\(Counted.text(count, "column")), where 5 are expected (or a polygon's odd number from 7)",
                    effect: .refusedImage)
            }
            return finding(
                file, row,
                message:
                    "\(Counted.text(count, "column")), where kpt_shape \(shape) asks for \(5 + shape[0] * shape[1]): class, box and "
                    + "\(shape[0]) key points of \(shape[1]) numbers",
                effect: .refusedImage)
        }
    }
}
