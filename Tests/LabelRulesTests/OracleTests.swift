import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// What trainers did with crafted files (Tests/Oracle; `scripts/oracle` makes and compares as many as you like).
@Suite struct OracleTests {
    struct Sample: Decodable {
        struct Verdict: Decodable {
            let dropped: Bool
            let rewritten: Bool
            let rows: [[Number]]
        }
        let image: String
        let bytes: String?
        let label: String?
        let verdicts: [String: Verdict]
    }

    /// A number, or `inf`.
    struct Number: Decodable {
        let value: Float
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            value = try (try? container.decode(String.self)) == nil ? Float(container.decode(Double.self)) : .infinity
        }
    }

    private struct Heading: Decodable { let plain: String }

    /// The crafted files as a dataset, and what trainers made of them by image.
    private static func place() throws -> (TemporaryFolder, [String: Sample]) {
        let file = SharedMaterial.checkout.appendingPathComponent("Tests/Oracle/verdicts.jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        let plain = try JSONDecoder().decode(Heading.self, from: lines[0]).plain
        let folder = try TemporaryFolder()
        try folder.write("train: images\nnames: [a, b, c]\n", to: "data.yaml")
        var samples: [String: Sample] = [:]
        for line in lines.dropFirst() {
            let sample = try JSONDecoder().decode(Sample.self, from: line)
            samples[sample.image] = sample
            let image = try #require(Data(base64Encoded: sample.bytes ?? plain))
            try folder.write([UInt8](image), to: "images/" + sample.image)
            let stem = sample.image.split(separator: ".")[0]
            if let label = sample.label {
                try folder.write([UInt8](try #require(Data(base64Encoded: label))), to: "labels/\(stem).txt")
            }
        }
        return (folder, samples)
    }

    @Test(arguments: [Trainer.ultralytics, .ultralyticsOld, .yolov5, .yolov7])
    func verdictsAreThoseOfTheTrainers(trainer: Trainer) throws {
        let (folder, samples) = try Self.place()
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        let listed = try dataset.listSamples().samples
        #expect(listed.count == samples.count && listed.count > 500)
        for sample in listed {
            let name = String(sample.image.dropFirst("images/".count))
            let theirs = try #require(samples[name]?.verdicts[trainer.rawValue])
            let ours = SampleVerdict(sample, dataset: dataset, trainer: trainer)
            #expect((ours.refusal != nil) == theirs.dropped, "\(name): \(ours.refusal ?? "kept")")
            #expect(ours.isRewritten == theirs.rewritten, "\(name)")
            let rows =
                ours.refusal == nil ? ours.labels.boxes.map { [$0.classID, $0.cx, $0.cy, $0.width, $0.height] } : []
            #expect(Self.sorted(rows) == Self.sorted(theirs.rows.map { $0.map(\.value) }), "\(name)")
        }
    }

    private static func sorted(_ rows: [[Float]]) -> [[Float]] { rows.sorted { $0.lexicographicallyPrecedes($1) } }

    /// Whatever a trainer drops, a finding says so; and what a finding calls dropped is dropped.
    @Test(arguments: [Trainer.ultralytics, .ultralyticsOld, .yolov5, .yolov7])
    func everyLossIsFound(trainer: Trainer) throws {
        let (folder, samples) = try Self.place()
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        var settings = CheckSettings()
        settings.trainer = trainer
        settings.condenses = false
        let result = try LabelCheck.run(dataset, settings: settings, jobs: 2)
        var losses: Set<String> = []
        for finding in result.findings where finding.effect.verdict == .dropped && finding.severity == .error {
            losses.insert(String(finding.file.split(separator: "/").last?.split(separator: ".").first ?? ""))
        }
        for (name, sample) in samples {
            let stem = String(name.split(separator: ".")[0])
            let isLost = try #require(sample.verdicts[trainer.rawValue]).dropped
            #expect(losses.contains(stem) == isLost, "\(name)")
        }
        #expect(result.droppedImages == samples.values.count { $0.verdicts[trainer.rawValue]?.dropped ?? false })
    }

    @Test func darknetReadsNumbersNotRows() {
        func judge(_ text: String) -> [RowJudgement] {
            let bytes = Array(text.utf8)
            return LabelJudgement(LabelFile.parse(bytes), bytes: bytes[...], trainer: .darknet, classCount: 3).rows
        }
        #expect(judge("0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.3\n").map(\.effect.verdict) == [.kept, .kept])
        // A class beyond the others, no centre in the image, too small: the row alone is left out.
        #expect(
            judge("3 0.5 0.5 0.2 0.2\n0 1.2 0.5 0.2 0.2\n0 0.5 0.5 0.001 0.2\n0 0.5 0.5 0.2 0.2\n").map(
                \.effect.verdict)
                == [.dropped, .dropped, .dropped, .kept])
        #expect(judge("0 0.5 0.5 1.4 0.2\n").map(\.box?.width) == [1])
        // The sixth number becomes the class of the next box.
        #expect(
            judge("0 0.5 0.5 0.2 0.2 0.9\n1 0.4 0.4 0.1 0.1 0.8\n").map(\.effect.verdict)
                == [.readWrong, .readWrong])
        // Reading stops at the first thing that is no number.
        #expect(judge("x 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n").map(\.effect.verdict) == [.dropped, .dropped])
    }
}
