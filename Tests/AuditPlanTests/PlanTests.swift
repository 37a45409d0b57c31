import AuditPlan
import FileReading
import Findings
import TestSupport
import Testing

@Suite struct PlanTests {
    @Test func templateReadsBackAsItsDefaults() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            PlanFile.template(dataset: "d/data.yaml", weights: nil, imageSize: 640), to: "plan.yaml")
        var expected = PlanSettings()
        expected.dataset = folder.path + "/d/data.yaml"
        #expect(try PlanFile.load(path).settings == expected)
    }

    @Test(arguments: [
        "dataset: d.yaml", "dataset: d.yaml\r\n# ünï\t\r\n", "dataset: d.yaml\n\n\n", "# c\ndataset: d.yaml # x",
    ])
    func resultsLeaveThePersonsPartAlone(persons: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(persons, to: "plan.yaml")
        let result = StageResult(
            status: .done, inputs: "12", outputs: ["a \"b\".csv"],
            summary: [
                .init("count", 3), .init("loss", 0.1), .init("text", "yes: no"), .init("list", yaml: "[1, \"x\"]"),
            ])
        try PlanFile.load(path).saving(result, of: .toxic)
        let once = try FileReading.bytes(ofFile: path)
        try PlanFile.load(path).saving(result, of: .toxic)
        #expect(try FileReading.bytes(ofFile: path) == once)
        #expect(once.starts(with: Array(persons.utf8)))
        let plan = try PlanFile.load(path)
        #expect(plan.results[.toxic] == result)
        #expect(plan.summary(.toxic, "text")?.string == "yes: no" && plan.summary(.toxic, "loss")?.double == 0.1)
    }

    @Test func resultsOfAPersonAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\nresults: {}\n", to: "plan.yaml")
        #expect(throws: FileError.self) { try PlanFile.load(path) }
    }

    @Test(arguments: [
        "image_size: big", "seed: -1", "labels: {images: all}", "toxic: {splits: [dev]}", "anchors: 9",
        "seed: 1\nseed: 2",
    ])
    func wrongSettingsNameTheirLine(line: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n\(line)\n", to: "plan.yaml")
        do {
            _ = try PlanFile.load(path)
            Issue.record("loaded")
        } catch {
            #expect([2, 3].contains((error as? FileError)?.line))
        }
    }

    @Test func twoToolsDoNotShareAPlan() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        let done = StageResult(status: .done, inputs: "", summary: [])
        _ = try StageRunner.run(
            .labels, plan: path, inputs: { _ in .of("x") },
            body: { _ in
                #expect(throws: FileError.self) {
                    try StageRunner.run(.anchors, plan: path, inputs: { _ in .of("y") }, body: { _ in done })
                }
                return done
            })
    }

    @Test func ledgerReplacesAStagesRows() throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder.path + "/l.sqlite")
        let finding = Finding(
            code: "B001", severity: .error, file: "a'; DROP TABLE finding;--", message: "m", effect: .kept("e"),
            fix: "f")
        try ledger.replaceFindings([finding, finding])
        try ledger.replaceFindings([finding])
        #expect(try ledger.findings() == [finding])
        var row = ImageLossRow(image: "a.jpg", split: "train", rank: 1, reason: "r")
        row.gradientNorm = 1.0 / 3
        try ledger.replaceLosses(images: [row], boxes: [], suspicions: [])
        #expect(try Ledger(folder.path + "/l.sqlite").imageLosses() == [row])
        try folder.write("no database", to: "bad.sqlite")
        #expect(throws: FileError.self) { try Ledger(folder.path + "/bad.sqlite") }
    }
}
