import Findings
import Imaging
import YOLODataset

/// I012: images that this build does not decode.
public struct FormatLeftOut: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I012", name: "format left out of this build", severity: .warning,
        what: "Images are in a format that the trainer reads and this build of Assay leaves out: their headers were "
            + "read, their pixels were not.",
        why: "Whether they are damaged, blank, or there twice is not known.",
        fix: "build Assay with its default traits, as scripts/setup prepares them")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.undecoded.map { format, count, first in
            finding(
                first.image,
                message: "\(count) \(format.name) \(count == 1 ? "image was" : "images were") not looked into: this "
                    + "build leaves the format out",
                effect: .kept("as far as the header says"))
        }
    }
}
