import AvailableBackends
import Foundation
import Imaging
import NeuralKernels
import TestSupport
import Testing
import YOLOModel

@Suite struct DetectionTests {
    struct Figures: Decodable {
        var count: Int
        /// Left, top, right, bottom, confidence, class.
        var top: [[Double]]
    }

    /// Against what the frameworks' own decoding and suppression found (scripts/reference/detections.py).
    @Test(
        .enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"),
        arguments: ["yolov8n-deeppcb", "yolo11n-deeppcb", "yolov10n-deeppcb", "yolo12n-deeppcb", "yolov5n-bccd"])
    func detectionsAreThoseOfTheFramework(name: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Figures/detections", withExtension: "json"))
        let figures = try #require(try JSONDecoder().decode([String: Figures].self, from: Data(contentsOf: url))[name])
        let model = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/\(name).pt"))
        let image = try ImageDecoder.decodeFile(
            SharedMaterial.path("data/deeppcb/images/val/00041204_test.jpg")
        ).image
        let backend = try #require(Backends.all.first)
        let network = try backend.compile(model.graph, input: TensorShape(c: 3, h: 640, w: 640), gradient: .none)
        let outputs = try network.forward(
            Letterbox(imageWidth: 640, imageHeight: 640, size: 640).planarFloats(of: image))
        var options = DetectionOptions()
        options.overlap = model.family == .v5 ? 0.6 : 0.7
        // The head for one match always gives its best 300.
        options.leastConfidence = model.family == .v10 ? 1e-12 : 0.001
        let found = model.detections(outputs: outputs, input: TensorShape(c: 3, h: 640, w: 640), options: options)
        // One confidence lies within rounding of the least one.
        #expect(abs(found.count - figures.count) <= 1)
        for figure in figures.top {
            // Equal confidences may come in another order: look for the box.
            let close = found.prefix(12).contains { detection in
                let box = detection.box.bounds
                return zip([box.left, box.top, box.right, box.bottom], figure)
                    .allSatisfy { abs($0 - $1) < 0.1 } && abs(detection.confidence - figure[4]) < 1e-4
                    && detection.classID == Int(figure[5])
            }
            #expect(close, "\(figure)")
        }
    }
}
