import CheckedNumbers
import FileReading
import NeuralKernels
import YAMLText

/// A model YAML: `nc`, layers as `[from, repeats, module, arguments]`, and either depth and width multiples with anchors
/// (YOLOv5 and YOLOv3) or `scales` of depth, width and most channels (YOLOv8 and later).
public struct ModelYAML: Sendable {
    struct Layer {
        var from: [Int]
        var repeats: Int
        var module: String
        var arguments: [YAMLNode]
        var line: Int
    }

    /// The forms of attention in areas: Ultralytics' with one convolution, and that of YOLOv12's own repository. The framework's
    /// YAMLs do not tell them apart, so that a key of our own does.
    static let (joinedForm, separateForm) = ("joined", "separate")

    /// The same model with values of a convolution of their own.
    package func separate() throws -> ModelYAML {
        guard !hasSeparateValues else { return self }
        return try Self.parse(Self.adding("area_attention", Self.separateForm, to: text), file: file)
    }

    /// The text of a model YAML with one key more, in a mapping of lines or, as checkpoints have it, in braces.
    private static func adding(_ key: String, _ value: String, to text: String) -> String {
        guard let brace = text.firstIndex(where: { !$0.isWhitespace }), text[brace] == "{" else {
            return text + "\n\(key): \(value)\n"
        }
        return "{\(key): \(value), " + text[text.index(after: brace)...]
    }

    /// Where a module tree keeps the text that it was made of.
    static let textKey = "model_yaml"

    let file: String
    /// From which the same model can be made again, whatever the file's name.
    let text: String
    let classCount: Int
    let depthMultiple: Double
    let widthMultiple: Double
    /// Channels before the width multiple are no more than this.
    let mostChannels: Int
    /// `n`, `s` …, of the YAMLs that have scales.
    let scale: String?
    /// In pixels, a level each.
    let anchors: [[(width: Double, height: Double)]]
    let layers: [Layer]
    let backboneCount: Int
    /// Of the distribution of a distance, for heads without anchors.
    let bins: Int
    /// Whether a head without anchors has a second one for a single match a label.
    let isEndToEnd: Bool
    /// What follows convolutions.
    let activation: ModuleRecord
    /// Whether attention in areas has values of a convolution of their own, as in YOLOv12's own repository.
    let hasSeparateValues: Bool

