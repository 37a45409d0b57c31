import Findings
import YOLODataset

/// D019: training does not start.
public struct TrainingStops: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D019", name: "training does not start", severity: .error,
        what:
            "data.yaml lacks a key that the trainer needs (train, val), or has one whose value YAML reads as a number, a "
            + "date or nothing; or a split holds no image that the trainer takes.",
        why: "The trainer ends with an error before the first image.",
        fix: "write train, val and names; put paths that look like numbers or dates in quotes")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] { findings(.content, of: dataset) }

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.start.ofImages.map { reason in
            finding(
                survey.dataset.relative(survey.dataset.yamlPath), line: reason.line, column: 1,
                message: reason.message, effect: .stops("\(survey.dataset.trainer.name) ends with an error"),
                fix: reason.wayOut)
        }
    }
}
