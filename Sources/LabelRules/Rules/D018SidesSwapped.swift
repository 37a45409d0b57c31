import Findings
import YOLODataset

/// D018: x and y, or width and height, swapped.
public struct SidesSwapped: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D018", name: "x and y, or width and height, swapped", severity: .error,
        what: "Over the whole dataset many boxes reach outside their images, and nearly all of them would not if width "
            + "and height changed places.",
        why: "Trainers test single numbers only, so every box is learned with the wrong shape, without a word.",
        fix: "look at the tool that wrote the labels: it has taken rows for columns; then write class cx cy w h")

    public init() {}

    private static let leastBoxes = 20

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        let swaps = survey.swaps
        let rows = survey.profile.rows
        guard swaps.outside >= Self.leastBoxes, Double(swaps.outside) >= 0.02 * Double(rows),
            Double(swaps.mended) >= 0.9 * Double(swaps.outside)
        else { return [] }
        return [
            finding(
                survey.dataset.relative(survey.dataset.yamlPath),
                message: "\(swaps.outside) of \(rows) boxes reach outside their images; with width and height swapped, "
                    + "\(swaps.mended) of these would not",
                effect: .readWrong("boxes of another shape"))
        ]
    }
}