    /// - Throws: `FileError` with line and column.
    public static func parse(_ text: String, file: String) throws -> ModelYAML {
        let document = try YAMLDocument.parse(Array(text.utf8), file: file)
        func fail(_ node: YAMLNode?, _ message: String) -> FileError {
            FileError(
                file: file, line: node?.line, column: node?.column, message: message,
                wayOut: "compare it with the yolov5s.yaml of the trainer")
        }
        guard let root = document.root, let backbone = root["backbone"]?.sequence, let head = root["head"]?.sequence
        else {
            throw fail(document.root, "is not a model YAML: backbone and head are expected")
        }
        let layers = try (backbone + head).map { node -> Layer in
            guard let parts = node.sequence, parts.count == 4, let repeats = parts[1].int, let module = parts[2].string,
                let arguments = parts[3].sequence
            else { throw fail(node, "a layer is [from, repeats, module, arguments]") }
            let from = parts[0].sequence?.compactMap(\.int) ?? parts[0].int.map { [$0] } ?? []
            guard !from.isEmpty else { throw fail(node, "a layer reads from earlier layers") }
            guard NetworkBounds.repeats.contains(repeats) else {
                throw fail(parts[1], "repeats are from 1 to \(NetworkBounds.repeats.upperBound), not \(repeats)")
            }
            return Layer(from: from, repeats: repeats, module: module, arguments: arguments, line: node.line)
        }
        if let node = root["anchors"], !node.isNull, node.sequence == nil {
            throw fail(node, "anchors are to be found from data here; write those of assay-anchors into it")
        }
        let anchors = try (root["anchors"]?.sequence ?? []).map { level in
            let numbers = level.sequence?.compactMap(\.double) ?? []
            guard !numbers.isEmpty, numbers.count % 2 == 0, numbers.allSatisfy({ $0 > 0 && $0 < 1e6 }),
                NetworkBounds.anchors.contains(numbers.count / 2)
            else {
                throw fail(level, "anchors are a row a level of [w,h, w,h, …]")
            }
            return stride(from: 0, to: numbers.count, by: 2).map { (width: numbers[$0], height: numbers[$0 + 1]) }
        }
        guard let classCount = root["nc"]?.int, NetworkBounds.classCount.contains(classCount) else {
            let text = root["nc"]?.string.map { "not \($0.prefix(40))" } ?? "and is missing"
            throw fail(root["nc"], "nc is a whole number from 1 to \(NetworkBounds.classCount.upperBound), \(text)")
        }
        func multiple(_ key: String) throws -> Double {
            guard let node = root[key] else { return 1 }
            guard let value = node.double else {
                throw fail(node, "\(key) is a number above 0, not \(node.string?.prefix(40) ?? "that")")
            }
            return value
        }
        var (depth, width) = (try multiple("depth_multiple"), try multiple("width_multiple"))
        var most = Int.max
        var scale: String?
        if let scales = root["scales"]?.mapping, !scales.isEmpty {
            let wanted = root["scale"]?.string ?? scaleLetter(of: file)
            let entry = scales.first { $0.key.string == wanted } ?? scales[0]
            guard let numbers = entry.value.sequence?.compactMap(\.double), numbers.count == 3,
                let channels = Int(exactly: numbers[2]), (1...1_000_000).contains(channels)
            else { throw fail(entry.value, "a scale is [depth, width, most channels]") }
            (depth, width, most) = (numbers[0], numbers[1], channels)
            scale = entry.key.string
        }
        for multiple in [depth, width] where !(multiple > 0 && multiple <= NetworkBounds.mostMultiple) {
            throw fail(
                root,
                "depth and width multiples are above 0, up to \(Int(clamping: NetworkBounds.mostMultiple)), not \(multiple)"
            )
        }
        let bins = root["reg_max"]?.int ?? YOLOv8Loss.usualBins
        guard (1...64).contains(bins) else { throw fail(root["reg_max"], "reg_max is from 1 to 64") }
        guard let activation = activation(root["activation"]?.string) else {
            throw fail(root["activation"], "is an activation that is not known here")
        }
        let attention = root["area_attention"]
        guard attention == nil || [joinedForm, separateForm].contains(attention?.string) else {
            throw fail(attention, "area_attention is \(joinedForm) or \(separateForm)")
        }
        guard attention == nil || layers.contains(where: { $0.module == "A2C2f" }) else {
            throw fail(attention, "area_attention has no effect: no layer is an A2C2f")
        }
        let isScaleSaid = scale == nil || root["scale"] != nil
        return ModelYAML(
            file: file, text: isScaleSaid ? text : adding("scale", scale ?? "", to: text), classCount: classCount,
            depthMultiple: depth, widthMultiple: width, mostChannels: most,
            scale: scale, anchors: anchors, layers: layers, backboneCount: backbone.count,
            bins: bins, isEndToEnd: root["end2end"]?.bool ?? false, activation: activation,
            hasSeparateValues: attention?.string == separateForm)
    }

    /// Of `torch.nn.ReLU()` and the like; SiLU where nothing is said.
    private static func activation(_ text: String?) -> ModuleRecord? {
        guard let text else { return ModuleRecord(className: "SiLU") }
        guard let match = text.firstMatch(of: /(ReLU|SiLU|LeakyReLU)\(([0-9.]*)/) else { return nil }
        var record = ModuleRecord(className: String(match.1))
        if text.contains("LeakyReLU") {
            record.className = "LeakyReLU"
            record.settings["negative_slope"] = .double(Double(match.2) ?? 0.01)
        }
        return record
    }

    /// The scale that a file's name asks for: `s` of `yolov8s.yaml` and of `yolo11s-p2.yaml`.
    private static func scaleLetter(of file: String) -> String? {
        let name = Paths.fileName(of: file)
        guard let match = name.firstMatch(of: /yolo[ev]?[0-9]+([nstmblx])/) else { return nil }
        return String(match.1)
    }

    /// Makes the module tree with weights from the seed: He-uniform for convolutions, identity for batch-norms.
    ///
    /// - Parameter classCount: instead of the YAML's own.
    package func makeModule(classCount: Int?, seed: UInt64) throws -> ModuleRecord {
        var maker = ModuleMaker(yaml: self, classCount: classCount ?? self.classCount, seed: seed)
        return try maker.make()
    }

    /// The model with new weights.
    public func makeModel(classCount: Int? = nil, seed: UInt64 = 0) throws -> DetectionModel {
        do {
            return try GraphBuilder.build(try makeModule(classCount: classCount, seed: seed))
        } catch let error as ModelError {
            throw FileError(
                file: file, message: error.reason, wayOut: "use the modules of YOLOv3, v5 to v12 and 26")
        } catch let error as GraphError {
            throw FileError(
                file: file, message: error.description, wayOut: "compare it with the model YAML of the trainer")
        }
    }
}
