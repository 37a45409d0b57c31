import Findings
import Foundation
import Imaging
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Rules that need more than one file to say something.
@Suite struct SurveyRuleTests {
    /// A picture of smooth hills that the seed places; `detail` is noise on top.
    private func picture(_ seed: Int, width: Int = 96, height: Int = 72, detail: Int = 0) -> RGBImage {
        func wave(_ x: Double, _ y: Double) -> Double {
            let s = Double(seed)
            return sin(x * (3 + s.truncatingRemainder(dividingBy: 5)) + s)
                + sin(y * (2 + s.truncatingRemainder(dividingBy: 7)) + 2 * s) + sin((x + y) * 4 + 3 * s)
        }
        var pixels: [UInt8] = []
        for row in 0..<height {
            for column in 0..<width {
                let value = 128 + 40 * wave(Double(column) / Double(width) * 3, Double(row) / Double(height) * 3)
                let noise = detail == 0 ? 0 : (row * 31 + column * 17) % detail
                for _ in 0..<3 { pixels.append(UInt8(max(0, min(255, value + Double(noise))))) }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private func jpeg(_ image: RGBImage, quality: Int = 92) throws -> [UInt8] {
        try #require(ImageEncoder.jpeg(image, quality: quality))
    }

    private func findings(_ folder: TemporaryFolder, _ change: (inout CheckSettings) throws -> Void = { _ in }) throws
        -> [Finding]
    {
        var settings = CheckSettings()
        try change(&settings)
        return try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), settings: settings, jobs: 2).findings
    }

    private func codes(_ folder: TemporaryFolder) throws -> [String] {
        try findings(folder).map { "\($0.code) \($0.file)" }
    }

    private let row = "0 0.5 0.5 0.2 0.2\n"

    private func place(_ names: [String], yaml: String = "names: [a]\n") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("train: images/train\nval: images/val\n" + yaml, to: "data.yaml")
        for (index, name) in names.enumerated() {
            try folder.write(try jpeg(picture(index)), to: "images/" + name)
            try folder.write(row, to: "labels/" + name.replacing(".jpg", with: ".txt"))
        }
        return folder
    }

    @Test func nearlyTheSamePictureIsFoundWithinAndAcrossSplits() throws {
        let folder = try place(["train/a.jpg", "train/b.jpg", "val/c.jpg"])
        #expect(try codes(folder).isEmpty)
        // Compressed again, and at another size.
        try folder.write(try jpeg(picture(0), quality: 40), to: "images/train/again.jpg")
        try folder.write(row, to: "labels/train/again.txt")
        try folder.write(try jpeg(picture(1, width: 192, height: 144)), to: "images/val/large.jpg")
        try folder.write(row, to: "labels/val/large.txt")
        #expect(try codes(folder) == ["I009 images/train/again.jpg", "D006 images/val/large.jpg"])
        #expect(try findings(folder) { try $0.thresholds.set("near_duplicate_bits", to: 0) }.count <= 2)
    }

    @Test func onePictureWithTwoSetsOfLabels() throws {
        let folder = try place(["train/a.jpg", "val/b.jpg"])
        try folder.write(try jpeg(picture(0)), to: "images/train/copy.jpg")
        try folder.write("0 0.50 0.5 0.2 0.20\n", to: "labels/train/copy.txt")
        #expect(try codes(folder) == ["I008 images/train/copy.jpg"])
        try folder.write("0 0.4 0.5 0.2 0.2\n", to: "labels/train/copy.txt")
        #expect(try codes(folder) == ["D013 images/train/copy.jpg", "I008 images/train/copy.jpg"])
    }

    @Test func augmentedCopiesInTwoSplits() throws {
        let apart = try place(["train/x_jpg.rf.1a2b.jpg", "train/x_jpg.rf.3c4d.jpg", "val/y_jpg.rf.5e6f.jpg"])
        #expect(try codes(apart).isEmpty)
        let folder = try place(["train/x_jpg.rf.1a2b.jpg", "val/x_jpg.rf.3c4d.jpg"])
        #expect(try codes(folder) == ["D014 images/val/x_jpg.rf.3c4d.jpg"])
    }

