import FileReading
import TextForms
import ToolOptions
import YAMLText

/// What a stage left in the plan.
public struct StageResult: Sendable, Hashable {
    /// How a stage ended; the plan writes it below its marker line.
    public enum Status: String, Sendable {
        case done
        /// Something that the stage needs is missing; the summary says what and how to get it.
        case blocked
    }

    /// One line of a summary, in order.
    public struct Entry: Sendable, Hashable {
        /// As it stands in the plan.
        public let key: String
        /// YAML: a number or an emitted scalar.
        public let yaml: String

        /// A count.
        public init(_ key: String, _ value: Int) { (self.key, yaml) = (key, String(value)) }
        /// A figure, written so that it reads back exactly.
        public init(_ key: String, _ value: Double) { (self.key, yaml) = (key, YAMLEmitter.scalar(value)) }
        /// A text, in quotes where YAML needs them.
        public init(_ key: String, _ value: String) { (self.key, yaml) = (key, YAMLEmitter.scalar(value)) }
        /// A flow sequence or mapping that is valid YAML already.
        public init(_ key: String, yaml: String) { (self.key, self.yaml) = (key, yaml) }
    }

    /// Entries as one JSON object.
    public static func json(_ entries: [Entry]) -> String {
        var json = JSONWriter()
        json.object { json in
            for entry in entries {
                let value = try? YAMLDocument.parse(Array("value: \(entry.yaml)".utf8), file: "").root?["value"]
                json.member(entry.key, value)
            }
        }
        json.endLine()
        return json.text
    }

    /// How it ended.
    public var status: Status
    /// Digest of everything that the stage read.
    public var inputs: String
    /// Files that it wrote, relative to the plan's folder.
    public var outputs: [String]
    /// A few figures for people, in order; the rest is in the ledger.
    public var summary: [Entry]

    /// - Parameters:
    ///   - inputs: the digest of everything that the stage read.
    ///   - outputs: files that it wrote, relative to the plan.
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
    /// What the person's part says, with defaults for what it leaves out.
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

    /// A plan that is in memory.
    ///
    /// - Parameter given: its path, which paths in it are relative to.
    init(_ given: String, bytes: [UInt8]) throws {
        path = Paths.absolute(given)
        try ImpostorFile.refuse(bytes, file: given)
        let document = try YAMLDocument.parse(bytes, file: given)
        guard let root = document.root, root.mapping != nil else {
            throw FileError(
                file: given, line: 1, message: "is not a plan",
                wayOut: "make one with: assay plan init data.yaml -o plan.yaml")
        }
        let markerBytes = Array(Self.marker.utf8)
        let start = Self.find(markerBytes, in: bytes)
        personsPart = start.map { Array(bytes[..<$0]) } ?? bytes
        // Read alone: a line or an offset of the whole would depend on how text is counted.
        guard let persons = start == nil ? root : try YAMLDocument.parse(personsPart, file: given).root,
            let own = persons.mapping
        else {
            throw FileError(
                file: given, line: 1, message: "has nothing above the marker line",
                wayOut: "write the settings above it, dataset: first")
        }
        if let node = persons["results"] {
            throw FileError(
                file: given, line: node.line, message: "results stand above the marker line",
                wayOut: "remove them; the tools write their own below it")
        }
        // The next result that is written would remove it.
        let known = Set(own.compactMap(\.key.string))
        for entry in root.mapping ?? [] where entry.key.string != "results" {
            guard let key = entry.key.string, known.contains(key) else {
                throw FileError(
                    file: given, line: entry.key.line,
                    message: "“\(entry.key.string ?? "…")” stands below the marker line, where the tools write",
                    wayOut: "move it above that line, or remove it")
            }
        }
        settings = try PlanSettings(persons, file: given, folder: Paths.directory(of: path))
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

    /// The text of a file that a stage wrote.
    public func output(_ name: String) throws -> String {
        String(decoding: try FileReading.bytes(ofFile: outputFolder + "/" + name), as: UTF8.self)
    }

    /// Writes the plan again with a stage's new result: atomically, the person's part byte for byte.
    public func saving(_ result: StageResult, of stage: StageName) throws {
        try AtomicFile.write(contents(with: result, of: stage), to: path)
    }

    /// The whole file with a stage's new result.
    func contents(with result: StageResult, of stage: StageName) -> [UInt8] {
        var all = results
        all[stage] = result
        return personsPart + Array(Self.render(all, after: personsPart).utf8)
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
}
