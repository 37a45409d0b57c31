import Findings
import YOLODataset

/// D002: nc differs from names.
public struct ClassCountDiffers: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D002", name: "nc differs from names", severity: .error,
        what:
            "data.yaml declares a number of classes (nc) that is not the number of names, or one of the two is none: no "
            + "whole number, no list, keys with a gap.",
        why: "Ultralytics and YOLOv7 stop; YOLOv5 looks at the names alone.",
        fix: "leave nc out, or make it the number of names")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] { findings(.classes, of: dataset) }
}
