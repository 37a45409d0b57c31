import GRDB
import ToolOptions

/// A table as version 3 makes it.
struct LedgerTable: Sendable {
    let name: String
    /// The stage that computes the rows; nil for what people decided.
    let stage: StageName?
    let statement: String

    init(_ name: String, of stage: StageName?, _ columns: String) {
        self.name = name
        self.stage = stage
        statement = "CREATE TABLE \(name) (\(columns))"
    }

    static let all: [LedgerTable] = [
        finding, anchor, anchorMetric, anchorBox, imageLoss, boxLoss, suspicion, prediction, decision, trainingStep,
    ]
}

/// A row of a table; its coding keys are the columns.
public protocol LedgerRow: Codable, Hashable, Sendable, FetchableRecord, PersistableRecord {}

extension Sequence where Element: LedgerRow {
    func insert(into database: Database) throws {
        for row in self { try row.insert(database) }
    }
}
