import AuditPlan
import FileReading
import Findings
import Foundation
import TestSupport
import Testing

/// What a run that was cut short leaves behind never passes for a result.
@Suite struct CrashSafetyTests {
    private struct Crash: Error {}

    private func finding(_ message: String) -> Finding {
        Finding(code: "B001", severity: .error, file: "a.txt", message: message, effect: .kept("e"), fix: "f")
    }

    /// Runs the labels stage on a dataset that `state` stands for, up to a crash where one is asked for.
    private func run(_ path: String, state: String, crash: Bool = false) throws -> StageOutcome {
        try StageRunner.run(
            .labels, plan: path, inputs: { _ in .of(state) },
            body: { context in
                try context.ledger.replaceFindings([finding(state)])
                let output = try context.write(state, to: "findings.json")
                if crash { throw Crash() }
                return StageResult(status: .done, inputs: "", outputs: [output], summary: [])
            })
    }

    private func isUnchanged(_ outcome: StageOutcome) -> Bool {
        if case .unchanged = outcome { true } else { false }
    }

    @Test func inputsThatReturnAfterACrashRunAgain() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        _ = try run(path, state: "first")
        #expect(isUnchanged(try run(path, state: "first")))
        #expect(throws: Crash.self) { try run(path, state: "second", crash: true) }
        // The plan still tells of the first run, the ledger holds rows of the second.
        #expect(!isUnchanged(try run(path, state: "first")))
        #expect(try Ledger(PlanFile.load(path).ledgerPath).findings() == [finding("first")])
        #expect(try FileReading.bytes(ofFile: folder.path + "/plan.assay/findings.json") == Array("first".utf8))
    }

    /// A stage that ran after the ledger was lost makes a new one; the others must not take it for theirs.
    @Test func everyStageFillsANewLedger() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        func anchors() throws -> StageOutcome {
            try StageRunner.run(
                .anchors, plan: path, inputs: { _ in .of("x") },
                body: { context in
                    try context.ledger.replaceAnchors(
                        [AnchorRow(set: .new, position: 0, width: 1, height: 2)], [], boxes: [(1, 2, 0)])
                    return StageResult(status: .done, inputs: "", summary: [])
                })
        }
        _ = try run(path, state: "first")
        _ = try anchors()
        #expect(isUnchanged(try anchors()))
        let ledger = try PlanFile.load(path).ledgerPath
        try FileManager.default.removeItem(atPath: ledger)
        _ = try run(path, state: "first")
        #expect(!isUnchanged(try anchors()))
        #expect(try Ledger(ledger).anchors().count == 1)
    }

    @Test func remainsOfACrashAreRemoved() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        for name in [
            "plan.yaml.123.456.tmp", "plan.assay/findings.json.7.8.tmp", "plan.yaml.tmp", "other.yaml.1.2.tmp",
            "plan.assay/mine.tmp",
        ] {
            try folder.write("half", to: name)
        }
        _ = try run(path, state: "first")
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == [
                "other.yaml.1.2.tmp", "plan.assay", "plan.assay/findings.json", "plan.assay/lock",
                "plan.assay/mine.tmp", "plan.ledger.sqlite", "plan.yaml", "plan.yaml.tmp",
            ])
    }

    /// What is longer in bytes than in characters does not move the marker.
    @Test(arguments: ["# Комментарий, который длиннее в байтах\n", "# 这是一个注释\r\n", "\u{FEFF}# mark\n"])
    func longUnicodeCommentsLoadAgain(comment: String) throws {
        let folder = try TemporaryFolder()
        let persons = comment + String(repeating: "# ünïcödé — комментарий\n", count: 40) + "dataset: d.yaml"
        let path = try folder.write(persons, to: "plan.yaml")
        _ = try run(path, state: "first")
        #expect(isUnchanged(try run(path, state: "first")))
        #expect(try FileReading.bytes(ofFile: path).starts(with: Array(persons.utf8)))
    }

    /// Results below these would be lost or break the plan.
    @Test(arguments: [
        "{dataset: d.yaml}\n", "  dataset: d.yaml\n", "dataset: d.yaml\n...\n", "dataset: d.yaml\n---\nx: 1\n",
    ])
    func plansWithoutRoomForResultsAreRefused(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "plan.yaml")
        #expect(throws: FileError.self) { try run(path, state: "first") }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path) == ["plan.yaml"])
    }

    /// A setting below the marker would count until the next result is written, which removes it.
    @Test(arguments: ["anchors: {}\n", "anchors:\n  count: 6\n", "nothing: 1\n", "[1]: 2\n"])
    func settingsBelowTheMarkerAreRefused(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        _ = try run(path, state: "first")
        let written = try FileReading.bytes(ofFile: path)
        let lines = written.count { $0 == 10 }
        try folder.write(written + Array(text.utf8), to: "plan.yaml")
        do {
            _ = try run(path, state: "first")
            Issue.record("ran")
        } catch let error as FileError {
            #expect(error.line == lines + 1 && error.message.contains("below the marker line"))
            #expect(error.wayOut.contains("move it above"))
        }
        #expect(try FileReading.bytes(ofFile: path) == written + Array(text.utf8))
        try folder.write(PlanFile.marker + "\ndataset: d.yaml\n", to: "other.yaml")
        do {
            _ = try PlanFile.load(folder.path + "/other.yaml")
            Issue.record("loaded")
        } catch let error as FileError {
            #expect(error.message.contains("nothing above the marker line"))
        }
    }

    @Test func aFolderThatCannotBeWrittenIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        try folder.write("a file where the folder should be", to: "plan.assay")
        do {
            _ = try run(path, state: "first")
            Issue.record("ran")
        } catch let error as FileError {
            #expect(error.file.hasSuffix("plan.assay") && error.message.contains("is no folder"))
        }
    }
}
