import FileReading
import NeuralKernels

/// The kinds of head, which decide the loss.
public enum ModelFamily: String, Sendable, Hashable {
    /// YOLOv5, and v3 in that framework: anchors.
    case v5
    /// v8, v11, v12: no anchors, a distribution for each distance.
    case v8
    /// v10: the same with a second head for one match a label.
    case v10
}

/// Which part of a network a parameter belongs to.
public enum ParameterGroup: String, Sendable, Hashable, CaseIterable {
    case backbone, neck, head
}

/// A detection network: its graph with weights, and what its head means.
public struct DetectionModel: Sendable {
    /// Decides what the head's outputs mean, and the loss.
    public let family: ModelFamily
    /// Input `[1, 3, H, W]` of 0…1; one or two outputs a level, as the family's loss says.
    public let graph: NetworkGraph
    /// `nc` of the head.
    public let classCount: Int
    /// As the checkpoint names them, when it does.
    public let classNames: [String]?
    /// Pixels a cell, a level each.
    public let strides: [Int]
    /// In pixels, a level each; empty for anchor-free families.
    public let anchors: [[(width: Double, height: Double)]]
    /// The model's layers, for tables.
    public let layers: [LayerSummary]
    private let groups: [ParameterGroup]

    init(
        family: ModelFamily, graph: NetworkGraph, classCount: Int, classNames: [String]?, strides: [Int],
        anchors: [[(width: Double, height: Double)]], layers: [LayerSummary], groups: [ParameterGroup]
    ) {
        self.family = family
        self.graph = graph
        self.classCount = classCount
        self.classNames = classNames
        self.strides = strides
        self.anchors = anchors
        self.layers = layers
        self.groups = groups
    }

    /// - Parameter parameter: its place in the graph's parameters.
    public func parameterGroup(_ parameter: Int) -> ParameterGroup { groups[parameter] }

    /// Number of trainable values.
    public var parameterCount: Int {
        graph.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
    }

    /// Floating-point operations of a forward pass over one square image, a multiplication and an addition counted as two:
    /// those of convolutions and of attention. Nil where the size does not fit the model.
    public func operations(size: Int) -> Double? { operationsByNode(size: size)?.reduce(0, +) }

    /// The same for each node of the graph.
    public func operationsByNode(size: Int) -> [Double]? {
        guard let shapes = try? graph.shapes(input: TensorShape(c: 3, h: size, w: size)) else { return nil }
        return graph.nodes.enumerated().map { index, node in
            switch node.operation {
            case .convolution(let convolution):
                let weights = graph.parameters[convolution.weight].values.count
                return 2 * Double(weights) * Double(shapes[index].pixels)
            case .attention(let attention):
                let run = Double(shapes[index].pixels / attention.areas)
                let channels = Double(attention.heads * (attention.keyChannels + attention.valueChannels))
                return 2 * Double(attention.areas) * run * run * channels
            default: return 0
            }
        }
    }

    /// The largest stride: an image size must be a multiple of it.
    public var largestStride: Int { strides.max() ?? 32 }

    /// - Parameter file: where the model is from, for the message.
    /// - Throws: `FileError` where the size does not fit the strides.
    public func checkImageSize(_ size: Int, file: String) throws {
        guard size % largestStride == 0 else {
            throw FileError(
                file: file, message: "needs an image size that is a multiple of \(largestStride), not \(size)",
                wayOut: "use \((size / largestStride + 1) * largestStride)")
        }
    }

    /// The first convolution whose weights belong to such a part of the network; 0 where there is none.
    public func firstNode(where isWanted: (ParameterGroup) -> Bool) -> Int {
        graph.nodes.firstIndex { node in
            guard case .convolution(let convolution) = node.operation else { return false }
            return isWanted(parameterGroup(convolution.weight))
        } ?? 0
    }

    /// The loss of square images of a size.
    ///
    /// - Parameter hyperparameters: of anchor-based models.
    public func loss(size: Int, hyperparameters: YOLOv5Hyperparameters = .init()) -> any DetectionLoss {
        loss(input: TensorShape(c: 3, h: size, w: size), hyperparameters: hyperparameters)
    }

    /// The loss of images of a shape; its longer side is the image size that the gains are scaled by.
    ///
    /// - Parameter hyperparameters: of anchor-based models.
    public func loss(input: TensorShape, hyperparameters: YOLOv5Hyperparameters = .init()) -> any DetectionLoss {
        switch family {
        case .v5:
            YOLOv5Loss(
                classCount: classCount, anchorsInPixels: anchors, strides: strides, input: input,
                hyperparameters: hyperparameters)
        case .v8: YOLOv8Loss(classCount: classCount, strides: strides, input: input)
        case .v10: YOLOv10Loss(classCount: classCount, strides: strides, input: input)
        }
    }

