import Findings
import Foundation
import Imaging
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Rules that look at the dataset as a whole, or at images.
@Suite struct DatasetRuleTests {
    private func noise(_ width: Int, _ height: Int, seed: Int) -> RGBImage {
        RGBImage(
            width: width, height: height,
            pixels: (0..<3 * width * height).map { UInt8(truncatingIfNeeded: ($0 &* 7_919 &+ seed &* 104_729) >> 3) })
    }

    private func jpeg(_ seed: Int, width: Int = 40, height: Int = 30) throws -> [UInt8] {
        try #require(ImageEncoder.jpeg(noise(width, height, seed: seed), quality: 90))
    }

    private func codes(_ folder: TemporaryFolder) throws -> [String] {
        try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 2).findings.map {
            "\($0.code) \($0.file)"
        }
    }

    /// Two splits with one labelled image each.
    private func dataset(_ yaml: String, train: String, val: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("train: images/train\nval: images/val\n" + yaml, to: "data.yaml")
        try folder.write(try jpeg(1), to: "images/train/a.jpg")
        try folder.write(train, to: "labels/train/a.txt")
        try folder.write(try jpeg(2), to: "images/val/b.jpg")
        try folder.write(val, to: "labels/val/b.txt")
        return folder
    }

    @Test func classesWithoutBoxesAndOnlyInValidation() throws {
        let folder = try dataset(
            "names: [a, b, c]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n1 0.3 0.3 0.2 0.2\n")
        #expect(try codes(folder) == ["D007 data.yaml", "D008 data.yaml"])
    }

    @Test func imbalance() throws {
        let many = (0..<101).map { "0 0.5 0.5 0.\(100 + $0) 0.3\n" }.joined()
        let folder = try dataset("names: [a, b]\n", train: many + "1 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        #expect(try codes(folder).contains("D009 data.yaml"))
        let fair = try dataset("names: [a, b]\n", train: "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.3 0.2\n", val: "")
        #expect(!(try codes(fair).contains("D009 data.yaml")))
    }

    @Test func idsCountedFromOne() throws {
        let folder = try dataset(
            "names: [a, b]\n", train: "1 0.5 0.5 0.2 0.2\n", val: "2 0.5 0.5 0.2 0.2\n1 0.2 0.5 0.2 0.2\n")
        #expect(try codes(folder).contains("B015 data.yaml"))
        let right = try dataset("names: [a, b]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "1 0.5 0.5 0.2 0.2\n")
        #expect(!(try codes(right).contains("B015 data.yaml")))
    }

    @Test func keysAndNamesOfTheYAML() throws {
        let row = "0 0.5 0.5 0.2 0.2\n1 0.3 0.5 0.2 0.2\n2 0.7 0.5 0.2 0.2\n"
        let folder = try dataset(
            "names: [no, \"yes\", 007]\ndonwload: x\nnc: 4\nnc: 3\nauthor: me\n", train: row, val: row)
        let found = try codes(folder)
        #expect(
            found
                == [
                    "D010 data.yaml", "D011 data.yaml", "D012 data.yaml", "D012 data.yaml",
                ].sorted() || Set(found) == ["D010 data.yaml", "D011 data.yaml", "D012 data.yaml"])
        #expect(found.count { $0.hasPrefix("D012") } == 2)
    }

    @Test func copiesWithinAndAcrossSplits() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        #expect(try codes(folder).isEmpty)
        try folder.write(try jpeg(1), to: "images/train/copy.jpg")
        try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/train/copy.txt")
        #expect(try codes(folder) == ["I008 images/train/copy.jpg"])
        try folder.write(try jpeg(1), to: "images/val/leak.jpg")
        try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/val/leak.txt")
        #expect(try codes(folder) == ["I008 images/train/copy.jpg", "D005 images/val/leak.jpg"])
    }

    @Test func aFileThatTwoSplitsListIsReportedOnce() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        try folder.write("train: images/train\nval: images/train\nnames: [a]\n", to: "data.yaml")
        #expect(try codes(folder) == ["D020 data.yaml", "B005 labels/train/a.txt"])
    }

    @Test func oddImages() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        func add(_ name: String, _ bytes: [UInt8]) throws {
            try folder.write(bytes, to: "images/train/\(name)")
            let stem = name.split(separator: ".")[0]
            try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/train/\(stem).txt")
        }
        let png = try #require(ImageEncoder.png(noise(40, 30, seed: 3)))
        try add("named.jpg", png)
        try add("tiny.jpg", try jpeg(4, width: 9, height: 40))
        let flat = RGBImage(width: 32, height: 32, pixels: [UInt8](repeating: 77, count: 3 * 32 * 32))
        try add("flat.png", try #require(ImageEncoder.png(flat)))
        try add("A.jpg", try jpeg(5))
        try folder.write("x", to: "images/train/shot.gif")
        let found = try codes(folder)
        #expect(
            found == [
                "P007 images/train/a.jpg", "I007 images/train/flat.png", "I003 images/train/named.jpg",
                "P005 images/train/shot.gif", "I005 images/train/tiny.jpg",
            ])
    }

    @Test func imagesOutsideOfAnImagesFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write("train: pictures\nval: pictures\nnames: [a]\n", to: "data.yaml")
        try folder.write(try jpeg(1), to: "pictures/a.jpg")
        #expect(try codes(folder).contains("P004 pictures/a.jpg"))
    }

    @Test(arguments: [("a.TXT", ".TXT"), ("A.txt", "capital"), ("e\u{301}.txt", "Unicode")])
    func labelsUnderAnotherName(label: String, words: String) throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        try FileManager.default.removeItem(atPath: folder.path + "/labels/train/a.txt")
        if label.unicodeScalars.first == "e" {
            try FileManager.default.moveItem(
                atPath: folder.path + "/images/train/a.jpg", toPath: folder.path + "/images/train/\u{E9}.jpg")
        }
        try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/train/" + label)
        let found = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 1).findings
        #expect(found.first { $0.code == "D015" }?.message.contains(words) == true, "\(found.map(\.message))")
    }

    @Test func aFolderWithinAnotherIsInTwoSplits() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        try folder.write("train: images\nval: images/val\nnames: [a]\n", to: "data.yaml")
        #expect(try codes(folder) == ["D020 data.yaml"])
        try folder.write("train: images/train\nval: [images/val, more.txt]\nnames: [a]\n", to: "data.yaml")
        try folder.write("./images/train/a.jpg\n", to: "more.txt")
        #expect(try codes(folder) == ["D020 data.yaml"])
    }

    @Test func repeatedLinesAreNoLeakAndNoCopies() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        try folder.write("train: train.txt\nval: images/val\nnames: [a]\n", to: "data.yaml")
        try folder.write(String(repeating: "./images/train/a.jpg\n", count: 3), to: "train.txt")
        let result = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 2)
        #expect(result.findings.isEmpty && result.images == 4 && result.boxes == 4)
    }

    @Test func aSplitWithoutAnyTrainableImageStops() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5\n")
        let opened = try Dataset.open(folder.path + "/data.yaml")
        let result = try LabelCheck.run(opened, jobs: 1)
        let stop = try #require(result.findings.first { $0.code == "D019" })
        #expect(stop.severity == .error && stop.effect.verdict == .stops)
        #expect(LabelHeadline.text(result, opened).text.contains("does not start training: val"))
        #expect(!LabelHeadline.text(result, opened).text.contains("would drop no image"))
    }

    @Test func imagesWithoutLabelsAreOneFinding() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        for index in 0..<30 { try folder.write(try jpeg(100 + index), to: "images/train/n\(index).jpg") }
        let found = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 2).findings
        #expect(found.map(\.code) == ["P001"] && found[0].message.contains("30 of 32 images"))
    }

    @Test func rowsOfImagesThatCannotBeReadAreLost() throws {
        let folder = try dataset("names: [a]\n", train: "0 0.5 0.5 0.2 0.2\n", val: "0 0.5 0.5 0.2 0.2\n")
        try folder.write("no image", to: "images/train/bad.jpg")
        try folder.write("0 0.4 0.5 0.2 0.2\n", to: "labels/train/bad.txt")
        let result = try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), jobs: 1)
        #expect(result.droppedImages == 1 && result.droppedBoxes == 1 && result.droppedBoxesByClass == [0: 1])
    }
}
