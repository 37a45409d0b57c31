import FileReading

/// What a checkpoint says of its detection head, without building the network: also for heads that are not known here.
public struct HeadSummary: Sendable {
    /// `Detect`, `v10Detect`, …; nil for weights without modules.
    public let module: String?
    /// Pixels a cell, a level each; nil when it does not say.
    public let strides: [Int]?
    /// In pixels, a level each; nil for a head without anchors.
    public let anchors: [[(width: Double, height: Double)]]?

    /// - Throws: `FileError` where the file is no checkpoint.
    public static func read(checkpoint path: String) throws -> HeadSummary {
        let bytes = try ModelFile.bytes(path)
        if Paths.suffix(of: path) == "safetensors" {
            let contents = try Safetensors.read(bytes, file: path)
            guard let yaml = contents.metadata["model_yaml"] else { return fromTensors(contents.tensors) }
            let anchors = try ModelYAML.parse(yaml, file: path).anchors
            return HeadSummary(module: nil, strides: nil, anchors: anchors.isEmpty ? nil : anchors)
        }
        guard let contents = try TorchCheckpoint.contents(of: bytes, file: path) else {
            throw ModelFile.unknown(path, bytes)
        }
        guard let head = contents.module?["model"]?.children.last?.module else { return fromTensors(contents.tensors) }
        let strides = head.tensors["stride"].flatMap { pixels($0) }
        return HeadSummary(
            module: head.className, strides: strides, anchors: head.tensors["anchors"].flatMap { inPixels($0, strides) }
        )
    }

    private static func fromTensors(_ tensors: [String: NamedTensor]) -> HeadSummary {
        let anchors = tensors.filter { $0.key.hasSuffix(".anchors") }.min { $0.key < $1.key }
        return HeadSummary(module: nil, strides: nil, anchors: anchors.flatMap { inPixels($0.value, nil) })
    }

    private static func pixels(_ strides: NamedTensor) -> [Int]? {
        let values = strides.values.compactMap { Int(exactly: $0) }.filter(NetworkBounds.stride.contains)
        return values.count == strides.values.count && !values.isEmpty ? values : nil
    }

    /// Anchors are kept in grid units, a level each.
    private static func inPixels(_ anchors: NamedTensor, _ strides: [Int]?) -> [[(width: Double, height: Double)]]? {
        guard anchors.shape.count == 3, anchors.shape[2] == 2, anchors.shape[0] > 0, anchors.shape[1] > 0,
            anchors.values.count == anchors.shape[0] * anchors.shape[1] * 2,
            anchors.values.allSatisfy({ $0 > 0 && $0.isFinite })
        else { return nil }
        let levels = anchors.shape[0]
        guard NetworkBounds.levels.contains(levels), NetworkBounds.anchors.contains(anchors.values.count / 2) else {
            return nil
        }
        let strides = strides ?? (0..<levels).map { 1 << ((levels >= 3 ? 3 : 6 - levels) + $0) }
        guard strides.count == levels else { return nil }
        return (0..<levels).map { level in
            (0..<anchors.shape[1]).map { index in
                let at = 2 * (level * anchors.shape[1] + index)
                let stride = Double(strides[level])
                return (width: Double(anchors.values[at]) * stride, height: Double(anchors.values[at + 1]) * stride)
            }
        }
    }
}
