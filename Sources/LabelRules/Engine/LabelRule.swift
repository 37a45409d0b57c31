import Findings
import YOLODataset

/// Looks for one kind of trouble. A rule implements the methods for what it looks at, and the others find nothing.
public protocol LabelRule: Sendable {
    /// Its code, what it finds and why that matters.
    static var documentation: RuleDocumentation { get }
    /// The limits of the rule that a person may set; none unless declared.
    static var thresholds: [RuleThreshold] { get }
    /// Called once, before any file is read.
    func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding]
    /// Called for each label file that can be read, unless the quick screen has nothing against it.
    func check(_ file: LabelFileFacts) -> [Finding]
    /// Called after that for the same file, with what all rules said about it.
    func check(_ file: LabelFileFacts, after others: [Finding]) -> [Finding]
    /// Called for each image that is read, unless the quick screen has nothing against it.
    func check(_ image: ImageFacts) -> [Finding]
    /// Called for each label file that is there but cannot be read.
    func check(_ file: UnreadableLabelFacts) -> [Finding]
    /// Called once, when every sample has been read.
    func check(_ survey: DatasetSurvey) -> [Finding]
}

extension LabelRule {
    public static var thresholds: [RuleThreshold] { [] }

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] { [] }
    public func check(_ file: LabelFileFacts) -> [Finding] { [] }
    public func check(_ file: LabelFileFacts, after others: [Finding]) -> [Finding] { [] }
    public func check(_ image: ImageFacts) -> [Finding] { [] }
    public func check(_ file: UnreadableLabelFacts) -> [Finding] { [] }
    public func check(_ survey: DatasetSurvey) -> [Finding] { [] }

    /// A finding with the rule's code; its severity and way out unless others are given.
    func finding(
        _ file: String, line: Int? = nil, column: Int? = nil, severity: Severity? = nil, message: String,
        effect: TrainerEffect, fix: String? = nil
    ) -> Finding {
        Finding(
            code: Self.documentation.code, severity: severity ?? Self.documentation.severity, file: file, line: line,
            column: column, message: message, effect: effect, fix: fix ?? Self.documentation.fix)
    }

    /// A finding about a row of a label file, at the row's first wrong field.
    func finding(
        _ file: LabelFileFacts, _ row: LabelRow, severity: Severity? = nil, message: String, effect: TrainerEffect
    ) -> Finding {
        finding(
            file.sample.label, line: row.line, column: row.column, severity: severity, message: message, effect: effect)
    }

    /// What the trainer stumbles over, of one kind.
    func findings(_ subject: DatasetProblem.Subject, of dataset: Dataset) -> [Finding] {
        dataset.problems.filter { $0.subject == subject }.map { problem in
            let severity: Severity =
                switch problem.weight {
                case .note: .note
                case .warning: .warning
                case .stops: .error
                }
            return finding(
                dataset.relative(dataset.yamlPath), line: problem.line, column: problem.column, severity: severity,
                message: problem.message,
                effect: problem.stops
                    ? .stops("\(dataset.trainer.name) ends with an error")
                    : .readWrong("elsewhere than it seems"), fix: problem.wayOut)
        }
    }

    /// A finding about the classes of a dataset, where data.yaml names them.
    func finding(classesOf dataset: Dataset, message: String, effect: TrainerEffect) -> Finding {
        finding(
            dataset.relative(dataset.yamlPath), line: dataset.namesLine, column: 1, message: message, effect: effect)
    }
}
