import AvailableBackends
import Foundation
import Geometry
import NeuralKernels
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

@Suite struct AveragePrecisionTests {
    private func box(_ x: Double, _ confidence: Double = 1, classID: Int = 0) -> Detection {
        Detection(
            box: ObjectBox(Edges(left: x, top: 0, right: x + 10, bottom: 10)), confidence: confidence, classID: classID)
    }

    @Test func perfectPredictionsHaveAnAPOfOne() {
        let labels = [box(0), box(20), box(40, classID: 1)]
        let predictions = [box(0, 0.9), box(20, 0.8), box(40, 0.7, classID: 1)]
        let result = AveragePrecision.of([(predictions: predictions, labels: labels)])
        #expect(result.classes.map(\.labels) == [2, 1])
        // The 101 points leave the last hundredth of recall half covered.
        #expect(result.classes.allSatisfy { $0.ap50 > 0.994 && $0.ap > 0.994 && $0.recall == 1 && $0.precision == 1 })
    }

    @Test func aMissAndASpuriousBoxCost() {
        let labels = [box(0), box(20)]
        // Right, spurious, and a second box on the same label.
        let predictions = [box(0, 0.9), box(100, 0.8), box(1, 0.7)]
        let result = AveragePrecision.of([(predictions: predictions, labels: labels)])
        // Precision 1 up to a recall of one half, and then nothing, or falling to nothing at 1.
        #expect(abs(result.classes[0].ap50 - 0.495) < 1e-12)
        let falling = AveragePrecision.of([(predictions: predictions, labels: labels)], convention: .yolov5)
        #expect(abs(falling.classes[0].ap50 - (0.5 + 0.5 / 3 / 2)) < 0.01)
        #expect(result.classes[0].recall == 0.5)
    }

    /// The figures that Ultralytics 8.4.190 and 8.2.100 compute from these recalls and precisions, the former to twelve
    /// digits.
    @Test func areasAreThoseOfTheFrameworks() {
        // Ten labels; right, right, wrong, right, right, wrong, right.
        let labels = (0..<10).map { box(20 * Double($0)) }
        let places = [0.0, 20, 1000, 40, 60, 1020, 80]
        let predictions = places.enumerated().map { box($1, 0.9 - 0.1 * Double($0)) }
        let nothing = AveragePrecision.of([(predictions: predictions, labels: labels)])
        #expect(abs(nothing.classes[0].ap50 - 0.426428571428571) < 1e-12)
        let falling = AveragePrecision.of([(predictions: predictions, labels: labels)], convention: .yolov5)
        #expect(abs(falling.classes[0].ap50 - 0.608571428571429) < 1e-12)
        let ending = AveragePrecision.of([(predictions: predictions, labels: labels)], convention: .yolov7)
        #expect(abs(ending.classes[0].ap50 - 0.4335714285714286) < 1e-12)
    }

    /// Each line was tried on Ultralytics 8.4.190's matching and on YOLOv5 7.0.14's.
    @Test func aTakenLabelLeavesTheNextBest() {
        // The first prediction is nearest to the first label, the second as well, but the second label is still free.
        let labels = [box(0), box(3)]
        let predictions = [box(1, 0.9), box(1.2, 0.8)]
        func right(_ convention: AveragePrecision.Convention) -> Double {
            AveragePrecision.of([(predictions: predictions, labels: labels)], convention: convention).classes[0].recall
        }
        #expect(right(.coco) == 1)
        #expect(right(.yolov5) == 0.5)
        // Not so where the other label is out of reach.
        let far = AveragePrecision.of([(predictions: predictions, labels: [box(0), box(30)])])
        #expect(far.classes[0].recall == 0.5)
    }

    /// Tried on the matching and the curve of yolov7detect 1.0.1.
    @Test func sevenTakesALabelForAllThresholds() {
        let labels = [box(0), box(40)]
        // The first, of IoU 8 / 12, takes the label also where it is too loose; the second would be right.
        let predictions = [box(2, 0.9), box(0, 0.8)]
        func ap(_ convention: AveragePrecision.Convention) -> AveragePrecision.Class {
            AveragePrecision.of([(predictions: predictions, labels: labels)], convention: convention).classes[0]
        }
        // At 0.5 and up to 0.65 the first is right, above it nothing is.
        #expect(abs(ap(.yolov7).ap - 0.4 * ap(.yolov7).ap50) < 1e-9)
        #expect(ap(.yolov5).ap > ap(.yolov7).ap + 0.1)
    }

    @Test func looserBoxesOnlyCountAtLowThresholds() {
        // IoU of 8 / 12.
        let result = AveragePrecision.of([(predictions: [box(2, 0.9)], labels: [box(0)])])
        #expect(result.classes[0].ap50 > 0.99)
        #expect(abs(result.classes[0].ap - 0.4 * result.classes[0].ap50) < 1e-9)
    }

    @Test func disagreementIsZeroForTheSameAndOneForNothingInCommon() {
        let a = [box(0), box(20, classID: 1)]
        #expect(Evaluation.disagreement(a, a) == 0)
        #expect(Evaluation.disagreement(a, [box(100)]) == 1)
        #expect(Evaluation.disagreement([], []) == 0)
        #expect(abs(Evaluation.disagreement([box(0)], [box(2)]) - (1 - 8.0 / 12)) < 1e-12)
    }

    /// scripts/reference/evaluate_yolov5.py on the validation split: YOLOv5's own suppression and metrics.
    @Test(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
    func figuresAreThoseOfTheFramework() throws {
        let model = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/yolov5n-bccd.pt"))
        var options = ToxicOptions()
        options.splits = ["val"]
        options.jobs = 2
        var detection = DetectionOptions()
        detection.overlap = 0.6
        guard Backends.named("onednn") != nil else { return }
        let found = try Evaluation.run(
            model, dataset: try Dataset.open(SharedMaterial.path("data/bccd/data.yaml")), options: options,
            detection: detection, checksConsistency: false)
        let expected = [
            [0, 0, 0.0169, 0.0040], [0.4486, 0.3908, 0.3788, 0.1617], [0.2786, 0.0964, 0.1881, 0.0569],
        ]
        for (entry, figures) in zip(found.precision.classes, expected) {
            for (own, figure) in zip([entry.precision, entry.recall, entry.ap50, entry.ap], figures) {
                #expect(abs(own - figure) < 0.002, "class \(entry.classID)")
            }
        }
        #expect(found.precision.classes.count == 3 && found.images.count == 87)
    }
}
