import FileReading
import Foundation
import NeuralKernels

/// A model to train on a dataset, with the architecture that says how to read it back.
public struct StartingModel: Sendable {
    /// With a head of its own for the dataset's classes.
    public let model: DetectionModel
    /// The model YAML of the architecture, for checkpoints that carry it.
    public let yaml: String
    /// The published size that it has, such as `yolov5n`.
    public let name: String

    /// A YOLOv5 for the dataset's classes.
    ///
    /// With weights, everything but the head is theirs. The head is new either way, its biases from the priors of the
    /// trainer: 8 objects an image of 640 pixels for objectness, 0.6 of the objects for each class.
    ///
    /// - Parameters:
    ///   - weights: a pretrained YOLOv5 of a published size; nil for new weights from the seed.
    ///   - name: the size of a model without weights.
    ///   - anchors: in pixels, a level each; nil for the weights' own, or the published ones.
    /// - Throws: `FileError` where the weights are no YOLOv5 of a published size.
    public init(
        weights: String?, name: String = "yolov5n", classCount: Int, classNames: [String]?,
        anchors: [[(width: Double, height: Double)]]? = nil, seed: UInt64
    ) throws {
        let given = try weights.map { try DetectionModel.load(checkpoint: $0) }
        let anchors = anchors ?? given.flatMap { $0.anchors.isEmpty ? nil : $0.anchors }
        for candidate in given == nil ? [name] : StandardModels.names {
            guard let yaml = StandardModels.yaml(named: candidate, classCount: classCount, anchors: anchors) else {
                continue
            }
            let fresh = try ModelYAML.parse(yaml, file: "\(candidate).yaml").makeModel(seed: seed)
            guard given.map({ Self.fits(fresh, $0) }) ?? true else { continue }
            model = Self.filled(fresh, from: given, classNames: classNames)
            self.yaml = yaml
            self.name = candidate
            return
        }
        throw FileError(
            file: weights ?? name,
            message: "is no YOLOv5 of a published size (\(StandardModels.names.joined(separator: ", ")))",
            wayOut: "start from yolov5n.pt, as the YOLOv5 project publishes it")
    }

    /// Whether everything outside the head has the names and shapes of the given model.
    private static func fits(_ fresh: DetectionModel, _ given: DetectionModel) -> Bool {
        let shapes = Dictionary(given.graph.parameters.map { ($0.name, $0.shape) }) { first, _ in first }
        return given.family == .v5
            && fresh.graph.parameters.enumerated().allSatisfy { index, parameter in
                fresh.parameterGroup(index) == .head || shapes[parameter.name] == parameter.shape
            }
    }

    private static func filled(
        _ fresh: DetectionModel, from given: DetectionModel?, classNames: [String]?
    ) -> DetectionModel {
        let known = Dictionary((given?.graph.parameters ?? []).map { ($0.name, $0.values) }) { first, _ in first }
        let values = fresh.graph.parameters.enumerated().map { index, parameter -> [Float] in
            guard fresh.parameterGroup(index) == .head else { return known[parameter.name] ?? parameter.values }
            guard parameter.shape.count == 1, let level = fresh.graph.level(ofHeadParameter: index) else {
                return parameter.values
            }
            return priorBias(
                parameter.values.count, classCount: fresh.classCount, stride: fresh.strides[level])
        }
        return fresh.with(values, classNames: classNames)
    }

    /// Objectness log(8 / cells of a 640-pixel image), classes log(0.6 / (nc − 1)), 0 for boxes.
    private static func priorBias(_ count: Int, classCount: Int, stride: Int) -> [Float] {
        let cells = pow(640 / Double(stride), 2)
        let objectness = Float(log(8 / cells))
        let classification = Float(log(0.6 / (Double(classCount) - 0.99999)))
        return (0..<count).map { index in
            switch index % (5 + classCount) {
            case 0..<4: 0
            case 4: objectness
            default: classification
            }
        }
    }
}

extension DetectionModel {
    /// The same model with other values of its parameters, in the graph's order.
    public func withParameters(_ values: [[Float]]) -> DetectionModel { with(values, classNames: classNames) }

    fileprivate func with(_ values: [[Float]], classNames: [String]?) -> DetectionModel {
        var graph = graph
        for (index, parameter) in values.enumerated() { graph.setValues(parameter, ofParameter: index) }
        var model = DetectionModel(
            family: family, graph: graph, classCount: classCount, classNames: classNames, strides: strides,
            bins: bins, anchors: anchors, layers: layers, groups: graph.parameters.indices.map(parameterGroup))
        model.lossSettings = lossSettings
        return model
    }
}

extension NetworkGraph {
    /// Which output a parameter's convolution makes.
    fileprivate func level(ofHeadParameter parameter: Int) -> Int? {
        outputs.firstIndex { output in
            guard case .convolution(let convolution) = nodes[output].operation else { return false }
            return convolution.bias == parameter || convolution.weight == parameter
        }
    }
}
