import AnnotationSources
import DatasetConversion
import FileReading
import Foundation
import TestSupport
import Testing

@Suite struct ConversionTests {
    private static let coco = """
        {"images": [{"id": 7, "file_name": "a.png", "width": 100, "height": 50}, {"id": 9, "file_name": "gone.png", "width": 1, "height": 1}],
         "categories": [{"id": 3, "name": "cat"}, {"id": 90, "name": "no"}, {"id": 91, "name": "never"}],
         "annotations": [
          {"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 30], "iscrowd": 0, "attributes": {"who_drew": "me"}},
          {"id": 2, "image_id": 7, "category_id": 90, "bbox": [50, 10, 44, 30], "segmentation": [[50, 10, 90, 10, 90, 40]]},
          {"id": 3, "image_id": 7, "category_id": 3, "bbox": [0, 0, 100, 50], "segmentation": {"size": [50, 100], "counts": [0, 5000]}, "iscrowd": 1},
          {"id": 4, "image_id": 7, "category_id": 5, "bbox": [1, 1, 2, 2]}, {"id": 5, "image_id": 8, "category_id": 3, "bbox": [1, 1, 2, 2]},
          {"id": 6, "image_id": 7, "category_id": 3, "bbox": [90, 40, 30, 30]}, {"id": 7, "image_id": 7, "category_id": 3, "bbox": [200, 1, 5, 5]},
          {"id": 8, "image_id": 7, "category_id": 3, "bbox": [1, 1, 0, 5]}, {"id": 9, "image_id": 9, "category_id": 3, "bbox": [0, 0, 1, 1]},
          {"id": 10, "image_id": 7, "category_id": 3}, "rubbish",
          {"id": 11, "image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 30], "keypoints": [12, 12, 2], "attributes": {"rotation": 90}}]}
        """

    private func place() throws -> ExportPlace {
        try ExportPlace(["annotations/instances_train2017.json": Self.coco], images: ["train2017/a.png": (100, 50)])
    }

