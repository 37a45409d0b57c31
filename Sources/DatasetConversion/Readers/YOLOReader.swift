import AnnotationSources
import FileReading
import Foundation
import Geometry
import YAMLText
import YOLODataset

/// Folders of images and of label rows, with a data.yaml or a `classes.txt`.
struct YOLOReader: AnnotationReader {
    static let format = AnnotationFormat.yolo
    static let documentation =
        "label rows beside the images or in `labels`: boxes, polygons, oriented boxes, poses; classes from data.yaml, "
        + "`classes.txt` or Label Studio's `notes.json`; splits from data.yaml, else from folders"

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        let yamls = source.files("yaml", "yml").filter { file in
            guard let root = root(of: file, source) else { return false }
            return root["names"] != nil
        }
        if let yaml = yamls.first, let root = root(of: yaml, source) {
            for other in yamls.dropFirst() { losses.add(.fileLeftOut, other, "a second data.yaml") }
            let shape = root["kpt_shape"]?.sequence?.compactMap(\.int)
            var rows = YOLORows(classNames: names(root), keypointShape: shape, source: source)
            if let dataset = try? Dataset.open(source.root + "/" + yaml), let listing = try? dataset.listSamples(),
                !listing.samples.isEmpty
            {
                try rows.read(listing)
                for missing in listing.missingSources { losses.add(.missingImage, missing.path, missing.reason) }
            } else {
                try rows.readTree(lists: lists(root))
            }
            return rows.finish(&losses)
        }
        let notes = source.files.first { Paths.fileName(of: $0) == "notes.json" }
        let classes = source.files.first {
            ["classes.txt", "classes.names", "labels.txt"].contains(Paths.fileName(of: $0))
        }
        let names = classes.flatMap { source.lines($0) } ?? notes.flatMap { noted($0, source) } ?? []
        var rows = YOLORows(classNames: names, keypointShape: nil, source: source)
        try rows.readTree(lists: [:])
        return rows.finish(&losses)
    }

    private static func root(of file: String, _ source: ExportFolder) -> YAMLNode? {
        guard let bytes = try? source.bytes(file, limit: 64 << 20) else { return nil }
        return try? YAMLDocument.parse(bytes, file: file).root
    }

    private static func names(_ root: YAMLNode) -> [String] {
        func text(_ node: YAMLNode) -> String { if case .scalar(let text, _) = node.content { text } else { "" } }
        if let list = root["names"]?.sequence { return list.map(text) }
        let entries = (root["names"]?.mapping ?? []).compactMap { entry in
            entry.key.int.flatMap { (0..<100_000).contains($0) ? ($0, text(entry.value)) : nil }
        }
        var names = [String](repeating: "", count: (entries.map(\.0).max() ?? -1) + 1)
        for (id, name) in entries { names[id] = name }
        return names
    }

    /// Paths of lists by split.
    private static func lists(_ root: YAMLNode) -> [String: String] {
        var lists: [String: String] = [:]
        for (key, split) in [("train", "train"), ("val", "val"), ("validation", "val"), ("test", "test")] {
            if let path = root[key]?.string, Paths.suffix(of: path) == "txt" { lists[Paths.fileName(of: path)] = split }
        }
        return lists
    }

    private static func noted(_ file: String, _ source: ExportFolder) -> [String]? {
        struct Notes: Decodable {
            struct Category: Decodable { let id: Int, name: String }
            let categories: [Category]
        }
        guard let bytes = try? source.bytes(file, limit: 1 << 24),
            let notes = try? JSONText.decode(Notes.self, bytes, file: file)
        else { return nil }
        return notes.categories.sorted { $0.id < $1.id }.map(\.name)
    }
}

/// darknet's `.data`, as unpacked from CVAT's or Datumaro's “YOLO 1.1” too, where the lists say `data/` before each path.
struct DarknetReader: AnnotationReader {
    static let format = AnnotationFormat.darknet
    static let documentation =
        "`obj.data`, `obj.names`, the lists that it names, and label rows beside the images; a `data/` before paths that is not "
        + "there counts for nothing"

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        let files = source.files("data")
        guard let file = files.first(where: { !settings($0, source).isEmpty }) else {
            throw FileError(file: source.root, message: "holds no darknet .data file", wayOut: "name the file")
        }
        for other in files where other != file { losses.add(.fileLeftOut, other, "a second .data file") }
        let values = settings(file, source)
        let beside = Paths.directory(of: file) == "." ? "" : Paths.directory(of: file) + "/"
        func found(_ path: String) -> String? {
            let name = Paths.fileName(of: ImageIndex.plain(path))
            return [beside + path, path, beside + name].map(Paths.normalized).first {
                FileManager.default.fileExists(atPath: source.root + "/" + $0)
            }
        }
        let names = values["names"].flatMap(found).flatMap { source.lines($0) } ?? []
        var lists: [String: String] = [:]
        for (key, split) in [("train", "train"), ("valid", "val"), ("val", "val"), ("test", "test")] {
            guard let path = values[key] else { continue }
            lists[Paths.fileName(of: path)] = split
            if found(path) == nil { losses.add(.badEntry, file, "\(key) = \(path) is not there") }
        }
        var rows = YOLORows(classNames: names, keypointShape: nil, source: source)
        try rows.readTree(lists: lists)
        return rows.finish(&losses)
    }

    private static func settings(_ file: String, _ source: ExportFolder) -> [String: String] {
        (source.lines(file) ?? []).reduce(into: [:]) { values, line in
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, !parts[0].hasPrefix("#") { values[parts[0]] = parts[1] }
        }
    }
}
