import DatasetConversion
import Foundation
import TestSupport
import Testing

/// Exports that Datumaro and Label Studio have written (Tests/Conversion/record.py), and what these tools read in them.
@Suite struct RecordedExportTests {
    private static let folder = SharedMaterial.checkout.appendingPathComponent("Tests/DatasetConversionTests/Exports")

    private struct Wanted: Decodable {
        let name: String
        let box: [Double]
        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            (name, box) = (try list.decode(String.self), try list.decode([Double].self))
        }
    }

    private static func wanted(_ form: String) throws -> [String: [Wanted]] {
        try JSONDecoder().decode(
            [String: [Wanted]].self, from: Data(contentsOf: folder.appendingPathComponent(form + ".json")))
    }

    private func expectSame(_ found: [String: [(String, [Double])]], _ wanted: [String: [Wanted]], within: Double) {
        #expect(found.keys.sorted() == wanted.keys.sorted())
        for (image, rows) in wanted {
            var left = found[image] ?? []
            for row in rows {
                let place = left.firstIndex { name, box in
                    name == row.name && zip(box, row.box).allSatisfy { abs($0 - $1) <= within }
                }
                #expect(place != nil, "\(image): \(row.name) \(row.box) is not in \(left)")
                if let place { left.remove(at: place) }
            }
            #expect(left.isEmpty, "\(image): \(left)")
        }
    }

    @Test(arguments: ["coco_instances", "voc_detection", "cvat", "yolo", "yolo_ultralytics"])
    func objectsAreThoseThatTheToolReads(form: String) throws {
        let place = try ExportPlace()
        try FileManager.default.copyItem(
            at: Self.folder.appendingPathComponent(form), to: URL(fileURLWithPath: place.export))
        let result = try place.convert(to: .coco)
        expectSame(try WrittenCOCO.boxes(place), try Self.wanted(form), within: 0.01)
        #expect(result.losses.lost == 0, "\(result.losses.totals)")
        // And in YOLO's form, read again.
        let again = try ExportPlace()
        try place.convert(to: .yolo) { $0.output = again.export }
        try again.convert(to: .coco)
        let kept = form == "coco_instances" ? try withoutCrowds(place) : try WrittenCOCO.boxes(place)
        let read = try WrittenCOCO.boxes(again)
        #expect(read.mapValues(\.count) == kept.mapValues(\.count))
    }

    private func withoutCrowds(_ place: ExportPlace) throws -> [String: [(String, [Double])]] {
        let other = try ExportPlace()
        try place.convert(to: .yoloSegment) { $0.output = other.export }
        try other.convert(to: .coco)
        return try WrittenCOCO.boxes(other)
    }

    @Test func labelStudioProjects() throws {
        for form in ["label_studio", "label_studio_yolo"] {
            let place = try ExportPlace()
            try FileManager.default.copyItem(
                at: Self.folder.appendingPathComponent(form), to: URL(fileURLWithPath: place.export))
            for (name, stored) in [
                ("one.jpg", form == "label_studio" ? "one.jpg" : "0a1b2c3d-one.jpg"), ("two.jpg", "two.jpg"),
            ] {
                try place.folder.write(ExportPlace.picture(64, 48, name), to: "export/images/" + stored)
            }
            try place.convert(to: .coco)
            var found = try WrittenCOCO.boxes(place)
            if let one = found.removeValue(forKey: "0a1b2c3d-one") { found["one"] = one }
            expectSame(found, try Self.wanted("label_studio"), within: 0.01)
        }
    }
}
