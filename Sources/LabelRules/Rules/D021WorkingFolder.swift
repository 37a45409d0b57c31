import Findings
import YOLODataset

/// D021: depends on the working directory.
public struct DependsOnWorkingFolder: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D021", name: "depends on the working directory", severity: .warning,
        what:
            "`path`, or lines of a list, are relative to the folder that training is started in: `path: .`, or lines that "
            + "begin neither with ./ nor with /. The check takes the folder from which the images are found.",
        why: "Started from another folder, the same command finds no image, or other ones.",
        fix: "leave path out or write it absolute; begin the lines of a list with ./")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        findings(.workingFolder, of: dataset)
    }
}