    /// Reads a checkpoint (`.pt` of YOLOv5 or Ultralytics, or `.safetensors` that carries its model YAML).
    ///
    /// - Parameters:
    ///   - path: a checkpoint, or a model YAML, which becomes a model with new weights.
    ///   - yamlPath: a file with the architecture, for files that hold weights alone.
    /// - Throws: `FileError` naming the file, what is wrong and the way out.
    public static func load(checkpoint path: String, yamlPath: String? = nil) throws -> DetectionModel {
        let bytes = try FileReading.bytes(ofFile: path)
        if ["yaml", "yml"].contains(Paths.suffix(of: path)) {
            return try ModelYAML.parse(String(decoding: bytes, as: UTF8.self), file: path).makeModel()
        }
        let modelYAML = try yamlPath.map {
            String(decoding: try FileReading.bytes(ofFile: $0, limit: 1 << 24), as: UTF8.self)
        }
        do {
            if bytes.starts(with: [0x50, 0x4B]) {
                let contents = try TorchCheckpoint.read(bytes, file: path)
                if let module = contents.module { return try GraphBuilder.build(module) }
                return try fromWeights(contents.tensors, modelYAML, names: nil, path, yamlPath)
            }
            if TorchCheckpoint.isOld(bytes) {
                let contents = try TorchCheckpoint.readOld(bytes, file: path)
                if let module = contents.module { return try GraphBuilder.build(module) }
                return try fromWeights(contents.tensors, modelYAML, names: nil, path, yamlPath)
            }
            if Paths.suffix(of: path) == "safetensors" {
                let contents = try Safetensors.read(bytes, file: path)
                let names = contents.metadata["names"]?.split(separator: "\n").map(String.init)
                let yaml = try modelYAML ?? contents.metadata["model_yaml"] ?? missingYAML(path)
                return try fromWeights(contents.tensors, yaml, names: names, path, yamlPath)
            }
        } catch let error as ModelError {
            throw FileError(
                file: path, message: error.reason, wayOut: "use a checkpoint of YOLOv3, v5, v8, v10, 11 or 12")
        } catch let error as GraphError {
            throw FileError(
                file: path, message: error.description, wayOut: "save the checkpoint again from the trainer")
        }
        throw FileError(
            file: path, message: "is not a checkpoint: neither a PyTorch archive nor safetensors",
            wayOut: "name the best.pt or last.pt that the trainer wrote")
    }

    private static func missingYAML(_ path: String) throws -> String {
        throw FileError(
            file: path, message: "holds weights without an architecture",
            wayOut: "name the model YAML as well (--model-yaml), or use a checkpoint that carries its model")
    }

    private static func fromWeights(
        _ tensors: [String: NamedTensor], _ yaml: String?, names: [String]?, _ path: String,
        _ yamlPath: String?
    ) throws -> DetectionModel {
        let architecture = try ModelYAML.parse(try yaml ?? missingYAML(path), file: yamlPath ?? path)
        var record = try architecture.makeModule(classCount: classCount(of: tensors, architecture), seed: 0)
        var used: Set<String> = []
        try record.replaceTensors(tensors, used: &used)
        // These are no weights: files may leave them out.
        let facts = ["num_batches_tracked", "anchors", "stride"]
        let missing = record.flattened().first { weight in
            !used.contains(weight.name) && !facts.contains { weight.name.hasSuffix("." + $0) }
        }
        if let missing { throw ModelError("the weight \(missing.name) is missing") }
        if let names { record.settings["names"] = .list(names.map(PlainValue.string)) }
        return try GraphBuilder.build(record)
    }

    /// How many classes the weights were trained for, by the shape of the head's last convolution; nil where it does not
    /// tell. Model YAMLs are mostly written for 80.
    private static func classCount(of tensors: [String: NamedTensor], _ architecture: ModelYAML) -> Int? {
        let last = "model.\(architecture.layers.count - 1)."
        if let rows = tensors[last + "cv3.0.2.weight"]?.shape.first { return rows }
        guard let rows = tensors[last + "m.0.weight"]?.shape.first, let anchors = architecture.anchors.first?.count,
            anchors > 0, rows % anchors == 0, rows / anchors > 5
        else { return nil }
        return rows / anchors - 5
    }
}

/// One layer of a model, for people.
public struct LayerSummary: Sendable, Hashable {
    /// From 0, as in the model YAML.
    public let index: Int
    /// Layers whose results it reads, by index; −1 for the one before it.
    public let from: [Int]
    /// The class, for example `C3`.
    public let module: String
    /// Numbers that training changes.
    public let parameterCount: Int
    /// The graph node of the layer's result.
    public let node: Int
}
