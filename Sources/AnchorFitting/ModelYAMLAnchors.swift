import FileReading
import TextForms
import YAMLText
import YOLOModel

/// The `anchors:` of a model YAML in YOLOv5's or YOLOv7's form, to read and to rewrite in place.
struct ModelYAMLAnchors {
    private let path: String
    private let text: [UInt8]
    private let root: YAMLNode

    static func read(_ path: String) throws -> ModelYAMLAnchors {
        try parse(FileReading.bytes(ofFile: path, limit: 16 << 20), file: path)
    }

    /// The same for a file that is in memory.
    static func parse(_ text: [UInt8], file path: String) throws -> ModelYAMLAnchors {
        guard let root = try YAMLDocument.parse(text, file: path).root, root["backbone"] != nil, root["head"] != nil
        else {
            throw FileError(
                file: path, message: "is not a model YAML: backbone and head are expected",
                wayOut: "name the model file that the trainer takes as --cfg, not the data.yaml")
        }
        return ModelYAMLAnchors(path: path, text: text, root: root)
    }

    func source() throws -> AnchorSource {
        guard let node = root["anchors"], !node.isNull else {
            // An anchor-free head: its levels are the layers that it reads.
            let levels = root["head"]?.sequence?.last?[0]?.sequence?.count
            return .made(
                .modelYAML, rows: nil,
                levels.flatMap { NetworkBounds.levels.contains($0) ? AnchorLevels.usualStrides(levels: $0) : nil })
        }
        if node.int != nil {
            throw FileError(
                file: path, line: node.line, message: "anchors: \(node.string ?? "") leaves the anchors to the trainer",
                wayOut: "run without this file as the current anchors, and write new ones into it with --write")
        }
        let rows = try (node.sequence ?? []).map { row -> [AnchorSize] in
            let numbers = row.sequence?.compactMap(\.double) ?? []
            guard !numbers.isEmpty, numbers.count == row.sequence?.count, numbers.count % 2 == 0,
                numbers.allSatisfy({ $0 > 0 && $0 < 1e6 }), NetworkBounds.anchors.contains(numbers.count / 2)
            else {
                throw FileError(
                    file: path, line: row.line, column: row.column, message: "is not a row of anchors",
                    wayOut: "write a row a level: [w,h, w,h, …]")
            }
            return stride(from: 0, to: numbers.count, by: 2).map {
                AnchorSize(width: numbers[$0], height: numbers[$0 + 1])
            }
        }
        guard NetworkBounds.levels.contains(rows.count) else {
            throw FileError(
                file: path, line: node.line, message: "anchors has \(Counted.text(rows.count, "row"))",
                wayOut: "write a row a level: [w,h, w,h, …]")
        }
        return .made(.modelYAML, rows: rows, nil)
    }

    /// The file with other anchors: each row in its place, everything else byte for byte.
    ///
    /// - Throws: `FileError` where the file has other levels than the anchors.
    func replacing(_ anchors: [AnchorSize], _ levels: AnchorLevels) throws -> [UInt8] {
        let rows = levels.rows(anchors)
        let modelLevels = root["head"]?.sequence?.last?[0]?.sequence?.count
        guard let node = root["anchors"], !node.isNull else {
            throw FileError(
                file: path, message: "has no anchors: its head predicts boxes without them",
                wayOut: "leave it as it is; anchors change nothing here")
        }
        if let modelLevels, modelLevels != rows.count {
            throw FileError(
                file: path, line: node.line,
                message: "has \(modelLevels) levels, but the anchors are for \(rows.count)",
                wayOut: "fit for the model's levels: --strides "
                    + AnchorLevels.usualStrides(levels: modelLevels).map(String.init).joined(separator: ","))
        }
        var result = text
        if let old = node.sequence, old.count == rows.count,
            old.allSatisfy({ isFlow($0) && $0.sequence?.isEmpty == false })
        {
            // What lies between a row's first and last figure; from the end, so that places before it stay true.
            for (node, row) in zip(old, rows).reversed() {
                guard let first = node.sequence?.first, let last = node.sequence?.last else { continue }
                result.replaceSubrange(
                    first.byteRange.lowerBound..<last.byteRange.upperBound, with: Array(AnchorText.pairs(row).utf8))
            }
            return result
        }
        // A number, or rows in another style or of another count: the whole value, in rows of their own.
        let isBlock = node.sequence != nil && !isFlow(node)
        let indent = "\n" + String(repeating: " ", count: isBlock ? node.column - 1 : 2)
        let lines = rows.enumerated().map { "- [\(AnchorText.pairs($1))]  # \(levels.name($0))" }
        result.replaceSubrange(
            node.byteRange.lowerBound..<end(node),
            with: Array(((isBlock ? "" : indent) + lines.joined(separator: indent)).utf8))
        return result
    }

    private func isFlow(_ node: YAMLNode) -> Bool {
        text.indices.contains(node.byteRange.lowerBound) && text[node.byteRange.lowerBound] == UInt8(ascii: "[")
    }

    /// Where a node's own text ends: a block node's range reaches up to the next token, over comments.
    private func end(_ node: YAMLNode) -> Int {
        guard !isFlow(node), let last = node.sequence?.last else { return node.byteRange.upperBound }
        return end(last)
    }
}