    @Test func everyLossIsCounted() throws {
        let place = try place()
        let result = try place.convert()
        #expect(
            place.text("labels/train/a.txt") == """
                0 0.2 0.5 0.2 0.6
                1 0.72 0.5 0.44 0.6
                0 0.95 0.9 0.1 0.2
                0 0.2 0.5 0.3 0.4

                """)
        let wanted: [(LossKind, Int)] = [
            (.missingImage, 1), (.labelWithoutImage, 1), (.crowd, 1), (.noClass, 1), (.noArea, 1), (.outside, 1),
            (.badEntry, 2), (.keypoints, 1), (.attributes, 1), (.rotationLost, 1), (.polygonToBox, 1), (.clipped, 1),
            (.idsRenumbered, 3), (.unusedClass, 1), (.boxDiffers, 1),
        ]
        for (kind, count) in wanted { #expect(result.count(kind) == count, "\(kind)") }
        #expect(result.losses.totals.count == wanted.count, "\(result.losses.totals)")
        #expect(place.text("losses.csv")?.contains("lost,crowd,a.png,1,") == true)
        #expect(place.text("losses.csv")?.contains("lost,attributes,a.png,1,who_drew") == true)
        #expect(
            place.text("data.yaml")?.contains("train: images/train\nnames:\n  0: cat\n  1: \"no\"\n  2: never\n")
                == true)
        #expect(result.text.contains("no validation split"))
    }

    @Test func polygonsAreKept() throws {
        let place = try place()
        try place.convert(to: .yoloSegment)
        let rows = try #require(place.text("labels/train/a.txt")).split(separator: "\n")
        #expect(rows[0] == "0 0.1 0.2 0.3 0.2 0.3 0.8 0.1 0.8")
        #expect(rows[1] == "1 0.5 0.2 0.9 0.2 0.9 0.8")
    }

    @Test func orientedBoxesAreKept() throws {
        let place = try place()
        let result = try place.convert(to: .yoloOBB)
        let rows = try #require(place.text("labels/train/a.txt")).split(separator: "\n")
        // Turned by a quarter: its first corner is now the right upper one.
        #expect(rows.last == "0 0.35 0.3 0.35 0.7 0.05 0.7 0.05 0.3")
        #expect(result.count(.fittedRectangle) == 1 && result.count(.rotationLost) == 0)
    }

    @Test func masksComeThrough() throws {
        // Two blocks of pixels with a hole in one, down the columns of an image of 6 × 4.
        let counts = "[0, 3, 1, 1, 1, 1, 1, 3, 1, 4, 2, 1, 1, 4]"
        let text = """
            {"images": [{"id": 1, "file_name": "a.png", "width": 6, "height": 4}], "categories": [{"id": 1, "name": "x"}],
             "annotations": [{"image_id": 1, "category_id": 1, "segmentation": {"size": [4, 6], "counts": \(counts)}}]}
            """
        let place = try ExportPlace(["instances.json": text], images: ["a.png": (6, 4)])
        let result = try place.convert(to: .yoloSegment)
        #expect(result.count(.maskToPolygon) == 1 && result.count(.holesFilled) == 1)
        let box = try place.convert { $0.output += "-box" }
        #expect(box.count(.maskToBox) == 1)
        try place.convert(to: .coco) { $0.output += "-coco" }
        let written = try String(
            contentsOfFile: place.output + "-coco/annotations/instances_train.json", encoding: .utf8)
        #expect(written.contains("\"counts\":" + counts.filter { $0 != " " }))
    }

    // MARK: The output

    @Test func nothingIsOverwritten() throws {
        let place = try place()
        try place.convert()
        let before = place.made
        #expect(throws: FileError.self) { try place.convert(to: .coco) }
        #expect(place.made == before)
        try place.convert(to: .coco) { $0.replaces = true }
        #expect(place.made == ["annotations/instances_train.json", "images/train/a.png"])
        // Not even with --force, where no conversion has been.
        let other = try ExportPlace(["mine.txt": "precious"])
        #expect(throws: FileError.self) {
            try place.convert { ($0.output, $0.replaces) = (other.export, true) }
        }
        #expect(throws: FileError.self) { try place.convert { ($0.output, $0.replaces) = (place.folder.path, true) } }
        #expect(FileManager.default.fileExists(atPath: other.export + "/mine.txt"))
    }

    @Test func nothingIsLeftOfAFailure() throws {
        for (name, text) in [
            ("a.json", "{\"images\": [{\"file_name\": \"x.jpg\", \"id\": 1}], \"annotations\": ["),
            ("b.xml", "<annotation><filename>"),
        ] {
            let place = try ExportPlace([name: text])
            #expect(throws: FileError.self) { try place.convert() }
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path) == ["export"])
        }
        let place = try place()
        #expect(throws: FileError.self) { try place.convert { $0.isStrict = true } }
        #expect(throws: CancellationError.self) {
            try Conversion.run(ConversionRequest(input: place.export, output: place.output), isCancelled: { true })
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path) == ["export"])
    }

    @Test func imagesAreCopiedLinkedOrLeft() throws {
        let place = try place()
        for placement in ImagePlacement.allCases {
            try place.convert { ($0.output, $0.placement) = (place.folder.path + "/" + placement.rawValue, placement) }
        }
        func attributes(_ placement: ImagePlacement) throws -> [FileAttributeKey: Any] {
            try FileManager.default.attributesOfItem(
                atPath: "\(place.folder.path)/\(placement.rawValue)/images/train/a.png")
        }
        #expect(try attributes(.copy)[.referenceCount] as? Int == 1)
        #expect(try attributes(.hardLink)[.referenceCount] as? Int == 2)
        #expect(try attributes(.link)[.type] as? FileAttributeType == .typeSymbolicLink)
        #expect(throws: (any Error).self) { try attributes(.none) }
    }

    @Test func namesThatAreTakenOrLeadElsewhere() throws {
        let text = """
            {"images": [{"id": 1, "file_name": "x/a.png"}, {"id": 2, "file_name": "y/a.png"}, {"id": 3, "file_name": "../../a.png"},
              {"id": 4, "file_name": "x/a.jpg"}, {"id": 5, "file_name": "/etc/passwd"}],
             "categories": [{"id": 0, "name": "x"}], "annotations": [{"image_id": 1, "category_id": 0, "bbox": [0, 0, 5, 5]}]}
            """
        let place = try ExportPlace(
            ["c.json": text], images: ["x/a.png": (10, 10), "y/a.png": (20, 10), "x/a.jpg": (10, 10)])
        let result = try place.convert()
        #expect(
            place.made == [
                "data.yaml", "images/train/x/a-2.jpg", "images/train/x/a.png", "images/train/y/a.png",
                "labels/train/x/a.txt",
            ])
        #expect(result.count(.renamed) == 1 && result.count(.missingImage) == 2)
    }

    @Test func aPartIsHeldOut() throws {
        let images = Dictionary(uniqueKeysWithValues: (0..<40).map { ("images/\($0).png", (4, 4)) })
        let texts = Dictionary(uniqueKeysWithValues: (0..<40).map { ("labels/\($0).txt", "0 0.5 0.5 0.5 0.5\n") })
        let place = try ExportPlace(texts, images: images)
        let result = try place.convert { $0.validationShare = 0.25 }
        #expect(result.imagesBySplit.map(\.split) == ["train", "val"])
        #expect((4...16).contains(result.imagesBySplit[1].images))
        #expect(place.text("data.yaml")?.contains("val: images/val\n") == true)
    }

    // MARK: EXIF

    @Test(arguments: [
        (2, "0 0.75 0.5 0.3 0.4\n"), (6, "0 0.5 0.25 0.4 0.3\n"), (8, "0 0.5 0.75 0.4 0.3\n"),
        (3, "0 0.25 0.5 0.3 0.4\n"),
    ])
    func labelsOfStoredPixelsAreTurned(orientation: UInt8, row: String) throws {
        // 40 × 20 as stored; a box that is off the middle to the left.
        let text = """
            {"images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 20}], "categories": [{"id": 0, "name": "x"}],
             "annotations": [{"image_id": 1, "category_id": 0, "bbox": [4, 6, 12, 8]}]}
            """
        let place = try ExportPlace(["c.json": text])
        try place.folder.write(ExportPlace.turned(40, 20, orientation: orientation), to: "export/a.jpg")
        let result = try place.convert()
        let isTold = orientation >= 5
        #expect(
            result.count(.turnedByEXIF) == (isTold ? 1 : 0) && result.count(.orientationUnclear) == (isTold ? 0 : 1))
        #expect(place.text("labels/train/a.txt") == (isTold ? row : "0 0.25 0.5 0.3 0.4\n"))
    }

    @Test func archives() throws {
        let place = try place()
        let picture = try ExportPlace.picture(100, 50)
        let bytes = StoredArchive.bytes([
            .init("x/annotations/instances_train.json", Array(Self.coco.utf8)), .init("x/images/a.png", picture),
            .init("../../evil.png", picture), .init("link.png", Array("/etc/passwd".utf8), mode: 0o120777),
        ])
        try place.folder.write(bytes, to: "e.zip")
        let result = try place.convert("e.zip")
        #expect(result.count(.fileLeftOut) == 2)
        #expect(place.made == ["data.yaml", "images/train/a.png", "labels/train/a.txt"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.folder.path).sorted() == [
                "e.zip", "export", "made",
            ])
    }

    @Test func textsWithEntitiesAreRefused() throws {
        let laughs =
            "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><annotation><filename>&b;</filename></annotation>"
        let utf16: [UInt8] = [0xFF, 0xFE] + laughs.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        for bytes in [
            Array(laughs.utf8), utf16,
            Array("<annotation><filename>a</filename>\(String(repeating: "<a>", count: 90))".utf8),
        ] {
            let place = try ExportPlace()
            try place.folder.write(bytes, to: "export/a.xml")
            #expect(throws: FileError.self) { try place.convert { $0.format = .voc } }
        }
    }

    /// Foundation's parser ends the process on a name that is not valid in the text's encoding.
    @Test func encodingsOfXML() throws {
        func annotation(_ name: [UInt8], _ head: String = "") -> [UInt8] {
            Array("\(head)<annotation><filename>a.png</filename><object><name>".utf8) + name
                + Array(
                    "</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>".utf8)
                + Array("</annotation>".utf8)
        }
        let declared = { (name: String) in "<?xml version=\"1.0\" encoding='\(name)'?>\n" }
        let text = String(decoding: annotation(Array("猫".utf8)), as: UTF8.self)
        let units = Array(text.utf16)
        let little: [UInt8] = units.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let big: [UInt8] = units.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
        let same: [[UInt8]] = [
            annotation([0xC3, 0xA8], declared("gb2312")), annotation(Array("猫".utf8), declared("UTF-8")),
            [0xEF, 0xBB, 0xBF] + annotation(Array("猫".utf8)), [0xFF, 0xFE] + little, big,
        ]
        for bytes in same {
            let place = try ExportPlace([:], images: ["a.png": (10, 10)])
            try place.folder.write(bytes, to: "export/a.xml")
            #expect(try place.convert { $0.format = .voc }.classNames == ["猫"])
        }
        let odd = Array("<annotation na".utf8) + [0xFF, 0xFF] + Array("me=\"1\"></annotation>".utf8)
        for bytes in [
            odd, annotation([0xC3, 0x28]), annotation([0xFF], declared("GBK")), annotation([65], declared("x-no")),
        ] {
            let place = try ExportPlace([:], images: ["a.png": (10, 10)])
            try place.folder.write(bytes, to: "export/a.xml")
            #expect(throws: FileError.self) { try place.convert { $0.format = .voc } }
        }
    }
}
