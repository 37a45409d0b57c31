import FileReading
import NeuralKernels

extension DetectionModel {
    /// Reads a checkpoint (`.pt` of YOLOv5 or Ultralytics, or `.safetensors` that carries its model YAML).
    ///
    /// - Parameters:
    ///   - path: a checkpoint, or a model YAML, which becomes a model with new weights.
    ///   - yamlPath: a file with the architecture, for files that hold weights alone.
    /// - Throws: `FileError` naming the file, what is wrong and the way out.
    public static func load(checkpoint path: String, yamlPath: String? = nil) throws -> DetectionModel {
        let bytes = try ModelFile.bytes(path)
        let modelYAML = try yamlPath.map {
            String(decoding: try FileReading.bytes(ofFile: $0, limit: 1 << 24), as: UTF8.self)
        }
        return try read(bytes, file: path, modelYAML: modelYAML, yamlFile: yamlPath)
    }

    /// The same for files that are in memory.
    ///
    /// - Parameters:
    ///   - file: its name, whose suffix tells model YAML and safetensors from the rest.
    ///   - modelYAML: the architecture, for files that hold weights alone.
    ///   - yamlFile: the architecture's name in errors.
    /// - Throws: `FileError` naming the file, what is wrong and the way out.
    public static func read(
        _ bytes: [UInt8], file: String, modelYAML: String? = nil, yamlFile: String? = nil
    ) throws -> DetectionModel {
        if ["yaml", "yml"].contains(Paths.suffix(of: file)) {
            return try ModelYAML.parse(String(decoding: bytes, as: UTF8.self), file: file).makeModel()
        }
        do {
            if let contents = try TorchCheckpoint.contents(of: bytes, file: file) {
                let module = contents.module
                var model =
                    try module.map(GraphBuilder.build)
                    ?? fromWeights(contents.tensors, modelYAML, names: nil, file, yamlFile)
                if model.family == .v7 { model.lossSettings.anchorBased = .v7 }
                model.lossSettings.set(
                    version: contents.version, gains: contents.gains, classWeights: module?.tensors["class_weights"])
                return model
            }
            if Paths.suffix(of: file) == "safetensors" {
                let contents = try Safetensors.read(bytes, file: file)
                let names = contents.metadata["names"]?.split(separator: "\n").map(String.init)
                let yaml = try modelYAML ?? contents.metadata["model_yaml"] ?? missingYAML(file)
                return try fromWeights(contents.tensors, yaml, names: names, file, yamlFile)
            }
        } catch let error as ModelError {
            throw FileError(
                file: file, message: error.reason, wayOut: "use a checkpoint of YOLOv3, v5 to v12 or 26")
        } catch let error as GraphError {
            throw FileError(
                file: file, message: error.description, wayOut: "save the checkpoint again from the trainer")
        }
        throw ModelFile.unknown(file, bytes)
    }

    private static func missingYAML(_ path: String) throws -> String {
        throw FileError(
            file: path, message: "is a state dict: it holds weights without an architecture",
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
