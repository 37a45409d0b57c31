import Findings
import YOLODataset

/// B008: one box, two classes.
public struct OneBoxTwoClasses: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B008", name: "one box, two classes", severity: .warning,
        what: "Two rows of a file have exactly the same coordinates but different classes.",
        why: "Trainers keep both in silence: the same place is taught as two classes at once, and whichever is "
            + "wrong pulls against the other in every epoch.",
        fix: "keep the row with the right class, and delete the other",
        triggering: ["0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n", "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.3\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        var first: [ArraySlice<Double>: (line: Int, classID: Int)] = [:]
        return file.labels.rows.compactMap { row in
            guard row.problem == nil, let classID = row.classID else { return nil }
            let coordinates = row.values.dropFirst()
            guard let earlier = first[coordinates] else {
                first[coordinates] = (row.line, classID)
                return nil
            }
            guard earlier.classID != classID else { return nil }
            return finding(
                file.sample.label, line: row.line, column: row.column,
                message: "the same box as line \(earlier.line), but class \(classID) instead of \(earlier.classID)",
                effect: "kept: both are trained on in silence")
        }
    }
}
