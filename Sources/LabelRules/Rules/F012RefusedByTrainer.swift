import Findings
import YOLODataset

/// F012: refused by the trainer.
public struct RefusedByTrainer: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F012", name: "refused by the trainer", severity: .error,
        what: "The trainer that the check is made for (--trainer) does not take the file, though no other rule has "
            + "anything to say about the row that it stumbles over: for example polygons under YOLOv7.",
        why: "The image is never seen by this trainer, with all its rows.",
        fix: "write the rows as: class cx cy w h",
        systematic: "the trainer refuses the rows")

    public init() {}

    public func check(_ file: LabelFileFacts, after others: [Finding]) -> [Finding] {
        guard let refusal = file.judgement.refusal else { return [] }
        let line = file.judgement.refusalLine
        // Whether one of them is about a place that the trainer stumbles over.
        var causes = Set(zip(file.labels.rows, file.judgement.rows).filter(\.1.isCause).map(\.0.line))
        if let line { causes.insert(line) }
        guard !others.contains(where: { $0.line.map(causes.contains) ?? true }) else { return [] }
        return [
            finding(
                file.sample.label, line: line, column: line == nil ? nil : 1,
                message: "\(file.trainer.name) does not take this: \(refusal)", effect: .refusedImage)
        ]
    }
}
