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

    /// A model for the dataset's classes: the weights' own, or a YOLOv5 from scratch.
    ///
    /// With weights, everything but the head is theirs; of a head without anchors, everything but what depends on the
    /// number of classes. A YOLOv5's head is new either way, its biases from the priors of the
    /// trainer: 8 objects an image of 640 pixels for objectness, 0.6 of the objects for each class.
    ///
    /// - Parameters:
    ///   - weights: a pretrained detector; of YOLOv5 one of a published size; nil for new weights from the seed.
    ///   - name: the size of a model without weights.
    ///   - anchors: in pixels, a level each; nil for the weights' own, or the published ones.
    /// - Throws: `FileError` where the weights are a YOLOv5 of no published size, or of turned boxes, or do not carry
    ///   their model YAML.
    public init(
        weights: String?, name: String = "yolov5n", classCount: Int, classNames: [String]?,
        anchors: [[(width: Double, height: Double)]]? = nil, seed: UInt64
    ) throws {
        let given = try weights.map { try DetectionModel.load(checkpoint: $0) }
        if let given, let weights, given.angles != nil {
            throw FileError(
                file: weights, message: "is a model of turned boxes: a probe learns upright ones",
                wayOut: "start from the detector of the same size, such as yolo11n.pt; or judge by it: --judge weights")
        }
        if let given, let weights, given.family == .v7 {
            throw FileError(
                file: weights, message: "is a YOLOv7, for which no head is made for other classes",
                wayOut: "start from a YOLO11, YOLO26 or YOLOv5; or judge by it: --judge weights")
        }
        if let given, given.family != .v5, let weights {
            let yaml = try Self.architecture(of: given, weights)
            model = try Self.refilled(yaml, given, classCount: classCount, classNames: classNames, seed: seed)
            self.yaml = yaml.text
            self.name = Paths.fileName(of: Paths.withoutSuffix(weights))
            return
        }
        if let given, let weights, given.strides.count != 3 {
            throw FileError(
                file: weights,
                message: "is a YOLOv5 of \(given.strides.count) levels, where those of a probe have three",
                wayOut: "start from the same size without the 6 or 7 in its name, such as yolov5n.pt")
        }
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
            wayOut: "start from yolov5n.pt, as the YOLOv5 project publishes it, or from a YOLO11 or YOLO26")
    }

    private static func architecture(of given: DetectionModel, _ weights: String) throws -> ModelYAML {
        guard let text = given.modelYAML else {
            throw FileError(
                file: weights, message: "does not carry its model YAML, of which a head is made anew",
                wayOut: "use the .pt that the trainer wrote, or one that its project publishes")
        }
        let hasSeparateValues = given.graph.parameters.contains { $0.name.hasSuffix(".attn.qk.conv.weight") }
        let yaml = try ModelYAML.parse(text, file: weights)
        return hasSeparateValues ? try yaml.separate() : yaml
    }

    /// A model of the architecture with all weights that have a counterpart; what says classes is new.
    private static func refilled(
        _ yaml: ModelYAML, _ given: DetectionModel, classCount: Int, classNames: [String]?, seed: UInt64
    ) throws -> DetectionModel {
        let fresh = try yaml.makeModel(classCount: classCount, seed: seed)
        let known = Dictionary(given.graph.parameters.map { ($0.name, $0) }) { first, _ in first }
        let isNew = fresh.classParameters
        let values = try fresh.graph.parameters.enumerated().map { index, parameter -> [Float] in
            if !isNew.contains(index), let own = known[parameter.name], own.shape == parameter.shape {
                return own.values
            }
            guard fresh.parameterGroup(index) == .head || !parameter.isTrainable else {
                throw FileError(
                    file: yaml.file, message: "has no \(parameter.name) as its model YAML asks for",
                    wayOut: "start from a checkpoint that its trainer wrote and nobody has pruned or fused")
            }
            return parameter.values
        }
        return fresh.with(values, classNames: classNames)
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
            bins: bins, angles: angles, anchors: anchors, layers: layers,
            groups: graph.parameters.indices.map(parameterGroup))
        model.lossSettings = lossSettings
        model.modelYAML = modelYAML
        return classOrder.map(model.reordered) ?? model
    }
}

extension DetectionModel {
    /// Of a head without anchors: the parameters of the convolutions that say classes.
    fileprivate var classParameters: Set<Int> {
        var found: Set<Int> = []
        for (position, output) in graph.outputs.enumerated() where position % outputsPerLevel == 1 {
            guard case .convolution(let convolution) = graph.nodes[output].operation else { continue }
            found.insert(convolution.weight)
            if let bias = convolution.bias { found.insert(bias) }
        }
        return found
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
