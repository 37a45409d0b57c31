import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// The quick way over label files says nothing else than the thorough one.
@Suite struct ScreenTests {
    /// Numbers from a seed: the same in every run.
    private struct Draw {
        var state: UInt64
        mutating func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
    }

    /// Mostly sound rows, close to all limits.
    private static func text(_ draw: inout Draw) -> String {
        func fraction(_ draw: inout Draw) -> String {
            let texts = [
                "0.5", "0.25", "0.1", "0.9", "1", "0", "0.0031", "0.003125", "0.002", "0.0100", "0.995", ".5", "1.0",
            ]
            return draw.next(3) == 0
                ? texts[draw.next(texts.count)] : "0." + String(draw.next(1_000_000) + 1_000_000).dropFirst()
        }
        var rows = (0..<draw.next(5)).map { _ -> String in
            let side = { (draw: inout Draw) in "0.\(draw.next(4))\(draw.next(1000) + 1)" }
            return "\(draw.next(4)) \(fraction(&draw)) \(fraction(&draw)) \(side(&draw)) \(side(&draw))"
        }
        if let row = rows.first, draw.next(4) == 0 { rows.append(draw.next(2) == 0 ? row : "1" + row.dropFirst()) }
        if let row = rows.first, draw.next(4) == 0 { rows.append(row + "1") }
        return rows.joined(separator: "\n") + (draw.next(8) == 0 ? "" : "\n")
    }

    @Test func whatPassesTheScreenBreaksNoRule() throws {
        var draw = Draw(state: 11)
        var passed = 0
        let sample = DatasetSample(
            split: "train", root: "/d", image: "images/a.jpg", label: "labels/a.txt", hasLabelFile: true)
        for _ in 0..<20_000 {
            let bytes = Array(Self.text(&draw).utf8)
            let sizes: [(width: Int, height: Int)?] = [(640, 480), (4000, 300), (33, 640), nil]
            let size = sizes[draw.next(sizes.count)]
            guard let rows = LabelFileCheck.unremarkableRows(bytes, classCount: 3, imageSize: size) else { continue }
            passed += 1
            let file = LabelFile.parse(bytes)
            #expect(
                file.rows.map(\.values)
                    == rows.map { [Double($0.classID), $0.box.cx, $0.box.cy, $0.box.width, $0.box.height] })
            #expect(file.rows.map(\.line) == Array(1...rows.count))
            for trainer in Trainer.allCases {
                let judgement = LabelJudgement(file, bytes: bytes[...], trainer: trainer, classCount: 3)
                #expect(judgement.boxes.count == rows.count, "\(trainer): \(String(decoding: bytes, as: UTF8.self))")
                var settings = CheckSettings()
                settings.trainer = trainer
                let findings = LabelFileCheck.findings(
                    LabelFileFacts(
                        sample: sample, labels: file, classCount: 3, classNames: ["a", "b", "c"], imageSize: size,
                        judgement: judgement, byteCount: bytes.count, settings: settings))
                #expect(findings.isEmpty, "\(findings)")
            }
        }
        #expect(passed > 500, "\(passed)")
    }
}
