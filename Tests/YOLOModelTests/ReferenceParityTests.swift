import AvailableBackends
import Foundation
import Imaging
import NeuralKernels
import TestSupport
import Testing
import YOLODataset
import YOLOModel

/// Figures that PyTorch computed for real checkpoints on real images (optional reference material).
@Suite(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
struct ReferenceParityTests {
    struct HeadFigures: Decodable {
        var shape: [Int]
        var sum: Double
        var absSum: Double
        var first: [Double]

        enum CodingKeys: String, CodingKey {
            case shape, sum
            case absSum = "abs_sum"
            case first
        }
    }

    struct Sample: Decodable {
        var image: String
        var targets: [[Double]]?
        var loss: Double
        var box: Double?
        var obj: Double?
        var cls: Double?
        var dfl: Double?
        /// Box, class and distribution parts of each head of v10.
        var one2many: [Double]?
        var one2one: [Double]?
        var gradNorm: Double
        var heads: [HeadFigures]?
        var gradNormByParameter: [String: Double]?

        enum CodingKeys: String, CodingKey {
            case image, targets, loss, box, obj, cls, dfl, one2many, one2one, heads
            case gradNorm = "grad_norm"
            case gradNormByParameter = "grad_norm_by_parameter"
        }
    }

    struct Reference: Decodable { var samples: [Sample] }

    static func reference(_ name: String) throws -> Reference {
        let data = try Data(contentsOf: URL(fileURLWithPath: SharedMaterial.path("reference/\(name)")))
        return try JSONDecoder().decode(Reference.self, from: data)
    }

    static func isClose(_ a: Double, _ b: Double, _ relative: Double, floor: Double = 0) -> Bool {
        abs(a - b) <= relative * max(abs(a), abs(b)) + floor
    }

    @Test(arguments: Backends.atHand)
    func cocoCheckpointOnPNG(backend name: String) throws {
        let model = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/yolov5n.pt"))
        let backend = try #require(Backends.named(name))
        let network = try backend.compile(model.graph, input: TensorShape(c: 3, h: 640, w: 640), gradient: .full)
        let loss = model.loss(size: 640)
        for sample in try Self.reference("yolov5n.json").samples {
            let image = try ImageDecoder.decodeFile(SharedMaterial.path("reference/\(sample.image)")).image
            let input = Letterbox(imageWidth: image.width, imageHeight: image.height, size: 640).planarFloats(of: image)
            let outputs = try network.forward(input)
            for (output, head) in zip(outputs, try #require(sample.heads)) {
                let sum = output.reduce(0.0) { $0 + Double($1) }
                let absolute = output.reduce(0.0) { $0 + Double(abs($1)) }
                #expect(Self.isClose(sum, head.sum, 1e-3) && Self.isClose(absolute, head.absSum, 1e-3))
                // The figures are laid out [anchor, row, column, channel]: the first ones are the first cell's.
                let plane = head.shape[2] * head.shape[3]
                for (channel, value) in head.first.enumerated() {
                    #expect(Self.isClose(Double(output[channel * plane]), value, 1e-3, floor: 1e-4))
                }
            }
            let targets = try #require(sample.targets).map {
                LossTarget(
                    classID: Int($0[0]), cx: Float($0[1]), cy: Float($0[2]), width: Float($0[3]), height: Float($0[4]))
            }
            let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true)
            #expect(Self.isClose(evaluation.parts.box, try #require(sample.box), 1e-4))
            #expect(Self.isClose(try #require(evaluation.parts.objectness), try #require(sample.obj), 1e-4))
            #expect(Self.isClose(evaluation.parts.classification, try #require(sample.cls), 1e-4))
            #expect(Self.isClose(evaluation.parts.total, sample.loss, 1e-4))
            try network.backward(evaluation.outputGradients)
            try expectGradients(network, model, sample)
        }
    }

    private func expectGradients(_ network: any CompiledNetwork, _ model: DetectionModel, _ sample: Sample) throws {
        let figures = try #require(sample.gradNormByParameter)
        var total = 0.0
        var compared = 0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            let square = try network.gradientSquaredNorm(ofParameter: index)
            total += square
            if let figure = figures[parameter.name] {
                compared += 1
                #expect(
                    Self.isClose(square.squareRoot(), figure, 1e-3, floor: 1e-7), "\(parameter.name) \(sample.image)")
            }
        }
        #expect(compared == figures.count)
        #expect(Self.isClose(total.squareRoot(), sample.gradNorm, 1e-3))
    }

    @Test(arguments: [("onednn", 87), ("reference", 2), ("torch", 20)].filter { Backends.atHand.contains($0.0) })
    func trainedCheckpointOnJPEG(backend name: String, images: Int) throws {
        guard let backend = Backends.named(name) else { return }
        let model = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/yolov5n-bccd.pt"))
        let network = try backend.compile(model.graph, input: TensorShape(c: 3, h: 640, w: 640), gradient: .full)
        let dataset = try Dataset.open(SharedMaterial.path("data/bccd/data.yaml"))
        let listing = try dataset.listSamples(splits: ["val"])
        let loss = model.loss(size: 640)
        for sample in try Self.reference("yolov5n-bccd-val.json").samples.prefix(images) {
            let file = try #require(listing.samples.first { $0.image.hasSuffix(sample.image) })
            let image = try ImageDecoder.decodeFile(file.imagePath).image
            let letterbox = Letterbox(imageWidth: image.width, imageHeight: image.height, size: 640)
            let outputs = try network.forward(letterbox.planarFloats(of: image))
            let targets = try LabelFile.read(file.labelPath).trainableBoxes(classCount: 3).map { label in
                LossTarget(classID: Int(label.classID), box: letterbox.toModel(label.box))
            }
            let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true)
            #expect(Self.isClose(evaluation.parts.box, try #require(sample.box), 1e-3), "\(sample.image)")
            #expect(
                Self.isClose(try #require(evaluation.parts.objectness), try #require(sample.obj), 1e-3),
                "\(sample.image)")
            #expect(
                Self.isClose(evaluation.parts.classification, try #require(sample.cls), 1e-3), "\(sample.image)")
            try network.backward(evaluation.outputGradients)
            let norm = try model.graph.parameters.indices.reduce(0) {
                try $0 + network.gradientSquaredNorm(ofParameter: $1)
            }
            #expect(Self.isClose(norm.squareRoot(), sample.gradNorm, 1e-3), "\(sample.image)")
            if let figures = sample.gradNormByParameter, !figures.isEmpty {
                try expectGradients(network, model, sample)
            }
        }
    }
}
