import FileReading
import Foundation

/// What a folder, a file or an archive was found to be.
public struct RecognisedExport: Sendable, Hashable {
    /// As it was given.
    public let path: String
    /// Whose form it has.
    public let format: AnnotationFormat
    /// Whether it is a ZIP archive of such an export.
    public let isArchive: Bool

    /// What it is, to follow its path: “is COCO JSON”, “is a ZIP archive of COCO JSON”.
    public var sentence: String { isArchive ? "is a ZIP archive that holds \(format.title)" : "is \(format.title)" }

    /// The one command that makes a dataset of it.
    public var command: String {
        let bare = path.hasSuffix("/") ? String(path.dropLast()) : path
        let stem = Paths.withoutSuffix(Paths.fileName(of: bare))
        let name = ["", ".", ".."].contains(stem) ? "dataset" : stem
        return "assay convert \(Self.quoted(path)) -o \(Self.quoted(name + "-yolo"))"
    }

    /// For a tool that wants a data.yaml in this place.
    public var error: FileError {
        FileError(file: path, message: "\(sentence), not a data.yaml", wayOut: "convert it: \(command)")
    }

    /// As a shell takes it.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-+@%=:,".utf8.contains(byte)
        }
        return isPlain && !text.hasPrefix("-") ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

/// Tells the forms of annotations apart, by names and by the beginnings of a few files.
public enum ExportRecognition {
    /// What `path` is; nil where it is nothing that can be converted, or is not there.
    ///
    /// Reads at most some hundred beginnings of files, and lists at most some hundred folders.
    public static func recognise(_ path: String) -> RecognisedExport? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return ExportSignature(ExportTree(folder: path)).format.map { found(path, $0) }
        case S_IFREG: return recognise(file: path)
        default: return nil
        }
    }

    private static func found(_ path: String, _ format: AnnotationFormat, isArchive: Bool = false) -> RecognisedExport {
        RecognisedExport(path: path, format: format, isArchive: isArchive)
    }

    private static func recognise(file path: String) -> RecognisedExport? {
        guard let head = try? FileReading.head(ofFile: path, count: ExportSignature.headLength) else { return nil }
        if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) {
            guard let tree = try? ExportTree(archive: path), let format = ExportSignature(tree).format else {
                return nil
            }
            return found(path, format, isArchive: true)
        }
        switch Paths.suffix(of: path).lowercased() {
        case "data": return ExportSignature.isDarknetData(head) ? found(path, .darknet) : nil
        case "yaml", "yml": return ExportSignature.isDataYAML(head) ? found(path, .yolo) : nil
        default: return ExportSignature.format(ofText: head).map { found(path, $0) }
        }
    }

    /// The form of a JSON or XML text, by its beginning; nil for other texts.
    package static func format(ofText bytes: [UInt8]) -> AnnotationFormat? {
        ExportSignature.format(ofText: Array(bytes.prefix(ExportSignature.headLength)))
    }
}
