import FileReading
import Foundation
import YAMLText

/// One split as data.yaml declares it.
public struct DatasetSplit: Sendable, Hashable {
    /// `train`, `val` or `test`.
    public let name: String
    /// Folders or lists of images, absolute.
    public let sources: [String]
    /// Where data.yaml declares it.
    public let line: Int
    /// 1-based column of the declaration.
    public let column: Int
}

/// What a data.yaml says, resolved.
public struct Dataset: Sendable {
    /// Absolute path of the YAML file.
    public let yamlPath: String
    /// Absolute path that the splits are relative to.
    public let root: String
    /// By class id; empty where there are none.
    public let classNames: [String]
    /// `nc` as written; nil where it is left out.
    public let declaredClassCount: Int?
    /// 1-based line of `nc`; nil where it is left out.
    public let classCountLine: Int?
    /// 1-based line of `names`; nil where it is left out.
    public let namesLine: Int?
    /// Those that are declared, in the order `train`, `val`, `test`.
    public let splits: [DatasetSplit]
    /// `kpt_shape` of a pose dataset.
    public let keypointShape: [Int]?

    /// Of this value and its copies; nil where every listing is made anew.
    private(set) var listings: ListingMemo?

    /// What a trainer takes as the number of classes: `nc` where it is given, else the number of names.
    public var classCount: Int { declaredClassCount ?? classNames.count }

    /// The same dataset, whose listings are made once: for a command that only reads it.
    public func keepingListings() -> Dataset {
        var dataset = self
        dataset.listings = ListingMemo()
        return dataset
    }

    /// Of the splits that are declared, in the order `train`, `val`, `test`.
    public var splitNames: [String] { splits.map(\.name) }

    /// The split of that name.
    ///
    /// - Throws: `FileError`, which names the splits that data.yaml declares.
    public func split(named name: String) throws -> DatasetSplit {
        guard let split = splits.first(where: { $0.name == name }) else {
            throw FileError(
                file: yamlPath, message: "has no split “\(name)”",
                wayOut: "use \(splitNames.joined(separator: ", ")), or declare it")
        }
        return split
    }

    /// The path of `file` relative to the root, as findings and tables print it.
    public func relative(_ file: String) -> String { Paths.relative(file, to: root) }

    /// The name of a class, or its number where it has none.
    public func className(_ id: Int) -> String {
        classNames.indices.contains(id) ? classNames[id] : "class \(id)"
    }

    /// Reads a data.yaml (or darknet's .data).
    ///
    /// - Throws: `FileError` with line and column where the file is missing, is not YAML or does not describe a dataset.
    public static func open(_ path: String) throws -> Dataset {
        let yamlPath = Paths.absolute(path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: yamlPath, isDirectory: &isFolder), isFolder.boolValue {
            throw FileError(
                file: path, message: "is a folder", wayOut: "name the data.yaml in it, which lists splits and classes")
        }
        if Paths.suffix(of: yamlPath).lowercased() == "data" { return try DarknetData.open(yamlPath) }
        if Paths.suffix(of: yamlPath).lowercased() == "xml" {
            throw FileError(
                file: path, message: "is VOC XML, not a YOLO dataset",
                wayOut: "convert it first, for example with Datumaro: datum convert -f yolo_ultralytics")
        }
        let bytes = try FileReading.bytes(ofFile: yamlPath, limit: 64 << 20)
        let document = try YAMLDocument.parse(bytes, file: path)
        return try DatasetReader(shown: path, yamlPath: yamlPath).read(document)
    }
}

/// Makes a `Dataset` of a parsed data.yaml.
private struct DatasetReader {
    /// The path as the user gave it, for errors.
    let shown: String
    let yamlPath: String
    /// As many classes as a model may have.
    static let classCounts = 1...100_000

