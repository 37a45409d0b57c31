import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// What Ultralytics' dataset classes of other tasks did with crafted label files (`scripts/oracle --task`).
@Suite struct TaskOracleTests {
    struct Sample: Decodable {
        let task: String
        let image: String
        let label: String
        let dropped: Bool
        let stops: Bool
        let rows: [[OracleTests.Number]]
    }

    private static func samples() throws -> [Sample] {
        let file = SharedMaterial.checkout.appendingPathComponent("Tests/Oracle/tasks.jsonl")
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).dropFirst().map {
            try JSONDecoder().decode(Sample.self, from: $0)
        }
    }

    @Test(arguments: [DatasetTask.segment, .pose, .obb])
    func verdictsAreThoseOfTheDatasetClass(task: DatasetTask) throws {
        let samples = try Self.samples().filter { $0.task == task.rawValue }
        #expect(samples.count > 150)
        let shape = task == .pose ? [2, 3] : nil
        for sample in samples {
            let bytes = [UInt8](try #require(Data(base64Encoded: sample.label)))
            let file = LabelFile.parse(bytes, keypointShape: shape)
            let ours = LabelJudgement(
                file, bytes: bytes[...], trainer: .ultralytics, classCount: 3, keypointShape: shape,
                task: RecognisedTask(task, isDeclared: true))
            #expect((ours.refusal != nil) == sample.dropped, "\(sample.image): \(ours.refusal ?? "kept")")
            let stops = ours.refusal == nil && ours.rows.contains { $0.effect.verdict == .stops }
            #expect(stops == sample.stops, "\(sample.image)")
            guard ours.refusal == nil, !stops else { continue }
            let rows = ours.boxes.map { [$0.classID, $0.cx, $0.cy, $0.width, $0.height] }
            #expect(Self.sorted(rows) == Self.sorted(sample.rows.map { $0.map(\.value) }), "\(sample.image)")
        }
    }

    private static func sorted(_ rows: [[Float]]) -> [[Float]] { rows.sorted { $0.lexicographicallyPrecedes($1) } }

    /// What the check finds in a dataset of some label files, without what it says of every such dataset.
    private func check(_ yaml: String, _ labels: [String]) throws -> (result: LabelCheckResult, headline: String) {
        let folder = try TemporaryFolder()
        try folder.write(yaml, to: "data.yaml")
        let picture = SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes/images/train/shape00.jpg")
        for (index, label) in labels.enumerated() {
            try folder.write([UInt8](Data(contentsOf: picture)), to: "images/\(index).jpg")
            try folder.write(label, to: "labels/\(index).txt")
        }
        var settings = CheckSettings()
        settings.reading = .header
        settings.condenses = false
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        let result = try LabelCheck.run(dataset, settings: settings, jobs: 2)
        return (result, LabelHeadline.text(result, dataset).text)
    }

    private static let yaml = "train: images\nval: images\nnames: [a, b, c]\n"
    private static let corners = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n"
    private static let outline = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.3 0.7 0.1 0.5\n"
    private static let box = "0 0.5 0.5 0.2 0.2\n"

    @Test(arguments: [
        (yaml, [box, box, corners], DatasetTask.detect, false), (yaml, [corners, corners, box], .obb, false),
        (yaml, [outline, corners, box], .segment, false), (yaml + "task: obb\n", [box], .obb, true),
        (yaml + "kpt_shape: [2, 3]\n", [box], .pose, true),
    ])
    func tasksAreRecognised(yaml: String, labels: [String], task: DatasetTask, isDeclared: Bool) throws {
        let (result, headline) = try check(yaml, labels)
        #expect(result.task == RecognisedTask(task, isDeclared: isDeclared))
        #expect(headline.contains(task.title) == (task != .detect))
    }

    @Test func boxesAmongOutlinesAreFound() throws {
        for (yaml, severity, verdict) in [
            (Self.yaml, Severity.warning, TrainerVerdict.kept), (Self.yaml + "task: segment\n", .error, .stops),
        ] {
            let found = try check(yaml, [Self.outline, Self.outline, Self.box]).result.findings.filter {
                $0.code == "D023"
            }
            #expect(found.map(\.file) == ["labels/2.txt"] && found.map(\.severity) == [severity])
            #expect(found.map(\.effect.verdict) == [verdict])
        }
        // A detection dataset with a few outlines is none of these.
        let plain = try check(Self.yaml, [Self.outline, Self.box, Self.box]).result.findings
        #expect(!plain.contains { $0.code == "D023" })
    }

    /// Rules of a task hold in datasets of that task alone.
    @Test func rulesOfTasksAreAsked() throws {
        let pose = Self.yaml + "kpt_shape: [2, 3]\n"
        let crossed = "0 0.1 0.1 0.5 0.5 0.5 0.1 0.1 0.5\n"
        let skewed = "0 0.1 0.1 0.5 0.1 0.7 0.5 0.1 0.5\n"
        for (yaml, label, codes) in [
            (pose, "0 0.5 0.5 0.2 0.2 0.9 0.5 2 0.5 0.5 2\n", ["B016"]),
            (pose, "0 0.5 0.5 0.2 0.2 0.5 0.5 7 0.5 0.5 2\n", ["B017"]), (pose, Self.box, ["F004"]),
            (Self.yaml + "task: obb\n", crossed, ["B019"]), (Self.yaml + "task: obb\n", skewed, ["B018"]),
            (Self.yaml + "task: segment\n", crossed, ["B014"]), (Self.yaml + "task: segment\n", skewed, []),
            (Self.yaml + "task: segment\n", "0 0.1 0.1 0.5 0.5 0.1 0.1\n", ["B014"]),
        ] {
            let found = try check(yaml, [label]).result.findings.filter { $0.file.hasPrefix("labels/") }
            #expect(found.map(\.code) == codes, "\(label): \(found)")
        }
    }
}
