import Findings
import Foundation
import Imaging
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Copies across splits are found, whatever else is alike.
@Suite struct LeakageTests {
    /// A scene of blocks that the seed places, with one of them moved for each frame.
    private func scene(_ seed: Int, frame: Int = 0, width: Int = 96, height: Int = 72) -> RGBImage {
        var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15
        func draw(_ count: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(count))
        }
        var pixels = [UInt8](repeating: 120, count: 3 * width * height)
        func fill(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int, _ value: Int) {
            for y in max(0, top)..<min(height, bottom) {
                for x in max(0, left)..<min(width, right) {
                    for channel in 0..<3 { pixels[3 * (y * width + x) + channel] = UInt8(value) }
                }
            }
        }
        for _ in 0..<40 {
            let (x, y) = (draw(width), draw(height))
            fill(x, y, x + 6 + draw(width / 3), y + 6 + draw(height / 3), draw(256))
        }
        // Small against the whole: the pictures stay nearly the same.
        fill(2 + frame % 20, 3 + frame / 20, 5 + frame % 20, 6 + frame / 20, 250)
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private struct Place {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            try folder.write("train: images/train\nval: images/val\ntest: images/test\nnames: [a]\n", to: "data.yaml")
        }

        func write(_ image: RGBImage, _ name: String, quality: Int = 90) throws {
            try folder.write(try #require(ImageEncoder.jpeg(image, quality: quality)), to: "images/\(name).jpg")
            try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/\(name).txt")
        }

        func findings(_ codes: Set<String>, condenses: Bool = false, jobs: Int = 2) throws -> [Finding] {
            var settings = CheckSettings()
            settings.condenses = condenses
            let dataset = try Dataset.open(folder.path + "/data.yaml")
            let found = try LabelCheck.run(dataset, settings: settings, jobs: jobs).findings
            return found.filter { codes.contains($0.code) }
        }
    }

    /// The likelier neighbour stands in the same split, and the leak is found all the same.
    @Test func aLikelierNeighbourHidesNoLeak() throws {
        let place = try Place()
        try place.write(scene(1), "train/a")
        try place.write(scene(2), "train/other")
        try place.write(scene(1, frame: 3), "val/b", quality: 60)
        try place.write(scene(1, frame: 3), "val/c", quality: 61)
        try place.write(scene(1, frame: 3), "test/d", quality: 62)
        let found = try place.findings(["D006", "I009"])
        #expect(
            found.filter { $0.code == "D006" }.map(\.file)
                == ["images/test/d.jpg", "images/test/d.jpg", "images/val/b.jpg", "images/val/c.jpg"])
        #expect(found.filter { $0.code == "I009" }.map(\.file) == ["images/val/c.jpg"])
    }

    /// A fixed camera: 120 images are alike, far more than are kept for one, and every leak is still found.
    @Test func aFixedCameraHidesNoLeak() throws {
        let place = try Place()
        for frame in 0..<100 { try place.write(scene(7, frame: frame), "train/f\(1000 + frame)") }
        for frame in 0..<20 { try place.write(scene(7, frame: 5 * frame), "val/g\(1000 + frame)", quality: 70) }
        // Another scene, with one copy.
        try place.write(scene(8), "train/h")
        try place.write(scene(8), "val/i", quality: 50)
        let leaks = try place.findings(["D006"])
        #expect(leaks.count == 21 && Set(leaks.map(\.file)).count == 21)
        #expect(try place.findings(["D006"], jobs: 1) == leaks)
        // Together it is said once a group, with how many there are.
        for frame in 20..<40 { try place.write(scene(7, frame: 2 * frame), "val/g\(1000 + frame)", quality: 72) }
        let grouped = try place.findings(["D006", "I009"], condenses: true)
        #expect(grouped.filter { $0.code == "D006" }.count == 2)
        #expect(grouped.contains { $0.code == "D006" && $0.message.contains("so are 39 other images of val") })
        #expect(grouped.contains { $0.code == "I009" && $0.message.contains("100 images show this scene") })
    }

    /// Copies by bytes are all found, in each other split; a link is called one.
    @Test func exactCopiesAndLinksAreFoundInEverySplit() throws {
        let place = try Place()
        try place.write(scene(1), "train/a")
        try place.write(scene(1), "val/b")
        try place.write(scene(1), "val/c")
        try place.write(scene(1), "test/d")
        try FileManager.default.linkItem(
            atPath: place.folder.path + "/images/train/a.jpg", toPath: place.folder.path + "/images/test/e.jpg")
        try FileManager.default.createSymbolicLink(
            atPath: place.folder.path + "/images/test/f.jpg", withDestinationPath: "../train/a.jpg")
        let found = try place.findings(["D005"])
        #expect(found.map(\.file) == ["test/d", "test/e", "test/f", "val/b", "val/c"].map { "images/\($0).jpg" })
        #expect(found.map { $0.message.contains("by a link") } == [false, true, true, false, false])
    }

    /// A copy of a copy: the first of them stands in val, and the other copy in train leaks all the same.
    @Test func aCopyInTheSameSplitHidesNoLeak() throws {
        let place = try Place()
        try place.write(scene(1), "val/a")
        try place.write(scene(1), "train/b")
        try place.write(scene(1), "val/c", quality: 40)
        #expect(try place.findings(["D006"]).map(\.file) == ["images/val/c.jpg"])
    }

    /// Facts of an earlier run hold no grid: the pictures are decoded again where they are compared.
    @Test func aSecondRunFindsTheSame() throws {
        let place = try Place()
        for seed in 0..<8 { try place.write(scene(seed), "train/a\(seed)") }
        try place.write(scene(3), "val/b", quality: 50)
        let path = place.folder.path
        for folder in ["images/train", "images/val", "labels/train", "labels/val"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)") {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: "\(path)/\(folder)/\(name)")
            }
        }
        var settings = CheckSettings()
        settings.cachePath = path + "/facts"
        let dataset = try Dataset.open(path + "/data.yaml")
        let first = try LabelCheck.run(dataset, settings: settings, jobs: 2).findings
        #expect(FileManager.default.fileExists(atPath: path + "/facts"))
        #expect(first.contains { $0.code == "D006" && $0.file == "images/val/b.jpg" })
        #expect(try LabelCheck.run(dataset, settings: settings, jobs: 2).findings == first)
    }
}
