import Findings
import Foundation
import Imaging
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// One error of each rule, planted in a copy of a real dataset: it is found, and nothing else changes.
@Suite(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
struct PlantedTests {
    /// A copy of bccd whose files are put back after each plant.
    private final class Copy {
        let folder: TemporaryFolder
        private var originals: [String: [UInt8]?] = [:]

        init() throws {
            folder = try TemporaryFolder()
            let source = SharedMaterial.path("data/bccd")
            for file in try FileManager.default.subpathsOfDirectory(atPath: source) {
                guard let bytes = FileManager.default.contents(atPath: source + "/" + file) else { continue }
                try folder.write([UInt8](bytes), to: file)
            }
        }

        func path(_ file: String) -> String { folder.path + "/" + file }

        func bytes(_ file: String) -> [UInt8] { [UInt8](FileManager.default.contents(atPath: path(file)) ?? Data()) }

        func text(_ file: String) -> String { String(decoding: bytes(file), as: UTF8.self) }

        private func remember(_ file: String) {
            guard originals[file] == nil else { return }
            originals[file] = .some(FileManager.default.contents(atPath: path(file)).map { [UInt8]($0) })
        }

        func write(_ bytes: [UInt8], _ file: String) {
            remember(file)
            _ = try? folder.write(bytes, to: file)
        }

        func write(_ text: String, _ file: String) { write(Array(text.utf8), file) }

        func delete(_ file: String) {
            remember(file)
            try? FileManager.default.removeItem(atPath: path(file))
        }

        func append(_ row: String, _ file: String) { write(text(file) + row + "\n", file) }

        func files(_ folder: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
            return names.sorted().map { folder + "/" + $0 }
        }

        /// Changes every label row of a folder, field by field.
        func rows(_ folder: String, _ change: ([String]) -> [String]) {
            for file in files(folder) {
                let rows = text(file).split(separator: "\n").map { row in
                    change(row.split(separator: " ").map(String.init)).joined(separator: " ") + "\n"
                }
                write(rows.joined(), file)
            }
        }

        func restore() {
            for (file, bytes) in originals {
                try? FileManager.default.removeItem(atPath: path(file))
                if let bytes { _ = try? folder.write(bytes, to: file) }
            }
            originals = [:]
            // Folders that were made on the way.
            for made in ["Labels", "pics"] { try? FileManager.default.removeItem(atPath: path(made)) }
        }
    }

    private struct Plant: Sendable {
        let code: String
        /// Codes that come along with it.
        var also: Set<String> = []
        var change: @Sendable (inout CheckSettings) -> Void = { _ in }
        let plant: @Sendable (Copy) -> Void
    }

    private static func row(_ code: String, _ text: String, also: Set<String> = []) -> Plant {
        Plant(code: code, also: also) { copy in copy.append(text, label(copy, 0)) }
    }

    private static func label(_ copy: Copy, _ index: Int) -> String { copy.files("labels/train")[index] }
    private static func image(_ copy: Copy, _ index: Int) -> String { copy.files("images/train")[index] }

    /// An image, with its label, also stands elsewhere.
    private static func copyImage(_ copy: Copy, as name: String, _ bytes: ([UInt8]) -> [UInt8] = { $0 }) {
        copy.write(bytes(copy.bytes(image(copy, 0))), "images/" + name)
        let stem = name.split(separator: ".").dropLast().joined(separator: ".")
        copy.write(copy.text(label(copy, 0)), "labels/\(stem).txt")
    }

    private static func encodedAgain(_ bytes: [UInt8]) -> [UInt8] {
        guard let decoded = try? ImageDecoder.decode(bytes, file: "a").image else { return [] }
        return ImageEncoder.jpeg(decoded, quality: 35) ?? []
    }

    private static func turned(_ bytes: [UInt8]) -> [UInt8] {
        let exif: [UInt8] = [
            0x45, 0x78, 0x69, 0x66, 0, 0, 0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0,
            0,
            0, 0, 0, 0,
        ]
        return Array(bytes[..<2]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + bytes[2...]
    }

    private static func yaml(_ copy: Copy, _ old: String, _ new: String) {
        copy.write(copy.text("data.yaml").replacing(old, with: new), "data.yaml")
    }

    /// One class more.
    private static func more(_ copy: Copy) {
        yaml(copy, "nc: 3", "nc: 4")
        yaml(copy, "Platelets]", "Platelets, other]")
    }

    private static func plain(_ red: UInt8, _ side: Int) -> RGBImage {
        RGBImage(width: side, height: side, pixels: (0..<side * side * 3).map { $0 % 3 == 0 ? red : 40 })
    }

    private static let plants: [Plant] = [
        row("B001", "3 0.5 0.5 0.11 0.12"), row("B002", "1.5 0.5 0.5 0.11 0.12"), row("B003", "0 0.99 0.5 0.11 0.12"),
        row("B004", "0 320 240 64 48"), row("B005", "0 0.5 0.5 0 0.1"), row("B009", "0 0.5 0.5 0.002 0.003"),
        row("B010", "0 0.5 0.5 1 1"), row("B011", "0 0.5 0.5 0.9 0.005"), row("B013", "0 1.3 0.5 0.2 0.2"),
        row("F003", "0 0.5 x 0.11 0.12"), row("F004", "0 0.5 0.5 0.11"), row("F005", "0 0.5 nan 0.11 0.12"),
        row("F006", "0 0.1 0.1 0.9 0.1 0.5 0.9"), row("F007", "0 0,5 0,5 0,1 0,1"),
        row("F008", "0 0.5 0.5 0.1 0.1 0.87"),
        Plant(code: "B006") { copy in
            copy.append(String(copy.text(label(copy, 0)).split(separator: "\n")[0]), label(copy, 0))
        },
        Plant(code: "B007") { copy in
            var fields = copy.text(label(copy, 0)).split(separator: "\n")[0].split(separator: " ").map(String.init)
            fields[3] = "\((Double(fields[3]) ?? 0) * 0.98)"
            copy.append(fields.joined(separator: " "), label(copy, 0))
        },
        Plant(code: "B008") { copy in
            let row = copy.text(label(copy, 0)).split(separator: "\n")[0]
            copy.append((row.hasPrefix("2") ? "1" : "2") + row.dropFirst(), label(copy, 0))
        },
        Plant(code: "B012") { copy in
            copy.write("0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n", label(copy, 0))
        },
        Plant(code: "B014") { $0.write("0 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.9\n", label($0, 0)) },
        Plant(code: "B015", also: ["B001", "B005", "D007"]) { copy in
            for split in ["train", "val", "test"] {
                copy.rows("labels/" + split) { ["\((Int($0[0]) ?? 0) + 1)"] + $0.dropFirst() }
            }
        },
        Plant(code: "D002", also: ["B001", "B005"]) { yaml($0, "nc: 3", "nc: 2") },
        Plant(code: "D003") { yaml($0, "WBC", "RBC") },
        Plant(code: "D004", also: ["P002"]) { yaml($0, "images/test", "images/tset") },
        Plant(code: "D005") { copyImage($0, as: "val/copy.jpg") },
        Plant(code: "D006") { copyImage($0, as: "val/copy.jpg", encodedAgain) },
        Plant(code: "D007") { more($0) },
        Plant(code: "D008") { copy in
            more(copy)
            copy.append("3 0.5 0.5 0.11 0.12", copy.files("labels/val")[0])
        },
        Plant(code: "D009") { copy in
            more(copy)
            copy.append("3 0.5 0.5 0.11 0.12", label(copy, 0))
        },
        Plant(code: "D010") { yaml($0, "names", "val: images/val\nnames") },
        Plant(code: "D011", also: ["P002"]) { yaml($0, "test:", "tset:") },
        Plant(code: "D012") { yaml($0, "WBC", "no") },
        Plant(code: "D013", also: ["I008"]) { copy in
            copyImage(copy, as: "train/copy.jpg")
            copy.write("0 0.5 0.5 0.2 0.2\n", "labels/train/copy.txt")
        },
        Plant(code: "D014") { copy in
            for (split, name) in [("train", "a_jpg.rf.1f.jpg"), ("val", "a_jpg.rf.2e.jpg")] {
                let (image, label) = (copy.files("images/" + split)[0], copy.files("labels/" + split)[0])
                copy.write(copy.bytes(image), "images/\(split)/\(name)")
                copy.write(copy.text(label), "labels/\(split)/" + name.replacing(".jpg", with: ".txt"))
                copy.delete(image)
                copy.delete(label)
            }
        },
        Plant(code: "D015", also: ["P001"]) { copy in
            for label in copy.files("labels/val") {
                copy.write(copy.text(label), "L" + label.dropFirst())
                copy.delete(label)
            }
        },
        Plant(code: "D016") { copy in
            copy.write("cache", "labels/train.cache")
            try? FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: copy.path("labels/train.cache"))
        },
        Plant(code: "D017") { copy in
            copy.rows("labels/val") { [["0": "1", "1": "0"][$0[0]] ?? $0[0]] + $0.dropFirst() }
        },
        Plant(code: "D018", also: ["B003"]) { copy in
            for split in ["train", "val", "test"] {
                copy.rows("labels/" + split) { [$0[0], $0[1], $0[2], $0[4], $0[3]] }
            }
        },
        Plant(code: "F001") { $0.write("", label($0, 0)) },
        Plant(code: "F002") { copy in
            copy.write(copy.text(label(copy, 0)).unicodeScalars.flatMap { [UInt8($0.value), 0] }, label(copy, 0))
        },
        Plant(code: "F009") { $0.write($0.text(label($0, 0)).replacing("\n", with: "\r\n"), label($0, 0)) },
        Plant(code: "F010") { copy in
            let outline = (0..<12_000).map { " 0.5\($0 % 10) 0.\($0 % 9)" }.joined()
            copy.write("0" + outline + "\n", label(copy, 0))
        },
        Plant(code: "F011") { copy in
            copy.write(copy.text(label(copy, 0)).replacing("\n", with: "\n \n", maxReplacements: 1), label(copy, 0))
        },
        Plant(
            code: "F012", change: { $0.trainer = .yolov7 },
            plant: { $0.write("0 0.1 0.1 0.9 0.1 0.5 0.9\n", label($0, 0)) }),
        Plant(code: "I001") { $0.write("no image", image($0, 0)) },
        Plant(code: "I002") { $0.write(Array($0.bytes(image($0, 0)).dropLast(400)), image($0, 0)) },
        Plant(code: "I003") { copy in
            let decoded = try? ImageDecoder.decode(copy.bytes(image(copy, 0)), file: "a").image
            copy.write(decoded.flatMap { ImageEncoder.png($0) } ?? [], image(copy, 0))
        },
        Plant(code: "I004") { $0.write(turned($0.bytes(image($0, 0))), image($0, 0)) },
        Plant(code: "I005") { copy in
            let noise = (0..<192).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            copy.write(
                ImageEncoder.png(RGBImage(width: 8, height: 8, pixels: noise)) ?? [],
                image(copy, 0).replacing(".jpg", with: ".png"))
            copy.write(copy.text(label(copy, 0)).split(separator: "\n")[0] + "\n", label(copy, 0))
            copy.delete(image(copy, 0))
        },
        Plant(code: "I006", also: ["I003"]) { copy in
            let decoded = try? ImageDecoder.decode(copy.bytes(image(copy, 0)), file: "a").image
            copy.write(decoded.flatMap { ImageEncoder.png($0, kind: .rgb16) } ?? [], image(copy, 0))
        },
        Plant(code: "I007") { copy in
            copy.write(ImageEncoder.jpeg(plain(90, 480), quality: 90) ?? [], image(copy, 0))
        },
        Plant(code: "I008") { copyImage($0, as: "train/copy.jpg") },
        Plant(code: "I009") { copyImage($0, as: "train/copy.jpg", encodedAgain) },
        Plant(
            code: "I010", also: ["I003"], change: { $0.reading = .header },
            plant: { copy in
                // A PNG header that promises 10,000 × 9,000 pixels.
                let size: [UInt8] = [0, 0, 0x27, 0x10, 0, 0, 0x23, 0x28]
                copy.write(
                    [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8) + size
                        + [8, 2, 0, 0, 0, 0, 0, 0, 0], image(copy, 0))
            }),
        Plant(code: "I011", also: ["I004"]) { copy in
            for index in 0..<80 { copy.write(turned(copy.bytes(image(copy, index))), image(copy, index)) }
        },
        Plant(code: "P001") { $0.delete(label($0, 0)) },
        Plant(code: "P002") { $0.delete(image($0, 0)) },
        Plant(code: "P003", also: ["I008"]) { copy in
            copy.write(copy.bytes(image(copy, 0)), image(copy, 0).replacing(".jpg", with: ".jpeg"))
        },
        Plant(code: "P004", also: ["P001", "D015", "P002"]) { copy in
            yaml(copy, "images/val", "pics/val")
            for image in copy.files("images/val") { copy.write(copy.bytes(image), "pics" + image.dropFirst(6)) }
        },
        Plant(code: "P005") { $0.write("x", "images/train/scan.gif") },
        Plant(code: "P006") { copy in
            copy.delete(label(copy, 0))
            let name = image(copy, 0).replacing("images", with: "labels").replacing(".jpg", with: ".txt")
            try? FileManager.default.createDirectory(atPath: copy.path(name), withIntermediateDirectories: true)
        },
        Plant(code: "P007", also: ["I009", "P003"]) { copy in
            let name = image(copy, 0).split(separator: "/")[2]
            copyImage(copy, as: "train/" + name.uppercased().replacing(".JPG", with: ".jpg"), encodedAgain)
        },
    ]

    @Test func eachIsFoundAndNothingElse() throws {
        let copy = try Copy()
        let usual = try check(copy) { _ in }
        #expect(usual.map(\.code) == ["D021", "B005", "B005"])
        // Without a data.yaml there is nothing to check: D001 ends the run. Rules of other tasks, and of whether training starts
        // (D019 to D022), have tests of their own. This build decodes all formats: no I012.
        let rest = Set(RuleRegistry.documentation.filter { $0.task == nil }.map(\.code)).subtracting(
            Self.plants.map(\.code))
        #expect(rest == ["D001", "D019", "D020", "D021", "D022", "I012"])
        for plant in Self.plants {
            plant.plant(copy)
            let found = try check(copy, plant.change)
            copy.restore()
            let added = found.filter { !usual.contains($0) }
            #expect(added.contains { $0.code == plant.code }, "\(plant.code): \(added.map(\.code))")
            let others = Set(added.map(\.code)).subtracting([plant.code]).subtracting(plant.also)
            #expect(others.isEmpty, "\(plant.code) came with \(added.filter { others.contains($0.code) })")
            if plant.also.isEmpty { #expect(added.count == 1, "\(plant.code): \(added.count)") }
        }
        #expect(try check(copy) { _ in } == usual)
    }

    private func check(_ copy: Copy, _ change: (inout CheckSettings) -> Void) throws -> [Finding] {
        var settings = CheckSettings()
        change(&settings)
        return try LabelCheck.run(try Dataset.open(copy.path("data.yaml")), settings: settings, jobs: 2).findings
    }
}