    @Test func neighbouringFramesInTwoSplits() throws {
        let folder = try TemporaryFolder()
        try folder.write("train: images/train\nval: images/val\nnames: [a]\n", to: "data.yaml")
        // The same place again and again, each frame with something else in it.
        for frame in 0..<14 {
            let split = frame % 2 == 0 ? "train" : "val"
            var image = picture(3)
            for at in frame * 900..<frame * 900 + 120 { image.pixels[at] = 255 }
            try folder.write(try jpeg(image), to: "images/\(split)/shot_\(frame).jpg")
            try folder.write(row, to: "labels/\(split)/shot_\(frame).txt")
        }
        #expect(try codes(folder).contains { $0.hasPrefix("D014") })
        // Numbers alone are no sequence.
        let others = try place((0..<14).map { "\($0 % 2 == 0 ? "train" : "val")/shot_\($0).jpg" })
        #expect(!(try codes(others).contains { $0.hasPrefix("D014") }))
    }

    @Test(arguments: ["images/train/", "Labels/train/", "annotations/"])
    func labelsElsewhereAreNamed(place elsewhere: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("train: images/train\nval: images/val\nnames: [a]\n", to: "data.yaml")
        for index in 0..<3 {
            try folder.write(try jpeg(picture(index)), to: "images/train/\(index).jpg")
            try folder.write(row, to: elsewhere + "\(index).txt")
        }
        try folder.write(try jpeg(picture(9)), to: "images/val/v.jpg")
        try folder.write(row, to: "labels/val/v.txt")
        let found = try findings(folder).filter { $0.code == "D015" }
        #expect(found.count == 1 && found[0].message.contains("3 of 3 images"), "\(found)")
        #expect(found.first?.message.contains(elsewhere.dropLast()) ?? false)
        #expect(found.first?.effect.verdict == .dropped)
    }

