import FileReading
import YAMLText

/// What a stage left in the plan.
public struct StageResult: Sendable, Hashable {
    public enum Status: String, Sendable {
        case done
        /// Something that the stage needs is missing; the summary says what and how to get it.
        case blocked
    }

    /// One line of a summary, in order.
    public struct Entry: Sendable, Hashable {
        public let key: String
        /// YAML: a number or an emitted scalar.
        public let yaml: String

        public init(_ key: String, _ value: Int) { (self.key, yaml) = (key, String(value)) }
        public init(_ key: String, _ value: Double) { (self.key, yaml) = (key, YAMLEmitter.scalar(value)) }
        public init(_ key: String, _ value: String) { (self.key, yaml) = (key, YAMLEmitter.scalar(value)) }
        /// A flow sequence or mapping that is valid YAML already.
        public init(_ key: String, yaml: String) { (self.key, self.yaml) = (key, yaml) }
    }

    public var status: Status
    /// Digest of everything that the stage read.
    public var inputs: String
    /// Files that it wrote, relative to the plan's folder.
    public var outputs: [String]
    public var summary: [Entry]

    public init(status: Status, inputs: String, outputs: [String] = [], summary: [Entry]) {
        self.status = status
        self.inputs = inputs
        self.outputs = outputs
        self.summary = summary
    }
}

/// One YAML file: the person's part above the marker line, the tools' part below it.
public struct PlanFile: Sendable {
    /// Absolute.
    public let path: String
    public let settings: PlanSettings
    /// The tools' part as it was read.
    public let results: [StageName: StageResult]
    /// Summaries as YAML, for reading values back.
    private let resultNodes: [StageName: YAMLNode]
    /// The person's part, byte for byte.
    private let personsPart: [UInt8]

    /// What stands between the two parts.
    public static let marker = "# ===== below this line the tools write; above it, everything is yours ====="

    /// - Throws: `FileError` with line and column.
    public static func load(_ path: String) throws -> PlanFile {
        try PlanFile(path, bytes: FileReading.bytes(ofFile: path, limit: 64 << 20))
    }

    /// Whether a YAML file is a plan (and not a data.yaml).
    public static func isPlan(_ document: YAMLDocument) -> Bool { document.root?["dataset"] != nil }

    private init(_ given: String, bytes: [UInt8]) throws {
        path = Paths.absolute(given)
        let document = try YAMLDocument.parse(bytes, file: given)
        guard let root = document.root, root.mapping != nil else {
            throw FileError(
                file: given, line: 1, message: "is not a plan",
                wayOut: "make one with: assay plan init data.yaml -o plan.yaml")
        }
        settings = try SettingsReader(file: given, folder: Paths.directory(of: path)).read(root)
        let markerBytes = Array(Self.marker.utf8)
        let start = Self.find(markerBytes, in: bytes)
        personsPart = start.map { Array(bytes[..<$0]) } ?? bytes
        // Looked for in the person's part alone: a line or an offset of the whole would depend on how text is counted.
        if let node = try YAMLDocument.parse(personsPart, file: given).root?["results"] {
            throw FileError(
                file: given, line: node.line, message: "results stand above the marker line",
                wayOut: "remove them; the tools write their own below it")
        }
        try Self.checkRoom(below: personsPart, file: given)
        var results: [StageName: StageResult] = [:]
        var nodes: [StageName: YAMLNode] = [:]
        for stage in StageName.allCases {
            guard let node = root["results"]?[stage.rawValue], let text = node["status"]?.string,
                let status = StageResult.Status(rawValue: text), let inputs = node["inputs"]?.string
            else { continue }
            nodes[stage] = node
            results[stage] = StageResult(
                status: status, inputs: inputs, outputs: node["outputs"]?.sequence?.compactMap(\.string) ?? [],
                summary: (node["summary"]?.mapping ?? []).compactMap { entry in
                    guard let key = entry.key.string else { return nil }
                    return StageResult.Entry(key, yaml: Self.text(entry.value, bytes))
                })
        }
        self.results = results
        resultNodes = nodes
    }

    /// Refuses a plan that results cannot be written below: one in braces, indented, closed by `...`, or in UTF-16.
    private static func checkRoom(below persons: [UInt8], file: String) throws {
        let probe = [StageName.labels: StageResult(status: .done, inputs: "probe", summary: [])]
        let whole = try? YAMLDocument.parse(persons + Array(render(probe, after: persons).utf8), file: file)
        guard whole?.root?["results"]?["labels"]?["inputs"]?.string == "probe" else {
            throw FileError(
                file: file, line: 1, message: "results cannot be written below this plan",
                wayOut: "write it in UTF-8, one setting a line, each from the first column, without braces or “...”")
        }
    }

