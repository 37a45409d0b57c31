import Foundation
import Geometry
import Imaging
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

/// Models of turned boxes: what they say of labels, and how they are evaluated.
@Suite struct TurnedBoxTests {
    private let letterbox = Letterbox(imageWidth: 100, imageHeight: 100, size: 100)

    private func box(_ x: Double, _ y: Double, _ angle: Double) -> ObjectBox {
        ObjectBox(RotatedBox(centre: PlanePoint(x, y), width: 24, height: 6, angle: angle))
    }

    private func label(_ line: UInt32, class classID: Int32, _ x: Double, _ y: Double, _ angle: Double) throws
        -> LabelBox
    {
        let corners = box(x, y, angle).corners.points.map { $0.multiplied(width: 0.01, height: 0.01) }
        return try #require(LabelBox(classID: classID, corners: corners, line: line))
    }

    private func candidate(_ x: Double, _ y: Double, _ angle: Double, _ classes: [Double]) -> Candidate {
        Candidate(box: box(x, y, angle), objectness: classes.max() ?? 0, hasObjectness: false, classes: classes)
    }

    /// Two bars that cross have nearly one upright box, and little in common.
    @Test func eachKindIsFoundByTurnedOverlap() throws {
        let boxes = [
            try label(1, class: 0, 20, 20, 0.5), try label(2, class: 1, 50, 50, 0.5),
            try label(3, class: 0, 80, 20, 2.2),
            try label(4, class: 0, 20, 80, 0.5), try label(5, class: 0, 20.2, 20, 0.5 + .pi),
        ]
        let view = [
            candidate(20, 20, 0.52, [0.95, 0.01]), candidate(50, 50, 0.5 - .pi, [0.97, 0.02]),
            candidate(80, 20, 1.85, [0.9, 0.01]), candidate(80, 80, 1, [0.02, 0.9]),
            // Across a label: no support for it.
            candidate(20, 80, 0.5 + .pi / 2, [0.9, 0.02]),
        ]
        var judgement = ImageJudgement(image: "a.jpg", digest: nil)
        judgement.judge(
            ImageEvidence(views: [view, view], letterbox: letterbox, labels: boxes, classCount: 2), boxes: boxes,
            losses: [], planting: LabelPlanting(pool: boxes, seed: 1), imageNumber: 0)
        let found = try SuspicionList([judgement], className: { "class \($0)" }, problems: [], jobs: 1)
        func row(_ line: Int?) -> Suspicion? { found.suspicions.first { $0.line == line && $0.kind != .image } }
        #expect(row(2)?.kind == .wrongClass && row(2)?.suggestion?.classID == 0)
        let shifted = try #require(row(3))
        #expect(shifted.kind == .shifted)
        let turned = try #require(shifted.suggestion?.place(width: 100, height: 100).turned)
        #expect(abs(turned.angle - 1.85) < 0.01 && abs(turned.width - 24) < 1e-6)
        #expect(row(4)?.kind == .spurious)
        #expect(row(5)?.kind == .duplicate)
        let missing = found.suspicions.filter { $0.kind == .missing }
        #expect(missing.contains { $0.suggestion?.classID == 1 && $0.suggestion?.corners?.count == 4 })
        #expect(found.suspicions.allSatisfy { $0.line != 1 || $0.probability < 0.15 })
        let table = ToxicWriter.suspicionsCSV([shifted]).split(separator: "\n")
        #expect(table[0].hasSuffix(",corners") && table[1].split(separator: ",").last?.split(separator: " ").count == 8)
    }

    private static let yaml = """
        nc: 2
        end2end: True
        reg_max: 1
        backbone:
          - [-1, 1, Conv, [8, 3, 2]]
          - [-1, 1, Conv, [8, 3, 2]]
          - [-1, 1, Conv, [16, 3, 2]]
        head:
          - [[1, 2], 1, OBB26, [nc, 1]]
        """

    private func dataset(_ rows: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let image = RGBImage(
            width: 96, height: 64, pixels: (0..<3 * 96 * 64).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 96) })
        try folder.write(try #require(ImageEncoder.png(image)), to: "images/train/a.png")
        try folder.write(Array(rows.utf8), to: "labels/train/a.txt")
        try folder.write(
            Array("path: \(folder.path)\ntrain: images/train\nval: images/train\nnc: 2\nnames: [a, b]\n".utf8),
            to: "data.yaml")
        return folder
    }

    /// Rows of corners are turned boxes to the loss, whichever corner comes first; a bar of under two pixels takes no part.
    @Test func rankingTakesRowsOfCorners() throws {
        let corners = try label(1, class: 1, 45, 50, 0.6).corners ?? []
        func text(_ points: [PlanePoint]) -> String { points.map { "\($0.x) \($0.y)" }.joined(separator: " ") }
        let model = try ModelYAML.parse(Self.yaml, file: "own.yaml").makeModel(seed: 4)
        #expect(model.angles == .plain && model.family == .v26 && model.graph.outputs.count == 12)
        func run(_ rows: String) throws -> ToxicResult {
            var options = ToxicOptions()
            options.imageSize = 96
            options.splits = ["train"]
            let folder = try dataset(rows)
            return try ToxicRun.run(
                ToxicModels(model), dataset: try Dataset.open(folder.path + "/data.yaml"), options: options)
        }
        let thin = "0 0.2 0.2 0.5 0.2 0.5 0.21 0.2 0.21\n"
        let one = try run("1 \(text(corners))\n\(thin)")
        let other = try run("1 \(text(Array(corners[2...] + corners[..<2])))\n\(thin)")
        let image = try #require(one.images.first)
        #expect(image.boxes.count == 2 && image.labels.map { $0.matches > 0 } == [true, false])
        let (first, second) = (try #require(image.parts), try #require(other.images.first?.parts))
        #expect(abs(first.total / second.total - 1) < 1e-6 && (first.angle ?? 0) > 0)
        #expect(one.suspicions.suspicions.contains { $0.kind == .untrainable && $0.line == 2 })
        #expect((one.datasetLoss.angle ?? 0) > 0)
    }

    /// As their trainer validates.
    @Test func validationLeavesOutMoreOfTurnedBoxes() throws {
        func options(_ yaml: String) throws -> DetectionOptions {
            DetectionOptions(validating: try ModelYAML.parse(yaml, file: "own.yaml").makeModel(seed: 4))
        }
        let turned = try options(Self.yaml)
        let upright = try options(Self.yaml.replacing("OBB26, [nc, 1]", with: "Detect, [nc]"))
        #expect(turned.leastConfidence == 0.01 && upright.leastConfidence == 0.001)
        #expect(turned.overlap == 0.7 && upright.overlap == 0.7)
    }

    /// Predictions of turned boxes are matched by ProbIoU.
    @Test func evaluationMatchesTurnedBoxes() throws {
        func detection(_ box: ObjectBox, _ confidence: Double) -> Detection {
            Detection(box: box, confidence: confidence, classID: 0)
        }
        let labels = [detection(box(30, 30, 0.4), 1), detection(box(70, 30, 2), 1)]
        let right = [detection(box(30, 30, 0.4 + .pi), 0.9), detection(box(70, 30, 2), 0.8)]
        #expect(AveragePrecision.of([(predictions: right, labels: labels)]).mean(\.ap) > 0.99)
        let across = right.map { detection(box($0.box.bounds.left + 12, 30, 1.2), $0.confidence) }
        #expect(AveragePrecision.of([(predictions: across, labels: labels)]).mean(\.ap50) < 0.01)
        #expect(Evaluation.disagreement(right, labels) < 0.01)
    }
}
