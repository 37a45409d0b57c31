import AuditPlan
import AuditReport
import FileReading
import Findings
import Foundation
import TestSupport
import Testing

/// Each guard of a decision, one by one: nothing that a file or a request holds may crash, be kept or be applied unseen.
@Suite struct DecisionCheckTests {
    private static let good: [String: String] = [
        "id": "\"0a1b\"", "decision": "\"accept\"", "image": "\"images/train/a.jpg\"", "line": "1",
        "kind": "\"class\"", "label": "[0, 0.5, 0.5, 0.1, 0.1]", "row": "[1, 0.5, 0.5, 0.1, 0.1]",
    ]

    private func read(_ changes: [String: String]) throws -> DecisionFile {
        let fields = Self.good.merging(changes) { $1 }.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "{\"format\": \"assay-decisions\", \"version\": 1, \"decisions\": [{\(fields)}]}", to: "decisions.json")
        return try DecisionFile.read(path)
    }

    private func plan(in folder: TemporaryFolder) throws -> PlanFile {
        try folder.write("path: .\ntrain: images\nval: images\nnc: 2\nnames: [a, b]\n", to: "data/data.yaml")
        return try PlanFile.load(try folder.write("dataset: data/data.yaml\n", to: "plan.yaml"))
    }

    @Test(arguments: [
        ("row", "[1e300, 0.5, 0.5, 0.1, 0.1]"), ("row", "[9223372036854775808, 0.5, 0.5, 0.1, 0.1]"),
        ("row", "[1099511627776, 0.5, 0.5, 0.1, 0.1]"), ("row", "[-1, 0.5, 0.5, 0.1, 0.1]"),
        ("row", "[0.5, 0.5, 0.5, 0.1, 0.1]"), ("row", "[1, 1e300, 0.5, 0.1, 0.1]"), ("row", "[1, 0.5, 0.5, 0.1]"),
        ("row", "[1, 0.5, 0.5, -0.1, 0.1]"), ("row", "[]"), ("row", "[1e999, 0.5, 0.5, 0.1, 0.1]"),
        ("label", "[1e300, 0.5, 0.5, 0.1, 0.1]"), ("decision", "\"maybe\""), ("kind", "\"nonsense\""),
        ("line", "0"), ("line", "-1"), ("line", "9223372036854775807"), ("line", "1e300"), ("id", "\"\""),
        ("id", "\"a b\""), ("id", "\"<script>\""), ("image", "\"\""), ("image", "\"a\\u001b[31m.jpg\""),
        ("label", "null"), ("line", "null"), ("kind", "\"missing\""), ("row", "[1, 0.5, 0.5, 0, 0.1]"),
        ("row", "[1, 0.5, 0.5, 0.1, 1.5]"), ("row", "[NaN, 0.5, 0.5, 0.1, 0.1]"),
        ("label", "[0, 0.5, 0.5, 0.1, 0.1, 0.1]"),
    ])
    func whatIsNoDecisionIsRefused(field: String, value: String) throws {
        #expect(try read([:]).decisions.count == 1)
        #expect(throws: FileError.self) { try read([field: value]) }
    }

    @Test func aClassThatTheDatasetLacksIsNotApplied() throws {
        let folder = try TemporaryFolder()
        let plan = try plan(in: folder)
        let file = try read(["row": "[2, 0.5, 0.5, 0.1, 0.1]"])
        #expect(throws: FileError.self) { try DecisionApplier.apply(file, plan: plan, isDryRun: true) }
    }

    /// A file of a stranger decides nothing but what is suspected.
    @Test func whatNothingSuspectsIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        let plan = try plan(in: folder)
        try folder.write("x", to: "data/images/train/a.jpg")
        let label = try folder.write("0 0.5 0.5 0.1 0.1\n", to: "data/labels/train/a.txt")
        let before = try FileReading.bytes(ofFile: label)
        let outcome = try DecisionApplier.apply(try read([:]), plan: plan, isDryRun: false)
        #expect(outcome.fixes.isEmpty && outcome.backup == nil)
        #expect(outcome.refused.map(\.image) == ["images/train/a.jpg"])
        #expect(try FileReading.bytes(ofFile: label) == before)
        #expect(try Ledger(plan.ledgerPath).decisions().isEmpty)
    }

    /// Taken as it was suggested, a turned box is written with its corners; a ledger's corners that are none are not.
    @Test(arguments: [nil, "[0.5,0.4]", "[1e300,0.4,0.6,0.5,0.5,0.6,0.4,0.5]", "nonsense"])
    func aTurnedSuggestionIsWrittenWithItsCorners(damage: String?) throws {
        let folder = try TemporaryFolder()
        let plan = try plan(in: folder)
        try folder.write("x", to: "data/images/train/a.jpg")
        let label = try folder.write("0 0.45 0.45 0.55 0.45 0.55 0.55 0.45 0.55\n", to: "data/labels/train/a.txt")
        let ledger = try Ledger(plan.ledgerPath)
        var row = SuspicionRow(
            id: "0a1b", image: "images/train/a.jpg", line: 1, kind: .shifted, score: 0.9, impact: 0, class: 0, cx: 0.5,
            cy: 0.5, w: 0.2, h: 0.2, evidence: "", corners: [0.5, 0.4, 0.6, 0.5, 0.5, 0.6, 0.4, 0.5])
        if let damage { row.corners = damage }
        try ledger.replaceLosses(images: [], boxes: [], suspicions: [row])
        let accepted = try read(["kind": "\"shifted\"", "row": "[0, 0.5, 0.5, 0.2, 0.2]"])
        let outcome = try DecisionApplier.apply(accepted, plan: plan, isDryRun: false)
        let text = String(decoding: try FileReading.bytes(ofFile: label), as: UTF8.self)
        if damage == nil {
            #expect(outcome.refused.isEmpty)
            #expect(text == "0 0.500000 0.400000 0.600000 0.500000 0.500000 0.600000 0.400000 0.500000\n")
            // Applied again, it has nothing to do.
            #expect(try DecisionApplier.apply(accepted, plan: plan, isDryRun: true).fixes.isEmpty)
        } else {
            #expect(outcome.refused.count == 1 && text.hasPrefix("0 0.45 0.45"))
        }
    }

    /// An older version may have kept anything.
    @Test(arguments: ["[1e300,0.5,0.5,0.1,0.1]", "[1e999,0.5,0.5,0.1,0.1]", "nonsense"])
    func whatTheLedgerHoldsIsCheckedAgain(row: String) throws {
        let folder = try TemporaryFolder()
        let plan = try plan(in: folder)
        try Ledger(plan.ledgerPath).addDecisions([
            DecisionRow(
                id: "0a", decision: .accept, image: "a.jpg", line: 1, kind: .wrongClass, label: nil, row: row,
                isApplied: false)
        ])
        #expect(throws: FileError.self) { try DecisionFile(waitingIn: plan) }
    }
}
