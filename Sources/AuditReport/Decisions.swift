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
    }

    /// `assay-decisions`.
    public var format: String
    /// Of the form.
    public var version: Int
    /// In the order in which they were made.
    public var decisions: [Decision]

    /// - Throws: `FileError` where it is no decisions file.
    public static func read(_ path: String) throws -> DecisionFile {
        try parse(FileReading.bytes(ofFile: path, limit: 256 << 20), file: path)
    }

    /// - Throws: `FileError` where the text is no decisions file.
    static func parse(_ bytes: [UInt8], file path: String) throws -> DecisionFile {
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
        let known = rows.compactMap { row in Decision(row).map { (row.id, $0) } }
        let byID = Dictionary(known) { first, _ in first }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(byID), as: UTF8.self)
    }

    /// The changes of label rows that were accepted.
    var patches: [LabelPatch] { decisions.compactMap(\.patch) }
}

extension DecisionFile.Decision {
    /// What accepting changes; nil where nothing was accepted, and for whole images.
    fileprivate var patch: LabelPatch? {
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
            row: new)
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
            isApplied: isApplied)
    }
}

/// Takes decisions back into the dataset and into the plan's ledger.
public enum DecisionApplier {
    /// What an application has done, or would do.
    public struct Outcome: Sendable {
        /// The files that change.
        public var fixes: [FileFix]
        /// Decisions that no row fits any more, with the reason.
        public var refused: [(patch: LabelPatch, reason: String)]
        /// The folder with the files as they were; nil where nothing was written.
        public var backup: String?
    }

    /// Writes label files atomically, each with a copy kept, and remembers every decision so that it is not asked again.
    ///
    /// - Parameter isDryRun: nothing is written.
    public static func apply(_ file: DecisionFile, plan: PlanFile, isDryRun: Bool) throws -> Outcome {
        let dataset = try Dataset.open(plan.settings.dataset)
        let check = DecisionCheck(classCount: dataset.classCount)
        for decision in file.decisions {
            guard let problem = check.problem(of: decision) else { continue }
            throw FileError(
                file: plan.path, message: "cannot take these decisions: they hold \(problem)",
                wayOut: "make the report anew, and decide there")
        }
        let patches = try LabelPatches(file.patches, dataset: dataset)
        var outcome = Outcome(fixes: patches.fixes, refused: patches.refused)
        guard !isDryRun else { return outcome }
        if !patches.fixes.isEmpty { outcome.backup = try LabelFixer.apply(patches.fixes, root: dataset.root) }
        let refused = Set(patches.refused.map(\.patch))
        let done = file.decisions.filter { decision in decision.patch.map { !refused.contains($0) } ?? true }
        try Ledger(plan.ledgerPath).addDecisions(
            done.map { $0.row(isApplied: true) })
        return outcome
    }
}

/// How many of the images of which nothing is suspected hold an error, from a random slice of them.
package struct SpotCheckEstimate {
    /// Images are drawn in the order of their digests.
    static func digest(image: String, seed: UInt64) -> String {
        ContentDigest.of(Array("\(seed) spot check \(image)".utf8)).hex
    }

    /// What a decision about the image of a digest is called.
    static func id(_ digest: String) -> String { String(digest.prefix(16)) }

    /// Images of which nothing is suspected that a person has looked at.
    package let looked: Int
    /// Of them, those in which something was wrong.
    package let wrong: Int

    /// Counts the decisions about images of which nothing is suspected.
    package init(_ decisions: [DecisionRow]) {
        let own = decisions.filter { $0.kind == .check && $0.decision != .unsure }
        looked = own.count
        wrong = own.count { $0.decision == .accept }
    }

    /// Wilson's interval at 95 %; nil before anything was looked at.
    package var interval: ClosedRange<Double>? {
        guard looked > 0 else { return nil }
        let (n, p, z) = (Double(looked), Double(wrong) / Double(looked), 1.959964)
        let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, centre - half)...min(1, centre + half)
    }
}

/// Probabilities in the light of what was decided.
package enum Recalibration {
    /// Odds are multiplied, kind by kind, by what was accepted against what was expected among the decided ones; with
    /// few decisions the factor stays near 1.
    package static func factors(
        _ suspicions: [SuspicionRow], _ decisions: [DecisionRow]
    ) -> [SuspicionKind: Double] {
        let known = Dictionary(suspicions.map { ($0.id, $0) }) { first, _ in first }
        var factors: [SuspicionKind: Double] = [:]
        for (kind, members) in Dictionary(grouping: decisions.filter { $0.decision != .unsure }, by: \.kind) {
            let judged = members.compactMap { decision in known[decision.id].map { (decision, $0.score) } }
            guard !judged.isEmpty else { continue }
            let expected = judged.reduce(0) { $0 + $1.1 }
            let accepted = Double(judged.count { $0.0.decision == .accept })
            let rest = Double(judged.count)
            // Ten decisions' worth of belief in the probabilities as they are.
            let weight = 10 / max(expected, rest - expected, 1e-9)
            factors[kind] =
                ((accepted + weight * expected) / (rest - accepted + weight * (rest - expected)))
                / (max(expected, 1e-9) / max(rest - expected, 1e-9))
        }
        return factors
    }

    /// A probability with its odds multiplied by a factor.
    package static func probability(_ p: Double, factor: Double) -> Double {
        let odds = p / max(1 - p, 1e-9) * factor
        return odds / (1 + odds)
    }
}
