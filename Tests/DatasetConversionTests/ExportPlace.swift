import AnnotationSources
import DatasetConversion
import FileReading
import Foundation
import Imaging
import TestSupport
import Testing

/// A folder with an export in it, which is converted into another one.
struct ExportPlace {
    let folder: TemporaryFolder
    var export: String { folder.path + "/export" }
    var output: String { folder.path + "/made" }

    /// - Parameters:
    ///   - texts: files by name.
    ///   - images: sides by name; a PNG or, where it is named so, a JPEG.
    init(_ texts: [String: String] = [:], images: [String: (Int, Int)] = [:]) throws {
        folder = try TemporaryFolder()
        for (name, text) in texts { try folder.write(text, to: "export/" + name) }
        for (name, size) in images { try folder.write(Self.picture(size.0, size.1, name), to: "export/" + name) }
    }

    static func picture(_ width: Int, _ height: Int, _ name: String = "a.png") throws -> [UInt8] {
        let image = RGBImage(width: width, height: height, pixels: [UInt8](repeating: 90, count: 3 * width * height))
        return try #require(name.hasSuffix(".png") ? ImageEncoder.png(image) : ImageEncoder.jpeg(image, quality: 80))
    }

    /// A JPEG with an EXIF orientation.
    static func turned(_ width: Int, _ height: Int, orientation: UInt8) throws -> [UInt8] {
        let plain = try picture(width, height, "a.jpg")
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [
                0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
        return Array(plain.prefix(2)) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + Array(plain.dropFirst(2))
    }

    @discardableResult
    func convert(
        _ input: String = "", to target: ConversionTarget = .yolo,
        _ change: (inout ConversionRequest) -> Void = { _ in }
    ) throws -> ConversionResult {
        var request = ConversionRequest(input: input.isEmpty ? export : folder.path + "/" + input, output: output)
        request.target = target
        request.jobs = 2
        change(&request)
        return try Conversion.run(request)
    }

    /// A file of what was made; nil where there is none.
    func text(_ name: String) -> String? {
        (try? FileReading.bytes(ofFile: output + "/" + name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All files that were made, without the list of losses.
    var made: [String] {
        let all = (try? FileManager.default.subpathsOfDirectory(atPath: output)) ?? []
        var isFolder: ObjCBool = false
        return all.filter {
            FileManager.default.fileExists(atPath: output + "/" + $0, isDirectory: &isFolder) && !isFolder.boolValue
                && $0 != "losses.csv"
        }.sorted()
    }
}

extension ConversionResult {
    func count(_ kind: LossKind) -> Int { losses.totals.first { $0.kind == kind }?.count ?? 0 }
}

/// COCO JSON as it was written.
struct WrittenCOCO: Decodable {
    struct Image: Decodable { let id: Int, fileName: String, width: Int, height: Int }
    struct Category: Decodable { let id: Int, name: String }
    struct Annotation: Decodable { let imageId: Int, categoryId: Int, bbox: [Double], area: Double, iscrowd: Int }
    let images: [Image]
    let annotations: [Annotation]
    let categories: [Category]

    /// By the stem of the image: class and box.
    static func boxes(_ place: ExportPlace) throws -> [String: [(String, [Double])]] {
        var found: [String: [(String, [Double])]] = [:]
        for split in ["train", "val", "test"] {
            guard let text = place.text("annotations/instances_\(split).json") else { continue }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let coco = try decoder.decode(WrittenCOCO.self, from: Data(text.utf8))
            let names = Dictionary(uniqueKeysWithValues: coco.categories.map { ($0.id, $0.name) })
            for image in coco.images {
                found[Paths.withoutSuffix(Paths.fileName(of: image.fileName))] = coco.annotations.filter {
                    $0.imageId == image.id
                }.map { (names[$0.categoryId] ?? "", $0.bbox) }
            }
        }
        return found
    }
}
