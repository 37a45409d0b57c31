import FileReading

/// What a trained model is exported to: it runs, but nothing can be differentiated through it.
enum ExportedModel: String {
    case torchScript = "a TorchScript export"
    case onnx = "an ONNX export"
    case tensorRT = "a TensorRT engine"
    case tensorFlowLite = "a TensorFlow Lite export"
    case openVINO = "an OpenVINO export"

    /// By the beginning of a file, or its name.
    static func named(by file: String, _ bytes: [UInt8]) -> ExportedModel? {
        switch Paths.suffix(of: file) {
        case "onnx": return .onnx
        case "engine": return .tensorRT
        case "tflite": return .tensorFlowLite
        case "xml": return .openVINO
        default: break
        }
        if bytes.dropFirst(4).starts(with: "TFL3".utf8) { return .tensorFlowLite }
        // A protobuf's first field is the version, the next the name of who wrote it.
        guard bytes.starts(with: [0x08]), bytes.count > 24 else { return nil }
        let head = String(decoding: bytes[2..<24], as: UTF8.self)
        return head.contains("pytorch") || head.contains("onnx") ? .onnx : nil
    }

    func refusal(_ file: String) -> FileError {
        FileError(
            file: file, message: "is \(rawValue): it has neither the weights as training has them nor a gradient",
            wayOut: "name the best.pt that it was exported from")
    }
}
