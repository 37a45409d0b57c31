import FileReading

extension DetectionModel {
    /// The model as safetensors that carry its YAML, its class names and more.
    ///
    /// - Parameters:
    ///   - yaml: the architecture, as `ModelYAML` reads it.
    ///   - metadata: further entries.
    public func safetensors(yaml: String, metadata: [String: String] = [:]) throws -> [UInt8] {
        var tensors: [String: NamedTensor] = [:]
        for parameter in graph.parameters {
            tensors[parameter.name] = NamedTensor(shape: parameter.shape, values: parameter.values)
        }
        var all = metadata
        all["model_yaml"] = yaml
        if let classNames { all["names"] = classNames.joined(separator: "\n") }
        return try Safetensors.encode(tensors, metadata: all)
    }
}
