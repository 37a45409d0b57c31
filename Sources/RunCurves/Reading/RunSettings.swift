import CheckedNumbers
import FileReading
import YAMLText

/// What a run was started with: args.yaml of Ultralytics, opt.yaml and hyp.yaml of YOLOv5 and YOLOv7.
public struct RunSettings: Sendable {
    /// A setting, and where it stands.
    public struct Entry: Sendable {
        /// As it was written; a list as its elements with commas.
        public let text: String
        /// Relative to the run's folder.
        public let file: String
        /// From 1.
        public let line: Int
    }

    /// By key.
    public private(set) var entries: [String: Entry] = [:]
    /// The files that were read, relative to the run's folder.
    public private(set) var files: [String] = []

    /// Nothing is known.
    public init() {}

    /// Adds the settings of a file; those of a nested block, as `hyp:` of opt.yaml, count as the file's own.
    ///
    /// - Throws: `FileError` where it is no YAML.
    mutating func add(_ bytes: [UInt8], file: String) throws {
        guard let root = try YAMLDocument.parse(bytes, file: file).root, let entries = root.mapping else { return }
        files.append(file)
        for entry in entries {
            guard let key = entry.key.string else { continue }
            if let block = entry.value.mapping {
                for inner in block { if let key = inner.key.string { add(key, inner.value, file) } }
            } else {
                add(key, entry.value, file)
            }
        }
    }

    private mutating func add(_ key: String, _ value: YAMLNode, _ file: String) {
        let text = value.sequence.map { $0.prefix(100).map { $0.string ?? "" }.joined(separator: ",") } ?? value.string
        guard let text, entries.count < 10_000 else { return }
        entries[key] = Entry(text: text, file: file, line: value.line)
    }

    /// Of the first key that is set.
    public func entry(_ keys: String...) -> (key: String, entry: Entry)? {
        for key in keys { if let entry = entries[key] { return (key, entry) } }
        return nil
    }

    /// Nil where it is not set.
    public func text(_ key: String) -> String? { entries[key]?.text }

    /// Nil where it is not set, or no number.
    public func number(_ key: String) -> Double? { entries[key].flatMap { LogText.number($0.text) } }

    /// Nil where it is not set, or no whole number.
    public func whole(_ key: String) -> Int? { number(key).flatMap { Int(exactly: $0) } }

    /// Nil where it is not set.
    public func flag(_ key: String) -> Bool? {
        switch entries[key]?.text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    /// Images a batch; nil where it is not known, as with `batch: -1`.
    public var batch: Int? {
        (whole("batch") ?? whole("batch_size") ?? whole("total_batch_size")).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The trainers gather gradients until so many images are in.
    public var nominalBatch: Int { whole("nbs").flatMap { $0 > 0 ? $0 : nil } ?? 64 }

    /// Layers that are not trained; empty where all are.
    public var frozen: String {
        let text = text("freeze") ?? ""
        return ["", "0", "null", "none", "None"].contains(text) ? "" : text
    }
}