    @Test func staleFilesOfTrainers() throws {
        let folder = try place(["train/a.jpg", "val/b.jpg"])
        try folder.write("cache", to: "labels/train.cache")
        try folder.write("array", to: "images/train/a.npy")
        #expect(try codes(folder).isEmpty)
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)]
        for file in ["labels/train.cache", "images/train/a.npy"] {
            try FileManager.default.setAttributes(past, ofItemAtPath: folder.path + "/" + file)
        }
        #expect(try codes(folder) == ["D016 images/train/a.npy", "D016 labels/train.cache"])
    }

    @Test func classesThatMeanOthersInAnotherSplit() throws {
        // Squares of half the side for one class, flat boxes for the other.
        func rows(_ square: Int, _ flat: Int, _ seed: Int) -> String {
            (0..<40).map { index in
                let part = Double((index * 7 + seed) % 40) / 1000
                return "\(square) 0.5 0.\(400 + index) \(0.5 + part) \(0.5 + part)\n"
                    + "\(flat) 0.5 0.\(400 + index) \(0.3 + part) \(0.05 + part / 10)\n"
            }.joined()
        }
        let yaml = "names: [square, flat]\n"
        let folder = try place(["train/a.jpg", "val/b.jpg"], yaml: yaml)
        try folder.write(rows(0, 1, 3), to: "labels/train/a.txt")
        try folder.write(rows(0, 1, 11), to: "labels/val/b.txt")
        #expect(!(try codes(folder).contains { $0.hasPrefix("D017") }))
        try folder.write(rows(1, 0, 11), to: "labels/val/b.txt")
        let found = try findings(folder).filter { $0.code == "D017" }
        #expect(found.count == 1 && found[0].message.contains("square is shaped like train's flat"), "\(found)")
    }

    @Test func sidesThatChangedPlaces() throws {
        // Flat boxes at the upper edge: with the sides swapped they stick out of the image.
        let right = (0..<30).map { "0 0.\(300 + $0) 0.06 0.4 0.1\n" }.joined()
        let swapped = (0..<30).map { "0 0.\(300 + $0) 0.06 0.1 0.4\n" }.joined()
        let folder = try place(["train/a.jpg", "val/b.jpg"])
        try folder.write(right, to: "labels/train/a.txt")
        #expect(!(try codes(folder).contains { $0.hasPrefix("D018") }))
        try folder.write(swapped, to: "labels/train/a.txt")
        #expect(try codes(folder).contains("D018 data.yaml"))
    }

    @Test func boxesDrawnBeforeTheImageWasTurned() throws {
        let folder = try TemporaryFolder()
        try folder.write("train: images\nnames: [a]\n", to: "data.yaml")
        func make(drawnOn orientation: Int) throws {
            for index in 0..<12 {
                // A white box on black; as stored it lies at the left, as shown (turned by 90°) at the top.
                var image = RGBImage(width: 120, height: 80, pixels: [UInt8](repeating: 0, count: 120 * 80 * 3))
                for y in 20..<40 {
                    for x in (8 + index)..<(32 + index) { for c in 0..<3 { image.pixels[3 * (y * 120 + x) + c] = 255 } }
                }
                let encoded = try jpeg(image)
                // EXIF, big endian, one entry: orientation 6.
                let exif: [UInt8] = [
                    0x45, 0x78, 0x69, 0x66, 0, 0, 0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1,
                    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
                ]
                let marked = Array(encoded[..<2]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + encoded[2...]
                try folder.write(marked, to: "images/\(index).jpg")
                let (left, right) = (Double(8 + index) / 120, Double(32 + index) / 120)
                let stored = ((left + right) / 2, 0.375, right - left, 0.25)
                // Orientation 6: x becomes the height from the top, y is counted from the right.
                let shown = (1 - stored.1, stored.0, stored.3, stored.2)
                let box = orientation == 6 ? shown : stored
                try folder.write("0 \(box.0) \(box.1) \(box.2) \(box.3)\n", to: "labels/\(index).txt")
            }
        }
        try make(drawnOn: 6)
        #expect(!(try codes(folder).contains { $0.hasPrefix("I011") }))
        try make(drawnOn: 1)
        #expect(try codes(folder).contains { $0.hasPrefix("I011") })
        #expect(
            try findings(folder).contains { $0.code == "I004" && $0.message.contains("fit the stored picture better") })
    }

    @Test func anErrorOfMostFilesIsReportedOnce() throws {
        let folder = try place((0..<12).map { "train/\($0).jpg" } + ["val/b.jpg"])
        for index in 0..<12 { try folder.write("0 320 240 64 48\n0 100 100 20 20\n", to: "labels/train/\(index).txt") }
        let found = try findings(folder).filter { $0.code == "B004" }
        #expect(found.count == 1 && found[0].message.contains("in 12 of 13 label files (24 findings"), "\(found)")
        #expect(found[0].effect.verdict == .dropped)
        #expect(try findings(folder) { $0.condenses = false }.count { $0.code == "B004" } == 24)
        let result = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 1)
        #expect(result.droppedImages == 12 && result.droppedBoxes == 24)
    }

    @Test func severitiesAndThresholdsAreThePersons() throws {
        let folder = try place(["train/a.jpg", "val/b.jpg"])
        try folder.write("0 0.5 0.5 0.2 0.2\n0 0.5 0.505 0.2 0.2\n", to: "labels/train/a.txt")
        #expect(try findings(folder).map(\.code) == ["B007"])
        #expect(try findings(folder) { try $0.thresholds.set("same_box_iou", to: 0.99) }.isEmpty)
        #expect(try findings(folder) { $0.severities = ["B": .note, "B007": .error] }.map(\.severity) == [.error])
        try folder.write("0 0.5 0.5 0.02 0.02\n", to: "labels/train/a.txt")
        #expect(try findings(folder).isEmpty)
        #expect(try findings(folder) { $0.trainingSize = 64 }.map(\.code) == ["B009"])
    }
}
