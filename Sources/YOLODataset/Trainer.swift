import Foundation

/// Whose reading of datasets, labels and images is foretold.
public enum Trainer: String, Sendable, CaseIterable {
    /// Ultralytics 8.4.
    case ultralytics
    /// Ultralytics 8.0 to 8.2.
    case ultralyticsOld = "ultralytics-old"
    /// YOLOv5 6 and 7.
    case yolov5
    case yolov7
    /// darknet, as the fork for YOLOv4 reads labels.
    case darknet

    /// As people call it.
    public var name: String {
        switch self {
        case .ultralytics: "Ultralytics"
        case .ultralyticsOld: "Ultralytics before 8.3"
        case .yolov5: "YOLOv5"
        case .yolov7: "YOLOv7"
        case .darknet: "darknet"
        }
    }

    /// Suffixes of files that the trainer takes for images, in lower case.
    public var imageSuffixes: Set<String> {
        let common: Set<String> = ["bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"]
        switch self {
        case .ultralytics, .darknet: return common.union(["avif", "heic", "heif", "jp2"])
        case .ultralyticsOld, .yolov5: return common.union(["pfm"])
        case .yolov7: return common
        }
    }

    /// Suffixes that any trainer takes for images, in lower case.
    public static let everyImageSuffix = Self.allCases.reduce(into: Set<String>()) { $0.formUnion($1.imageSuffixes) }

    /// Whether an image that lists name several times is trained on as often.
    var countsRepeats: Bool { self == .ultralytics || self == .ultralyticsOld || self == .darknet }

    /// Whether splits are looked for from `path`, with links followed.
    var resolvesSources: Bool { self != .yolov7 }

    /// The folder of labels that belongs to a folder of images, both as the trainer writes them: it replaces text.
    func labelFolder(ofImages text: String) -> String? {
        if self == .yolov7 {
            let path = Self.replacingFirst("/images/", by: "/labels/", in: text)
            return path == text ? nil : path
        }
        guard self == .darknet else { return Dataset.labelFolder(ofImages: text) }
        var path = text
        for part in ["train2014", "val2014", "train2017", "val2017"] {
            path = Self.replacingFirst("/images/\(part)/", by: "/labels/\(part)/", in: path)
        }
        path = Self.replacingFirst("/JPEGImages/", by: "/labels/", in: path)
        return path == text ? nil : path
    }

    private static func replacingFirst(_ pattern: String, by text: String, in path: String) -> String {
        guard let range = path.firstRange(of: pattern) else { return path }
        return path.replacingCharacters(in: range, with: text)
    }
}
