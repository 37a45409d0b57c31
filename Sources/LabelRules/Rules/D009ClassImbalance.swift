import Findings
import TextForms
import YOLODataset

/// D009: strong class imbalance.
public struct ClassImbalance: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D009", name: "strong class imbalance", severity: .note,
        what: "The most frequent class has more than 100 times as many boxes in training as the rarest.",
        why: "The rare class is hardly ever in a batch; its AP says little.",
        fix: "gather more of the rare class, or sample its images more often")

    static let imbalance = RuleThreshold(
        name: "imbalance", default: 100, range: 1...1_000_000_000,
        help: "The most frequent class may have this many times the boxes of the rarest in training.")
    public static let thresholds = [imbalance]

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        guard let train = survey.rowsBySplit["train"]?.filter({ $0.key >= 0 && $0.key < survey.dataset.classCount }),
            let most = train.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            let least = train.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
            Double(most.value) > survey.thresholds[Self.imbalance] * Double(least.value)
        else { return [] }
        return [
            finding(
                classesOf: survey.dataset,
                message: "\(survey.dataset.className(most.key)) has \(Counted.text(most.value, "box")) in training, "
                    + "\(survey.dataset.className(least.key)) \(least.value)",
                effect: .kept("the rare class is hardly learned"))
        ]
    }
}
