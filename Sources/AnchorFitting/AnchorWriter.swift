import FileReading
import Foundation
import TextForms

/// Writes anchors where trainers read them.
public enum AnchorWriter {
    /// The forms of the trainers, each ready to be pasted.
    public enum Form: String, Sendable, CaseIterable {
        /// A YOLOv5 or YOLOv7 model file.
        case yaml
        /// The lines of a darknet `[yolo]` section.
        case darknet
        /// MMYOLO's `anchors`: a level each, the finest first.
        case mmyolo
        /// MMDetection's `YOLOAnchorGenerator`: the coarsest level first.
        case mmdetection
        /// PaddleDetection's `anchors` and `anchor_masks`: masks from the coarsest level.
        case paddledetection
    }

    /// - Parameter anchors: ascending.
    public static func text(_ form: Form, _ anchors: [AnchorSize], _ levels: AnchorLevels) -> String {
        let rows = levels.rows(anchors)
        switch form {
        case .yaml: return yoloV5YAML(anchors, levels)
        case .darknet:
            let masks = levels.strides.indices.map { level in
                "# mask of the layer with stride \(levels.strides[level]): "
                    + levels.range(level).map(String.init).joined(separator: ",")
            }
            return "anchors = \(AnchorText.pairs(anchors))\nnum=\(anchors.count)\n"
                + masks.joined(separator: "\n") + "\n"
        case .mmyolo:
            let lines = rows.enumerated().map { "    [\(tuples($1))],  # \(levels.name($0))\n" }
            return "anchors = [\n\(lines.joined())]\n"
        case .mmdetection:
            let lines = rows.enumerated().reversed().map { "        [\(tuples($1))],  # \(levels.name($0))\n" }
            let strides = levels.strides.reversed().map(String.init).joined(separator: ", ")
            return """
                anchor_generator=dict(
                    type='YOLOAnchorGenerator',
                    base_sizes=[
                \(lines.joined())    ],
                    strides=[\(strides)]),

                """
        case .paddledetection:
            let pairs = anchors.map { "[\(ExactNumber.text($0.width)), \(ExactNumber.text($0.height))]" }
            let masks = levels.strides.indices.reversed().map { level in
                "[\(levels.range(level).map(String.init).joined(separator: ", "))]"
            }
            return "anchors: [\(pairs.joined(separator: ", "))]\nanchor_masks: [\(masks.joined(separator: ", "))]\n"
        }
    }

    private static func tuples(_ row: [AnchorSize]) -> String {
        row.map { "(\(ExactNumber.text($0.width)), \(ExactNumber.text($0.height)))" }.joined(separator: ", ")
    }

    /// The `anchors:` block of a YOLOv5 model YAML: a row a level, small to large.
    public static func yoloV5YAML(_ anchors: [AnchorSize], _ levels: AnchorLevels) -> String {
        let rows = levels.rows(anchors).enumerated().map { "  - [\(AnchorText.pairs($1))]  # \(levels.name($0))\n" }
        return "anchors:\n" + rows.joined()
    }

    /// Rewrites the anchors of a model YAML or a darknet `.cfg` in place; everything else in the file stays byte for
    /// byte. The file as it was is kept beside it as `NAME.bak` (`NAME.2.bak`, … where that is taken).
    ///
    /// - Returns: the copy's path; nil when the file has these anchors already.
    /// - Throws: `FileError`; the file is then unchanged.
    public static func write(_ anchors: [AnchorSize], _ levels: AnchorLevels, into path: String) throws -> String? {
        let new: [UInt8]
        switch Paths.suffix(of: path).lowercased() {
        case "cfg": new = try DarknetConfiguration.read(path).replacing(anchors)
        case "yaml", "yml": new = try ModelYAMLAnchors.read(path).replacing(anchors, levels)
        default:
            throw FileError(
                file: path, message: "anchors can be written into a model YAML or a darknet .cfg",
                wayOut: "name such a file, or print another form with --format and paste it")
        }
        let old = try FileReading.bytes(ofFile: path)
        guard new != old else { return nil }
        var copy = path + ".bak"
        var number = 2
        while FileManager.default.fileExists(atPath: copy) {
            copy = "\(path).\(number).bak"
            number += 1
        }
        try AtomicFile.write(old, to: copy)
        do {
            try AtomicFile.write(new, to: path)
        } catch {
            unlink(copy)
            throw error
        }
        return copy
    }
}