    private static func text(_ node: YAMLNode, _ bytes: [UInt8]) -> String {
        switch node.content {
        case .scalar(let text, let style): style == .plain ? text : YAMLEmitter.quoted(text)
        case .sequence(let nodes): "[" + nodes.map { Self.text($0, bytes) }.joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { Self.text($0.key, bytes) + ": " + Self.text($0.value, bytes) }.joined(separator: ", ")
                + "}"
        }
    }

    /// The first place of the marker at the beginning of a line.
    private static func find(_ marker: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= marker.count else { return nil }
        return (0...bytes.count - marker.count).first { start in
            (start == 0 || bytes[start - 1] == 10) && bytes[start] == marker[0]
                && bytes[start..<start + marker.count].elementsEqual(marker)
        }
    }

    /// The folder of the plan; output paths are relative to it.
    public var folder: String { Paths.directory(of: path) }
    /// Where stages write files: `<plan>.assay` beside the plan.
    public var outputFolder: String { Paths.withoutSuffix(path) + ".assay" }
    /// The SQLite file beside the plan.
    public var ledgerPath: String { Paths.withoutSuffix(path) + ".ledger.sqlite" }

    /// A value of a stage's summary.
    public func summary(_ stage: StageName, _ key: String) -> YAMLNode? { resultNodes[stage]?["summary"]?[key] }

    /// Writes the plan again with a stage's new result: atomically, the person's part byte for byte.
    public func saving(_ result: StageResult, of stage: StageName) throws {
        var all = results
        all[stage] = result
        try AtomicFile.write(personsPart + Array(Self.render(all, after: personsPart).utf8), to: path)
    }

    private static func render(_ results: [StageName: StageResult], after persons: [UInt8]) -> String {
        var text = persons.isEmpty || persons.last == 10 ? "" : "\n"
        text += marker + "\nresults:\n"
        for stage in StageName.allCases {
            guard let result = results[stage] else { continue }
            text +=
                "  \(stage.rawValue):\n    status: \(result.status.rawValue)\n    inputs: \(YAMLEmitter.quoted(result.inputs))\n"
            text += "    outputs: [\(result.outputs.map(YAMLEmitter.quoted).joined(separator: ", "))]\n    summary:\n"
            for entry in result.summary { text += "      \(entry.key): \(entry.yaml)\n" }
            if result.summary.isEmpty { text += "      {}\n" }
        }
        return text
    }

    /// The text of a new plan, with every setting explained.
    ///
    /// - Parameter probe: nil leaves the probe out; within, the pretrained weights, nil for training from scratch.
    public static func template(dataset: String, weights: String?, imageSize: Int, probe: String?? = nil) -> String {
        """
        # The plan of an audit. Run it with: assay run \(YAMLEmitter.scalar("plan.yaml"))
        # Paths are relative to this file. Comments are yours and are kept.

        dataset: \(YAMLEmitter.scalar(dataset))

        # Side in pixels of the square that training will use.
        image_size: \(imageSize)

        # A checkpoint trained on this dataset (.pt of YOLOv3, v5, v8, v10, 11 or 12, or .safetensors). It is read as data, never executed.
        weights: \(weights.map(YAMLEmitter.scalar) ?? "null  # for example runs/train/exp/weights/best.pt")

        # Every random choice comes from here.
        seed: 0

        labels:
          images: decode  # none, header, or decode: really read every byte
          fail_on: error  # error, warning or note: what makes the exit status 1

        anchors:
          count: null  # as many as the model in use has, or 9
          splits: [train]
          current: null  # the anchors in use: w,h,w,h,… or a model YAML or darknet .cfg; null for those of the weights

        # A short training on parts of the dataset: each image is then judged by a model that has not seen its labels,
        # which is what finds wrong ones. Minutes on a plain machine. Without this block the stage is left out.
        \(probe == nil ? "# " : "")probe:
        \(probe == nil ? "# " : "")  weights: \(probe.flatMap { $0 }.map(YAMLEmitter.scalar) ?? "null  # pretrained, such as yolov5n.pt; null: from scratch, with more epochs")
        \(probe == nil ? "# " : "")  folds: 3
        \(probe == nil ? "# " : "")  size: 320
        \(probe == nil ? "# " : "")  epochs: 40

        toxic:
          splits: [train, val]
          top: 20  # rows of the table that is printed
          gradient: full  # or head, or none: half to two thirds of the time, fewer figures
          precision: single  # or bfloat16: gradients a little faster, where the CPU has it
          letterbox: square  # or rectangle: less grey around the image, faster

        report:
          top: 60  # images in the gallery
          suspicions: 500  # to decide, the most probable first


        """
    }
}
