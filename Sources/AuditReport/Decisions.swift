import AuditPlan
import FileReading
import Findings
import Foundation
import LabelRules
import TextForms
import YOLODataset

/// What an annotator decided on the page, as it downloads them.
public struct DecisionFile: Codable, Sendable {
    /// What a person said of one suspicion.
    public struct Decision: Codable, Sendable {
        /// That of the suspicion.
        public var id: String
        /// What the person said.
        public var decision: Findings.Decision
        /// The image's path, relative to the dataset's root.
        public var image: String
        /// From 1; null for a missing object.
        public var line: Int?
        /// What was suspected.
        public var kind: SuspicionKind
        /// The row as it was judged, `[class, cx, cy, w, h]`; nil for a missing object.
        public var label: [Double]?
        /// The row as it should be; nil where it should go.
        public var row: [Double]?
        /// What the person wrote beside it.
        public var note: String?
        /// Who decided, as they called themselves.
        public var by: String?
    }

    /// `assay-decisions`.
    public var format: String
    /// Of the form.
    public var version: Int
    /// In the order in which they were made.
    public var decisions: [Decision]

    /// In bytes: a quarter of a million decisions.
    private static let largestFile = 64 << 20

    /// - Throws: `FileError` where it is no decisions file.
    public static func read(_ path: String) throws -> DecisionFile {
        try parse(FileReading.bytes(ofFile: path, limit: largestFile), file: path)
    }

    /// - Parameter path: what an error calls the text.
    /// - Throws: `FileError` where the text is no decisions file.
    public static func parse(_ bytes: [UInt8], file path: String) throws -> DecisionFile {
        func wrong(_ message: String) -> FileError {
            FileError(
                file: path, message: message,
                wayOut: "download the decisions again from the report, with the button below the image")
        }
        try JSONShape.check(bytes, ReadingBudget(file: path, size: bytes.count))
        let file: DecisionFile
        do {
            file = try JSONDecoder().decode(DecisionFile.self, from: Data(bytes))
        } catch let error as UnknownWord {
            throw wrong("holds the unknown \(error.place) “\(error.word)”")
        } catch {
            throw wrong("is not a file of decisions")
        }
        guard file.format == "assay-decisions" else { throw wrong("is not a file of decisions") }
        guard file.version == 1 else { throw wrong("is of version \(file.version), this tool reads 1") }
        for it in file.decisions {
            if let problem = DecisionCheck().problem(of: it) { throw wrong("holds \(problem)") }
        }
        return file
    }

    private init(decisions: [Decision]) {
        format = "assay-decisions"
        version = 1
        self.decisions = decisions
    }

    /// Decisions that wait in a plan's ledger to be applied.
    public init(waitingIn plan: PlanFile) throws {
        self.init(
            decisions: try Ledger(plan.ledgerPath).decisions().filter { !$0.isApplied }.map { row in
                guard let decision = Decision(row), DecisionCheck().problem(of: decision) == nil else {
                    throw FileError(
                        file: plan.ledgerPath, message: "holds a decision that cannot be read, with the id “\(row.id)”",
                        wayOut: "delete the row from the table “decision”, and decide it again on the page")
                }
                return decision
            })
    }

    /// The object by id that the page keeps.
    static func json(of rows: [DecisionRow]) throws -> String {
        let known = rows.compactMap { row in Decision(row).map { (row.id, $0) } }.filter {
            DecisionCheck().problem(of: $0.1) == nil
        }
        let byID = Dictionary(known) { first, _ in first }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(byID), as: UTF8.self)
    }

    /// The last decision about each suspicion, in order.
    var lastOfEach: [Decision] {
        var seen: Set<String> = []
        return decisions.reversed().filter { seen.insert($0.id).inserted }.reversed()
    }
}

extension DecisionFile.Decision {
    /// What accepting changes; nil where nothing was accepted, and for whole images.
    var patch: LabelPatch? {
        func row(_ values: [Double]?) -> LabelPatch.Row? {
            values.flatMap { values in
                values.first.flatMap { Int(exactly: $0) }.map { .init(classID: $0, values: Array(values.dropFirst())) }
            }
        }
        guard decision == .accept, kind != .image, kind != .check else { return nil }
        return LabelPatch(image: image, line: line, old: row(label), new: row(self.row))
    }
}

extension DecisionFile.Decision {
    /// Nil where a row in it cannot be read: without its row a decision would say something else.
    init?(_ row: DecisionRow) {
        func values(_ text: String?) -> [Double]? {
            text.flatMap { try? JSONDecoder().decode([Double].self, from: Data($0.utf8)) }
        }
        let (label, new) = (values(row.label), values(row.row))
        guard (label == nil) == (row.label == nil), (new == nil) == (row.row == nil) else { return nil }
        self.init(
            id: row.id, decision: row.decision, image: row.image, line: row.line, kind: row.kind, label: label,
            row: new, note: row.note, by: row.decidedBy)
    }

    func row(isApplied: Bool) -> DecisionRow {
        func text(_ values: [Double]?) -> String? {
            values.map { values in
                var json = JSONWriter(spacing: .tight)
                json.value(values)
                return json.text
            }
        }
        return DecisionRow(
            id: id, decision: decision, image: image, line: line, kind: kind, label: text(label), row: text(row),
            isApplied: isApplied, note: note, decidedBy: by)
    }
}
