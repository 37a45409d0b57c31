import Findings
import YOLODataset

/// P005: files with a suffix that trainers do not know.
public struct UnknownSuffix: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P005", name: "unknown suffix", severity: .note,
        what:
            "Files in image folders, or entries of image lists, have a suffix that trainers do not take for an image.",
        why: "They are skipped in silence, with their labels.",
        fix: "convert them to JPEG or PNG, or move them elsewhere")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        guard let first = listing.otherFiles.first else { return [] }
        let others = listing.otherFiles.count - 1
        return [
            finding(
                first,
                message: "no image to trainers by its suffix"
                    + (others > 0 ? ", and so are \(others) other files" : ""),
                effect: .dropped("not trained on"))
        ]
    }
}
