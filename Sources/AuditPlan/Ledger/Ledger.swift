import FileReading
import Findings
import GRDB
import ToolOptions

/// The SQLite file beside a plan: everything that does not fit a summary.
///
/// Its contents depend on the inputs alone: no times, and rows in a fixed order. docs/formats.md describes the tables;
/// each has a file of its own here, with its columns, its record and its queries.
public final class Ledger: Sendable {
    private let path: String
    private let queue: DatabaseQueue

    /// Opens the ledger, or makes it; one of an earlier version is brought to this one.
    ///
    /// - Throws: `FileError` where the file is not a ledger, is of a newer version, or cannot be written. It is left as it
    ///   was then.
    public init(_ path: String) throws {
        self.path = path
        do {
            var configuration = Configuration()
            // Somebody may be looking at the ledger with another program: wait for them.
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try LedgerVersion.bring(queue, path: path)
        } catch let error as FileError {
            throw error
        } catch let error as DatabaseError {
            throw LedgerFailure.error(error, path)
        } catch {
            throw FileError(
                file: path, message: "cannot be used as a ledger: \(error)", wayOut: LedgerFailure.startAnew)
        }
    }

    func read<Value>(_ table: String, _ body: (Database) throws -> Value) throws -> Value {
        do { return try queue.read(body) } catch { throw failure(error, table) }
    }

    /// One transaction.
    func write(_ table: String, _ body: (Database) throws -> Void) throws {
        do { try queue.write(body) } catch { throw failure(error, table) }
    }

    func rows<Row: LedgerRow>(_ request: QueryInterfaceRequest<Row>) throws -> [Row] {
        try read(Row.databaseTableName, request.fetchAll)
    }

    /// Replaces a stage's rows in one transaction, which also takes back that the stage had been finished.
    func replace(_ stage: StageName, _ insert: (Database) throws -> Void) throws {
        try write("of \(stage.rawValue)") { database in
            try Self.takeBack(stage, database)
            for table in LedgerTable.all where table.stage == stage {
                try database.execute(sql: "DELETE FROM \(table.name)")
            }
            try insert(database)
        }
    }

    private func failure(_ error: any Error, _ table: String) -> any Error {
        switch error {
        case let error as DatabaseError: LedgerFailure.error(error, path)
        case let error as UnknownWord:
            FileError(
                file: path,
                message: "the table \(table) says “\(error.word)” in the column \(error.place), "
                    + "which this version does not know",
                wayOut: "use the version of assay that wrote it, or correct the row with sqlite3 to one of "
                    + error.known.joined(separator: ", "))
        case is DecodingError, is RowDecodingError:
            FileError(
                file: path, message: "the table \(table) holds a row that cannot be read: \(error)",
                wayOut: "correct the row with sqlite3, or \(LedgerFailure.startAnew)")
        default: error
        }
    }
}
