import AuditPlan
import FileReading
import Findings
import Foundation
import GRDB
import TestSupport
import Testing

/// Ledgers that earlier versions wrote, as their own code made them (`Ledgers/`, dumped as SQL).
@Suite struct LedgerMigrationTests {
    /// What each version wrote, and which stages need not run again.
    private static let earlier: [(name: String, kept: Set<String>)] = [
        ("version-1", ["anchors"]), ("version-2-first", ["anchors", "probe"]),
        ("version-2-applied", ["anchors", "probe"]), ("version-2-served", ["anchors", "probe"]),
        ("version-2-mixed", ["anchors", "probe"]), ("version-2", ["labels", "anchors", "probe", "toxic"]),
    ]

    private let folder: TemporaryFolder
    private var path: String { folder.path + "/l.sqlite" }

    init() throws { folder = try TemporaryFolder() }

    /// Makes a ledger as the version wrote it.
    private func make(_ name: String, adding sql: String = "") throws {
        let dump = try #require(Bundle.module.url(forResource: name, withExtension: "sql", subdirectory: "Ledgers"))
        let text = try String(contentsOf: dump, encoding: .utf8)
        try DatabaseQueue(path: path).inDatabase { try $0.execute(sql: text + sql) }
    }

    /// What was decided in the fixtures; `hasRows` in those that kept rows.
    private func decisions(hasRows: Bool = true) -> [DecisionRow] {
        func row(
            _ id: String, _ word: Decision, _ image: String, _ line: Int?, _ kind: SuspicionKind,
            _ label: String? = nil, _ row: String? = nil, isApplied: Bool = false
        ) -> DecisionRow {
            DecisionRow(
                id: id, decision: word, image: image, line: line, kind: kind, label: hasRows ? label : nil,
                row: hasRows ? row : nil, isApplied: isApplied || !hasRows)
        }
        return [
            row(
                "0123456789abcdef", .accept, "images/train/a.jpg", 1, .wrongClass, "[0,0.5,0.5,0.25,0.125]",
                "[1,0.5,0.5,0.25,0.125]", isApplied: true),
            row("11", .reject, "images/train/it's “é”.jpg", nil, .missing, nil, "[1,0.1,0.1,0.1,0.1]"),
            row("22", .unsure, "images/val/b.jpg", 12, .spurious, "[0,0.1,0.2,0.3,0.4]"),
            row("33", .accept, "images/val/c.jpg", nil, .check, isApplied: true),
        ]
    }

