import CFuzzDriver
import FileReading
import Imaging
import LabelRules
import YAMLText
import YOLODataset
import YOLOModel

/// `assay-fuzz TARGET [libFuzzer's options and corpus folders]`
@main struct AssayFuzz {
    static func main() {
        var count = CommandLine.argc - 1
        guard CommandLine.argc >= 2, let name = CommandLine.unsafeArgv[1].map({ String(cString: $0) }),
            let target = FuzzTarget(rawValue: name)
        else {
            print("usage: assay-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) [options] [corpus]")
            return
        }
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        _ = LLVMFuzzerRunDriver(&count, &arguments, target.callback)
    }
}

enum FuzzTarget: String, CaseIterable {
    case labels, verdicts, yaml, headers, images, checkpoints

    var callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt {
        switch self {
        case .labels: readLabels
        case .verdicts: judgeLabels
        case .yaml: readYAML
        case .headers: readHeaders
        case .images: decodeImages
        case .checkpoints: readCheckpoints
        }
    }
}

/// Rows ascend, say what is wrong with them or have their columns, and whatever trains is a box.
private func readLabels(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: bytes, count: count))
    for shape in [nil, [2, 3]] {
        let file = LabelFile.parse(text, keypointShape: shape)
        var line = 1
        for row in file.rows {
            precondition(row.line >= line && row.column >= 1 && row.column <= count)
            line = row.line
            precondition((row.problem == nil) == (row.box != nil))
            if row.problem == nil { precondition(row.values.allSatisfy(\.isFinite)) }
        }
        for box in file.trainableBoxes(classCount: 80) {
            precondition(box.width > 0 && box.height > 0 && (0..<80).contains(box.classID))
        }
    }
    // The quick way reads what the thorough one reads.
    var boxes: [LabelBox] = []
    if PlainRows.read(text[...], into: &boxes) {
        let rows = LabelFile.parse(text).rows
        precondition(rows.count == boxes.count)
        for (row, box) in zip(rows, boxes) {
            precondition(row.line == box.line)
            precondition(row.values == [Double(box.classID), box.cx, box.cy, box.width, box.height])
        }
    }
    return 0
}

/// Every row is judged, for every trainer.
private func judgeLabels(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: bytes, count: count))
    for shape in [nil, [2, 3]] {
        let file = LabelFile.parse(text, keypointShape: shape)
        for trainer in Trainer.allCases {
            let judgement = LabelJudgement(
                file, bytes: text[...], trainer: trainer, classCount: 80, keypointShape: shape)
            precondition(judgement.rows.count == file.rows.count && judgement.boxes.count <= file.rows.count)
        }
    }
    return 0
}

/// What is read has places inside the text, and what is written back reads the same.
private func readYAML(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let root = try? YAMLDocument.parse(text, file: "fuzz").root else { return 0 }
    var nodes = [root]
    var seen = 0
    while let node = nodes.popLast(), seen < 10_000 {
        seen += 1
        precondition(node.line >= 1 && node.column >= 1 && node.byteRange.upperBound <= count)
        _ = (node.int, node.double, node.bool, node.duplicateKeys.count)
        nodes += node.sequence ?? node.mapping?.flatMap { [$0.key, $0.value] } ?? []
        guard case .scalar(let value, _) = node.content else { continue }
        let written = Array("key: \(YAMLEmitter.scalar(value))\n".utf8)
        guard let read = try? YAMLDocument.parse(written, file: "written").root?["key"],
            case .scalar(let again, _) = read.content
        else { preconditionFailure("not read back: \(value)") }
        precondition(Array(again.utf8) == Array(value.utf8), "read back otherwise: \(value)")
    }
    return 0
}

private func readHeaders(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    if let header = try? ImageHeader.read(file, file: "fuzz") {
        precondition(header.width > 0 && header.height > 0 && (1...8).contains(header.orientation))
    }
    let pillow = file.withUnsafeBufferPointer { PillowImage($0) }
    for trainer in Trainer.allCases {
        precondition(pillow.refusal(by: trainer) == nil || !pillow.isRewritten(by: trainer))
    }
    return 0
}

/// A decoded image has the size that its header names.
private func decodeImages(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let header = try? ImageHeader.read(file, file: "fuzz"), header.width <= 512, header.height <= 512 else {
        return 0
    }
    if let decoded = try? ImageDecoder.decode(file, file: "fuzz") {
        precondition(decoded.image.pixels.count == 3 * decoded.image.width * decoded.image.height)
        precondition(decoded.image.width == header.width && decoded.image.height == header.height)
    }
    _ = try? ImageDecoder.decode(file, file: "fuzz", scaleDenominator: 8)
    return 0
}

/// What a checkpoint says becomes a network, or an error: read as it is, as safetensors, as the pickle of a checkpoint of
/// before PyTorch 1.6, and as a model YAML.
private func readCheckpoints(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: bytes, count: count))
    // PyTorch's number, its version, and an empty dictionary for the machine.
    let heading: [UInt8] =
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + Array("}.".utf8)
    for (contents, name) in [
        (file, "fuzz.pt"), (file, "fuzz.safetensors"), (file, "fuzz.yaml"), (heading + file, "fuzz.pt"),
    ] {
        guard let model = try? DetectionModel.read(contents, file: name) else { continue }
        precondition(model.classCount > 0 && model.strides.allSatisfy { $0 > 0 })
        _ = model.operations(size: 64)
    }
    return 0
}