    func read(_ document: YAMLDocument) throws -> Dataset {
        guard let root = document.root, root.mapping != nil else {
            throw error(document.root, "is not a data.yaml: a mapping with train, val and names is expected")
        }
        if root["annotations"] != nil, root["images"] != nil {
            throw FileError(
                file: shown, message: "is COCO JSON, not a YOLO dataset",
                wayOut: "convert it first, for example with ultralytics.data.converter.convert_coco")
        }
        let (names, namesLine) = try classNames(root)
        var declared: Int?
        if let node = root["nc"] {
            guard let count = node.int, Self.classCounts.contains(count) else {
                throw error(node, "nc must be a whole number from 1 to \(Self.classCounts.upperBound)")
            }
            declared = count
        }
        guard declared != nil || !names.isEmpty else { throw error(root, "has neither names nor nc") }
        guard names.count <= Self.classCounts.upperBound else {
            throw error(root["names"], "has \(names.count) names, at most \(Self.classCounts.upperBound) are read")
        }
        let folder = try datasetRoot(root)
        let splits = try ["train", "val", "test"].compactMap { try split($0, in: root, root: folder) }
        guard !splits.isEmpty else {
            throw error(root, "declares no train, val or test split")
        }
        return Dataset(
            yamlPath: yamlPath, root: folder, classNames: names, declaredClassCount: declared,
            classCountLine: root["nc"]?.line, namesLine: namesLine, splits: splits,
            keypointShape: try keypointShape(root))
    }

    /// `[points, numbers a point]`; what else it says is a matter of the trainers.
    private func keypointShape(_ root: YAMLNode) throws -> [Int]? {
        guard let node = root["kpt_shape"], let shape = node.sequence?.compactMap(\.int) else { return nil }
        guard shape.count <= 8, shape.allSatisfy((0...10_000).contains) else {
            throw error(node, "kpt_shape must be [points, numbers a point]")
        }
        return shape
    }

    /// `path` is absolute, or relative to the file; where that does not exist, relative to the working folder.
    private func datasetRoot(_ root: YAMLNode) throws -> String {
        let folder = Paths.directory(of: yamlPath)
        guard let node = root["path"], let path = node.string, !path.isEmpty else { return folder }
        let besideFile = Paths.absolute(path, relativeTo: folder)
        let inWorkingFolder = Paths.absolute(path)
        for candidate in [besideFile, inWorkingFolder] where FileManager.default.fileExists(atPath: candidate) {
            return candidate
        }
        return besideFile
    }

    private func classNames(_ root: YAMLNode) throws -> ([String], Int?) {
        guard let node = root["names"], !node.isNull else { return ([], nil) }
        if let list = node.sequence { return (list.map(text), node.line) }
        guard let entries = node.mapping else {
            throw error(node, "names must be a list, or a map from 0…n−1 to names")
        }
        var byID: [Int: String] = [:]
        for entry in entries {
            guard let id = entry.key.int, id >= 0 else {
                throw error(entry.key, "a key of names must be a class id, a whole number from 0")
            }
            byID[id] = text(entry.value)
        }
        guard byID.keys.sorted() == Array(0..<byID.count) else {
            throw error(node, "the keys of names must be 0…\(byID.count - 1) without a gap")
        }
        return (byID.keys.sorted().compactMap { byID[$0] }, node.line)
    }

    private func text(_ node: YAMLNode) -> String {
        if case .scalar(let text, _) = node.content { return text }
        return ""
    }

    private func split(_ name: String, in root: YAMLNode, root folder: String) throws -> DatasetSplit? {
        let synonyms = name == "val" ? ["val", "validation"] : [name]
        guard let node = synonyms.lazy.compactMap({ root[$0] }).first, !node.isNull else { return nil }
        let paths: [String]
        if let list = node.sequence {
            paths = list.compactMap(\.string)
        } else if let path = node.string {
            paths = path.isEmpty ? [] : [path]
        } else {
            throw error(node, "\(name) must be a folder, a list of images, or several of these")
        }
        guard !paths.isEmpty else { return nil }
        guard paths.count <= 10_000 else {
            throw error(node, "\(name) names \(paths.count) folders or lists, at most 10000 are read")
        }
        return DatasetSplit(
            name: name, sources: paths.map { resolve($0, root: folder) }, line: node.line, column: node.column)
    }

    /// A source below the root; Roboflow's `../train/images` is meant from inside, so `train/images` is tried after it.
    private func resolve(_ path: String, root: String) -> String {
        let plain = Paths.absolute(path, relativeTo: root)
        if !FileManager.default.fileExists(atPath: plain), path.hasPrefix("../") {
            let inside = Paths.absolute(String(path.dropFirst(3)), relativeTo: root)
            if FileManager.default.fileExists(atPath: inside) { return inside }
        }
        return plain
    }

    private func error(_ node: YAMLNode?, _ message: String) -> FileError {
        FileError(
            file: shown, line: node?.line ?? 1, column: node?.column ?? 1, message: message,
            wayOut: "a data.yaml looks like: path: . / train: images/train / val: images/val / names: [cat, dog]")
    }
}
