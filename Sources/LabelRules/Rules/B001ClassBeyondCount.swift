import Findings
import TextForms
import YOLODataset

/// B001: class id not below nc.
public struct ClassBeyondCount: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B001", name: "class id not below nc", severity: .error,
        what: "A row names a class id that is not below the number of classes in data.yaml (nc, or the "
            + "number of names).",
        why: "Ultralytics drops the whole image; YOLOv5 stops when training starts. With an nc that is "
            + "too small for the dataset, most of the data vanishes without an error.",
        fix: "correct the class id, or nc and names in data.yaml",
        systematic: "class ids are not below nc",
        triggering: ["3 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "2 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard row.problem == nil, let id = row.classID, id >= file.classCount else { return nil }
            return finding(
                file, row,
                message:
                    "class id \(id), but the dataset has \(Counted.text(file.classCount, "class")) (0…\(file.classCount - 1))",
                effect: .refusedImage)
        }
    }
}
