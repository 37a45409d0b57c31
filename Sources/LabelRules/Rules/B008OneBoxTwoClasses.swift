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
        file.labels.repeats { $0.classID != nil && $1.classID != nil && $0.hasSamePlace(as: $1) }.compactMap { copy in
            guard let classID = copy.row.classID, let first = copy.first.classID, first != classID else { return nil }
            return finding(
                file, copy.row,
                message: "the same box as line \(copy.first.line), but class \(classID) instead of \(first)",
                effect: .kept("both are trained on in silence"))
        }
    }
}