    private func meta() throws -> [String: String] {
        try DatabaseQueue(path: path).read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT key, value FROM meta")
            return try Dictionary(
                uniqueKeysWithValues: rows.map { (try $0.decode(atIndex: 0), try $0.decode(atIndex: 1)) })
        }
    }

    /// Names and columns of all tables.
    private func shape(_ path: String) throws -> [String: [String]] {
        try DatabaseQueue(path: path).read { database in
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master ORDER BY name")
            return try Dictionary(
                uniqueKeysWithValues: tables.map { table in
                    let columns = try Row.fetchAll(database, sql: "PRAGMA table_info(\"\(table)\")")
                    return (table, columns.map { "\($0)" })
                })
        }
    }

    @Test(arguments: LedgerMigrationTests.earlier)
    func decisionsOfEveryVersionStay(name: String, kept: Set<String>) throws {
        try make(name)
        let ledger = try Ledger(path)
        let hasDecisions = name.hasPrefix("version-2") && name != "version-2-first"
        #expect(try ledger.decisions() == (hasDecisions ? decisions(hasRows: name != "version-2-applied") : []))
        // The same tables as in a new ledger, and every one can be filled.
        let fresh = folder.path + "/fresh.sqlite"
        _ = try Ledger(fresh)
        #expect(try shape(path) == shape(fresh))
        try ledger.addDecisions(decisions())
        #expect(try Ledger(path).decisions() == decisions())
        let version = try #require(try meta()["schema_version"])
        #expect(version == "5")
    }

    /// What has been computed stays where its table is as it was, and is computed again where not.
    @Test(arguments: LedgerMigrationTests.earlier)
    func stagesRunAgainWhereTheirTablesChanged(name: String, kept: Set<String>) throws {
        try make(name)
        let ledger = try Ledger(path)
        #expect(Set(try meta().keys) == Set(kept.map { "finished.\($0)" } + ["schema_version"]))
        #expect(try ledger.anchors().count == 2 && ledger.anchorMetrics().count == 1 && ledger.anchorBoxes().count == 1)
        #expect(try ledger.findings().count == (kept.contains("labels") ? 1 : 0))
        #expect(try ledger.trainingSteps().count == (kept.contains("probe") ? 1 : 0))
        #expect(try ledger.imageLosses().count == (kept.contains("toxic") ? 1 : 0))
        try ledger.replaceLosses(
            images: [ImageLossRow(image: "a", split: "train")], boxes: [],
            suspicions: [
                SuspicionRow(
                    id: "a", image: "a", line: nil, kind: .image, score: 1, impact: 0, class: nil, cx: nil, cy: nil,
                    w: nil, h: nil, evidence: "e")
            ], predictions: [PredictionRow(image: "a", class: 0, confidence: 1, cx: 0, cy: 0, w: 0, h: 0)])
        #expect(try ledger.suspicions().count == 1)
    }

    @Test(arguments: ["6", "ten", ""])
    func aNewerLedgerIsLeftAsItIs(version: String) throws {
        try make("version-2", adding: "UPDATE meta SET value = '\(version)' WHERE key = 'schema_version';")
        let before = try FileReading.bytes(ofFile: path)
        let error = try #require(throws: FileError.self) { try Ledger(path) }
        #expect(error.message.contains("version \(version),") && error.wayOut.contains("newer assay"), "\(error)")
        #expect(try FileReading.bytes(ofFile: path) == before)
    }

    @Test func aNewerMigrationIsLeftAsItIs() throws {
        _ = try Ledger(path)
        try DatabaseQueue(path: path).write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('6')") }
        #expect(throws: FileError.self) { try Ledger(path) }
    }

    /// As several tools that start at once.
    @Test(arguments: ["version-1", "version-2-applied", nil])
    func manyOpenAtOnce(name: String?) throws {
        if let name { try make(name) }
        let path = path
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 12) { _ in
            do { _ = try Ledger(path).decisions() } catch { failures.add("\(error)") }
        }
        #expect(failures.all.isEmpty, "\(failures.all)")
        #expect(try Ledger(path).decisions().count == (name == "version-2-applied" ? 4 : 0))
    }

    /// A migration that fails halfway, after it has dropped tables, leaves the ledger whole.
    @Test func aMigrationThatFailsChangesNothing() throws {
        try make("version-2-applied", adding: "ALTER TABLE decision DROP COLUMN kind;")
        let before = try contents()
        #expect(throws: FileError.self) { try Ledger(path) }
        #expect(try contents() == before)
    }

    /// A process killed before the end leaves the file half written and a journal beside it.
    @Test func aMigrationThatIsKilledChangesNothing() throws {
        try make("version-2-applied")
        let before = try contents()
        let (path, killed) = (path, folder.path + "/killed.sqlite")
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            // Pages go to the file as soon as they change.
            try database.execute(sql: "PRAGMA cache_size = 1")
            database.trace { event in
                guard "\(event)".contains("INSERT INTO grdb_migrations") else { return }
                for end in ["", "-journal"] {
                    try? FileManager.default.copyItem(atPath: path + end, toPath: killed + end)
                }
            }
        }
        try LedgerVersion.migrator.migrate(DatabaseQueue(path: path, configuration: configuration))
        #expect(FileManager.default.fileExists(atPath: killed + "-journal"))
        try FileManager.default.removeItem(atPath: path)
        for end in ["", "-journal"] { try FileManager.default.moveItem(atPath: killed + end, toPath: path + end) }
        #expect(try contents() == before)
        #expect(try Ledger(path).decisions() == decisions(hasRows: false))
    }

    /// All rows of all tables but the list of migrations.
    private func contents() throws -> [String] {
        try DatabaseQueue(path: path).read { database in
            let tables = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'grdb_migrations' ORDER BY name
                    """)
            return try tables.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"").map { "\(table) \($0)" }
            }
        }
    }
}

private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []

    var all: [String] { lock.withLock { texts } }

    func add(_ text: String) { lock.withLock { texts.append(text) } }
}
