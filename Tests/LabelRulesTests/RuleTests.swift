import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

@Suite struct RuleTests {
    private func findings(_ rule: any LabelRule, _ text: String) -> [Finding] {
        rule.check(facts(text, task: type(of: rule).documentation.task ?? .detect))
    }

    /// With what the trainer makes of the rows.
    private func judged(_ text: String) -> [Finding] { LabelFileCheck.findings(facts(text)) }

    private func facts(_ text: String, task: DatasetTask = .detect) -> LabelFileFacts {
        let sample = DatasetSample(
            split: "train", root: "/d", image: "images/a.jpg", label: "labels/a.txt", hasLabelFile: true)
        let bytes = Array(text.utf8)
        let shape = task == .pose ? [2, 3] : nil
        let file = LabelFile.parse(bytes, keypointShape: shape)
        var settings = CheckSettings()
        settings.task = RecognisedTask(task, isDeclared: true)
        return LabelFileFacts(
            sample: sample, labels: file, classCount: 3, classNames: ["a", "b", "c"], imageSize: (100, 100),
            judgement: LabelJudgement(
                file, bytes: bytes[...], trainer: .ultralytics, classCount: 3, keypointShape: shape),
            byteCount: bytes.count, keypointShape: shape, settings: settings)
    }

    /// The examples in a rule's documentation are its tests.
    @Test func examplesBehaveAsDocumented() {
        for rule in RuleRegistry.all {
            let documentation = type(of: rule).documentation
            for example in documentation.triggering {
                let found = findings(rule, example)
                #expect(!found.isEmpty && found.allSatisfy { $0.code == documentation.code }, "\(documentation.code)")
            }
            for example in documentation.clean { #expect(findings(rule, example).isEmpty, "\(documentation.code)") }
        }
    }

    @Test func everyRuleFileIsRegistered() throws {
        let folder = SharedMaterial.checkout.appendingPathComponent("Sources/LabelRules/Rules")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).map { String($0.prefix(4)) }
            .sorted()
        #expect(RuleRegistry.documentation.map(\.code).sorted() == files)
    }

    @Test func rulePageIsCurrent() throws {
        let path = SharedMaterial.checkout.appendingPathComponent("docs/rules.md")
        #expect(
            try String(contentsOf: path, encoding: .utf8) == RuleRegistry.page,
            "run: assay-labels explain --all > docs/rules.md")
    }

    @Test func spillOfRoundingIsANote() {
        #expect(findings(BoxOutside(), "0 0.9001 0.5 0.2 0.2\n").map(\.severity) == [.note])
        #expect(findings(BoxOutside(), "0 0.93 0.5 0.2 0.2\n").map(\.severity) == [.warning])
        #expect(judged("0 1.05 0.5 0.2 0.2\n").map(\.severity) == [.error])
        #expect(judged("0 1.05 0.5 0.2 0.2\n").map(\.effect.verdict) == [.dropped])
        #expect(judged("0 0.93 0.5 0.2 0.2\n").map(\.effect.verdict) == [.kept])
    }

    @Test func unreadableLabelsAreFound() throws {
        let folder = try TemporaryFolder()
        try folder.write("train: images\nnames: [a]\n", to: "data.yaml")
        let picture = SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes/images/train/shape00.jpg")
        try folder.write([UInt8](Data(contentsOf: picture)), to: "images/a.jpg")
        try folder.write("x", to: "labels/a.txt/inside")
        let found = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 1).findings
        #expect(found.map(\.code) == ["D019", "P006"])
    }

    @Test func duplicateNamesAndSharedLabelsAreFound() throws {
        let folder = try TemporaryFolder()
        try folder.write("train: images\nnames: [a, b, a]\n", to: "data.yaml")
        let picture = SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes/images/train/shape00.jpg")
        for name in ["a.jpg", "a.jpeg", "b.jpg"] {
            try folder.write([UInt8](Data(contentsOf: picture)), to: "images/\(name)")
        }
        for name in ["a.txt", "b.txt"] { try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/\(name)") }
        let found = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 1).findings
        let named = found.filter { ["D003", "P003"].contains($0.code) }.map { "\($0.code) \($0.file)" }
        #expect(named == ["D003 data.yaml", "P003 images/a.jpg"])
        #expect(found.first { $0.code == "D003" }?.message == "classes 0 and 2 are both named \"a\"")
    }

    @Test func resultDoesNotDependOnJobs() throws {
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/broken/data.yaml")
        #expect(try LabelCheck.run(dataset, jobs: 1).findings == LabelCheck.run(dataset, jobs: 4).findings)
    }

    @Test(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
    func realDatasetHasTwoRowsWithoutArea() throws {
        let dataset = try Dataset.open(SharedMaterial.path("data/bccd/data.yaml"))
        let found = try LabelCheck.run(dataset, jobs: 2).findings.map { "\($0.code) \($0.file):\($0.line ?? 0)" }
        // Its data.yaml says `path: .`, which is right only where training is started beside it.
        #expect(
            found == [
                "D021 data.yaml:2", "B005 labels/train/BloodImage_00343.txt:4",
                "B005 labels/val/BloodImage_00338.txt:13",
            ])
    }
}
