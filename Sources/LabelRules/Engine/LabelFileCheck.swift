import Findings
import YOLODataset

/// What the rules say about one label file.
package enum LabelFileCheck {
    /// What the rules say, and what the trainer makes of each finding's row.
    package static func findings(_ facts: LabelFileFacts) -> [Finding] {
        // Control characters may end a row within a line.
        let rowAt = Dictionary(
            facts.labels.rows.enumerated().map { ([$1.line, $1.column], $0) }, uniquingKeysWith: { first, _ in first })
        let found = RuleRegistry.ofLabelFiles.flatMap { $0.check(facts) }
        return (found + RuleRegistry.ofLabelFiles.flatMap { $0.check(facts, after: found) }).map { finding in
            var judged = finding
            let row = finding.line.flatMap { line in finding.column.flatMap { rowAt[[line, $0]] } }
            judged.effect = facts.judgement.effect(of: finding, row: row)
            if facts.judgement.isCause(finding, row: row) { judged.severity = .error }
            return judged
        }
    }

    /// The rows of a file that no rule minds, as the quick way over it reads them; nil where it does not say so.
    package static func unremarkableRows(
        _ bytes: [UInt8], classCount: Int, imageSize: (width: Int, height: Int)?
    ) -> [PlainRows.Row]? {
        let settings = CheckSettings()
        let screen = LabelScreen(
            classCount: classCount, thresholds: settings.thresholds, trainingSize: settings.trainingSize)
        var rows: [PlainRows.Row] = []
        guard PlainRows.read(bytes[...], into: &rows), screen.isUnremarkable(rows, imageSize: imageSize) else {
            return nil
        }
        return rows
    }
}
