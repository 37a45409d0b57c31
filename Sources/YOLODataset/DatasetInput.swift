import FileReading
import Foundation
import YAMLText

/// What people name instead of a data.yaml, each with the way on.
enum DatasetInput {
    /// - Throws: `FileError` where the file is not one that describes a dataset.
    static func refuse(_ path: String) throws {
        let suffix = Paths.suffix(of: path).lowercased()
        switch suffix {
        case "xml":
            throw FileError(
                file: path, message: "is VOC XML, not a YOLO dataset",
                wayOut: "convert it: assay convert \(path) -o yolo")
        default: break
        }
        if ResolvedPath.isFolder(Paths.absolute(path)) {
            throw FileError(
                file: path, message: "is a folder", wayOut: "name the data.yaml in it, which lists splits and classes")
        }
    }

    /// - Throws: `FileError` where the contents are those of another format.
    static func refuse(_ node: YAMLNode?, _ path: String) throws {
        if let node, node["annotations"] != nil, node["images"] != nil {
            throw FileError(
                file: path, message: "is COCO JSON, not a YOLO dataset",
                wayOut: "convert it: assay convert \(path) -o yolo")
        }
    }
}
