import Findings
import YOLODataset

/// D002: nc differs from names.
public struct ClassCountDiffers: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D002", name: "nc differs from names", severity: .error,
        what: "data.yaml declares a number of classes (nc) that is not the number of names.",
        why: "Newer Ultralytics stops; YOLOv5 stops; other trainers go on with nc. Where nc is too "
            + "small, rows of the other classes are dropped with their images.",
        fix: "leave nc out, or make it the number of names")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        guard let declared = dataset.declaredClassCount, !dataset.classNames.isEmpty,
            declared != dataset.classNames.count
        else { return [] }
        return [
            finding(
                dataset.relative(dataset.yamlPath), line: dataset.classCountLine, column: 1,
                message: "nc is \(declared), but names has \(dataset.classNames.count) entries",
                effect: declared < dataset.classNames.count
                    ? .dropped("images with a class id from \(declared) on, where the trainer starts at all")
                    : .stops("or trains \(declared - dataset.classNames.count) classes that nothing belongs to")
            )
        ]
    }
}
