import AvailableBackends
import Geometry
import Imaging
import NeuralKernels
import TestSupport
import Testing
import YOLODataset
import YOLOModel

/// Figures that PyTorch computed for images in the smallest rectangle (optional reference material).
@Suite(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
struct RectangleParityTests {
    struct Figure: Sendable {
        var weights: String
        var loss: Double
        var gradientNorm: Double
    }

    /// The upper 640 × 400 pixels of a DeepPCB image, in 640 × 416.
    @Test(arguments: [
        Figure(weights: "yolov8n-deeppcb", loss: 16.849830627, gradientNorm: 35.376959838),
        Figure(weights: "yolov10n-deeppcb", loss: 25.238515854, gradientNorm: 15.297259112),
        Figure(weights: "yolo11n-deeppcb", loss: 15.992773056, gradientNorm: 11.924665743),
        Figure(weights: "yolo12n-deeppcb", loss: 18.196538925, gradientNorm: 8.892869771),
    ])
    func anchorFreeLossesInRectangles(figure: Figure) throws {
        let labels = [
            (0, 0.485156, 0.938750, 0.092188, 0.122500), (1, 0.653906, 0.868750, 0.045312, 0.152499),
            (2, 0.345313, 0.611250, 0.059375, 0.102499), (3, 0.366406, 0.461250, 0.054688, 0.097499),
            (4, 0.591406, 0.458750, 0.060937, 0.082499), (5, 0.564844, 0.128750, 0.082812, 0.067501),
        ]
        let path = SharedMaterial.path("data/deeppcb/images/val/00041204_test.jpg")
        let image = try ImageDecoder.decodeFile(path).image.cropped(x: 0, y: 0, width: 640, height: 400)
        try check(figure, image, labels, rows: 416)
    }

    @Test func anchorBasedLossesInRectangles() throws {
        let labels = try LabelFile.read(SharedMaterial.path("data/bccd/labels/val/BloodImage_00000.txt"))
        let image = try ImageDecoder.decodeFile(SharedMaterial.path("data/bccd/images/val/BloodImage_00000.jpg")).image
        try check(
            Figure(weights: "yolov5n-bccd", loss: 0.424586087, gradientNorm: 4.031245785), image,
            labels.trainableBoxes(classCount: 3).map { (Int($0.classID), $0.cx, $0.cy, $0.width, $0.height) }, rows: 480
        )
    }

    private func check(
        _ figure: Figure, _ image: RGBImage, _ labels: [(Int, Double, Double, Double, Double)], rows: Int
    ) throws {
        guard let backend = Backends.all.first else { return }
        var model = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/\(figure.weights).pt"))
        // The figures of two heads are sums without weights, and with one candidate a label.
        if model.family.isEndToEnd { model.lossSettings.anchorFree.release = .upTo83 }
        let letterbox = Letterbox(
            imageWidth: image.width, imageHeight: image.height, size: 640, outline: .rectangle,
            stride: model.largestStride)
        let input = TensorShape(c: 3, h: letterbox.height, w: letterbox.width)
        #expect(input.h == rows && input.w == 640)
        let targets = labels.map { id, cx, cy, width, height in
            LossTarget(classID: id, box: letterbox.toModel(Box(cx: cx, cy: cy, width: width, height: height)))
        }
        let network = try backend.compile(model.graph, input: input, gradient: .full)
        let outputs = try network.forward(letterbox.planarFloats(of: image))
        let evaluation = model.loss(input: input).evaluate(outputs: outputs, targets: targets, wantsGradient: true)
        #expect(ReferenceParityTests.isClose(evaluation.parts.total, figure.loss, 1e-3))
        try network.backward(evaluation.outputGradients)
        let squares = try model.graph.parameters.indices.reduce(0) {
            try $0 + (model.graph.parameters[$1].isTrainable ? network.gradientSquaredNorm(ofParameter: $1) : 0)
        }
        #expect(ReferenceParityTests.isClose(squares.squareRoot(), figure.gradientNorm, 2e-3))
    }
}
