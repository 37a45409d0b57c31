import FileReading
import YAMLText

/// The stages of an audit, in the order in which they run.
public enum StageName: String, Sendable, CaseIterable {
    case labels, anchors, toxic, report

    /// The executable that runs it.
    public var executable: String { "assay-\(rawValue)" }
}

/// What the person's part of a plan says, with defaults for what it leaves out.
public struct PlanSettings: Sendable, Hashable {
    public struct Labels: Sendable, Hashable {
        /// `none`, `header` or `decode`.
        public var images = "decode"
        /// `error`, `warning` or `note`: findings from this severity on make the exit status 1.
        public var failOn = "error"
    }

    public struct Anchors: Sendable, Hashable {
        public var count = 9
        public var splits = ["train"]
    }

    public struct Toxic: Sendable, Hashable {
        public var splits = ["train", "val"]
        /// Rows of the table that is printed.
        public var top = 20
        /// `onednn` or `reference`; nil for the fastest of this build.
        public var backend: String?
    }

    public struct Report: Sendable, Hashable {
        /// Images in the report's gallery.
        public var top = 60
    }

    /// Absolute path of the data.yaml.
    public var dataset = ""
    public var imageSize = 640
    /// Absolute path of the checkpoint.
    public var weights: String?
    public var seed: UInt64 = 0
    public var labels = Labels()
    public var anchors = Anchors()
    public var toxic = Toxic()
    public var report = Report()

    public init() {}
}

/// Reads settings from a plan's YAML, refusing what it does not know.
struct SettingsReader {
    let file: String
    let folder: String

    func read(_ root: YAMLNode) throws -> PlanSettings {
        var settings = PlanSettings()
        guard let dataset = root["dataset"], let path = dataset.string else {
            throw error(root, "has no dataset", "add a line such as: dataset: path/to/data.yaml")
        }
        settings.dataset = Paths.absolute(path, relativeTo: folder)
        try check(
            root, keys: ["dataset", "image_size", "weights", "seed", "results"] + StageName.allCases.map(\.rawValue))
        if let node = root["image_size"] { settings.imageSize = try integer(node, 32...8192) }
        if let node = root["weights"], let path = node.string {
            settings.weights = Paths.absolute(path, relativeTo: folder)
        }
        if let node = root["seed"] { settings.seed = UInt64(try integer(node, 0...Int.max)) }
        try block(root, "labels", ["images", "fail_on"]) { block in
            if let node = block["images"] { settings.labels.images = try word(node, ["none", "header", "decode"]) }
            if let node = block["fail_on"] { settings.labels.failOn = try word(node, ["error", "warning", "note"]) }
        }
        try block(root, "anchors", ["count", "splits"]) { block in
            if let node = block["count"] { settings.anchors.count = try integer(node, 1...100) }
            if let node = block["splits"] { settings.anchors.splits = try splits(node) }
        }
        try block(root, "toxic", ["splits", "top", "backend"]) { block in
            if let node = block["splits"] { settings.toxic.splits = try splits(node) }
            if let node = block["top"] { settings.toxic.top = try integer(node, 1...100_000) }
            if let node = block["backend"], !node.isNull {
                settings.toxic.backend = try word(node, ["onednn", "reference"])
            }
        }
        try block(root, "report", ["top"]) { block in
            if let node = block["top"] { settings.report.top = try integer(node, 1...10_000) }
        }
        return settings
    }

    private func error(_ node: YAMLNode, _ message: String, _ wayOut: String) -> FileError {
        FileError(file: file, line: node.line, column: node.column, message: message, wayOut: wayOut)
    }

    private func check(_ node: YAMLNode, keys: [String]) throws {
        for entry in node.mapping ?? [] {
            guard let key = entry.key.string, !keys.contains(key) else { continue }
            throw error(entry.key, "unknown setting “\(key)”", "use one of \(keys.joined(separator: ", "))")
        }
        if let repeated = node.duplicateKeys.first {
            throw error(repeated, "“\(repeated.string ?? "")” stands here a second time", "remove one of the two")
        }
    }

    private func block(_ root: YAMLNode, _ name: String, _ keys: [String], _ body: (YAMLNode) throws -> Void) throws {
        guard let node = root[name], !node.isNull else { return }
        guard node.mapping != nil else {
            throw error(node, "\(name) must be a block of settings", "write one setting a line")
        }
        try check(node, keys: keys)
        try body(node)
    }

    private func integer(_ node: YAMLNode, _ range: ClosedRange<Int>) throws -> Int {
        guard let value = node.int, range.contains(value) else {
            throw error(node, "must be a whole number", "write one from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func word(_ node: YAMLNode, _ words: [String]) throws -> String {
        guard let word = node.string, words.contains(word) else {
            throw error(node, "“\(node.string ?? "")” is not known here", "use one of \(words.joined(separator: ", "))")
        }
        return word
    }

    private func splits(_ node: YAMLNode) throws -> [String] {
        let names = node.sequence?.compactMap(\.string) ?? node.string.map { [$0] } ?? []
        guard !names.isEmpty, names.allSatisfy({ ["train", "val", "test"].contains($0) }) else {
            throw error(node, "splits are train, val and test", "write for example [train, val]")
        }
        return names
    }
}
