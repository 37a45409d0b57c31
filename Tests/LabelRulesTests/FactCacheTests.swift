import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Facts that are kept between runs: never stale, never trusted when damaged.
@Suite struct FactCacheTests {
    private let shapes = SharedMaterial.checkout.path + "/Fixtures/shapes"

    /// A copy of the shapes, of which no file has changed for an hour.
    private func place() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -3600)]
        for file in try FileManager.default.subpathsOfDirectory(atPath: shapes) {
            guard let contents = FileManager.default.contents(atPath: shapes + "/" + file) else { continue }
            let path = try folder.write([UInt8](contents), to: file)
            try FileManager.default.setAttributes(past, ofItemAtPath: path)
        }
        return folder
    }

    private func run(
        _ folder: TemporaryFolder, cache: Bool = true, _ change: (inout CheckSettings) throws -> Void = { _ in }
    ) throws -> LabelCheckResult {
        var settings = CheckSettings()
        settings.cachePath = cache ? folder.path + "/../" + Self.name(folder) : nil
        try change(&settings)
        return try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), settings: settings, jobs: 2)
    }

    private static func name(_ folder: TemporaryFolder) -> String {
        URL(fileURLWithPath: folder.path).lastPathComponent + ".facts"
    }

    private func cachePath(_ folder: TemporaryFolder) -> String { folder.path + "/../" + Self.name(folder) }

    private func same(_ a: LabelCheckResult, _ b: LabelCheckResult) -> Bool {
        a.findings == b.findings && a.profile == b.profile && a.boxes == b.boxes && a.droppedImages == b.droppedImages
    }

    @Test func aSecondRunSaysTheSame() throws {
        let folder = try place()
        defer { try? FileManager.default.removeItem(atPath: cachePath(folder)) }
        let fresh = try run(folder, cache: false)
        #expect(same(try run(folder), fresh))
        let kept = try #require(FileManager.default.contents(atPath: cachePath(folder)))
        #expect(kept.count > 1000)
        #expect(same(try run(folder), fresh))
        // Nothing was read anew, so nothing was written anew.
        #expect(FileManager.default.contents(atPath: cachePath(folder)) == kept)
    }

    @Test func whatChangedIsReadAgain() throws {
        let folder = try place()
        defer { try? FileManager.default.removeItem(atPath: cachePath(folder)) }
        _ = try run(folder)
        let labels = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/labels/train").sorted()
        let label = "labels/train/" + (try #require(labels.first))
        // As long as before, and with the time of change set back: the inode tells.
        let length = try #require(FileManager.default.contents(atPath: folder.path + "/" + label)).count
        let text = "9 0.5 0.5 0.2 0.2"
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -3600)]
        let path = try folder.write(
            text + String(repeating: " ", count: max(0, length - text.utf8.count - 1)) + "\n", to: label)
        try FileManager.default.setAttributes(past, ofItemAtPath: path)
        #expect(try run(folder).findings.contains { $0.code == "B001" && $0.file == label })
        let images = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/images/train").sorted()
        try folder.write("no image", to: "images/train/" + (try #require(images.last)))
        #expect(same(try run(folder), try run(folder, cache: false)))
    }

    @Test func settingsAndHowMuchIsReadMatter() throws {
        let folder = try place()
        defer { try? FileManager.default.removeItem(atPath: cachePath(folder)) }
        _ = try run(folder) { $0.reading = .header }
        #expect(same(try run(folder), try run(folder, cache: false)))
        #expect(same(try run(folder) { $0.reading = .none }, try run(folder, cache: false) { $0.reading = .none }))
        let strict: (inout CheckSettings) throws -> Void = {
            try $0.thresholds.set("min_side", to: 300)
            $0.trainer = .darknet
        }
        #expect(same(try run(folder, strict), try run(folder, cache: false, strict)))
        #expect(try run(folder, strict).findings.contains { $0.code == "B009" })
    }

    @Test func whatIsKnownIsAddedTo() throws {
        let folder = try place()
        defer { try? FileManager.default.removeItem(atPath: cachePath(folder)) }
        func kept() throws -> Data { try #require(FileManager.default.contents(atPath: cachePath(folder))) }
        _ = try run(folder) { $0.reading = .header }
        let headers = try kept()
        _ = try run(folder)
        let whole = try kept()
        #expect(whole.count > headers.count)
        // Looking at headers, or at one split, takes nothing away.
        _ = try run(folder) { $0.reading = .header }
        #expect(try kept() == whole)
        try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/val/added.txt")
        let image = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/images/val").sorted()[0]
        try FileManager.default.copyItem(
            atPath: folder.path + "/images/val/" + image, toPath: folder.path + "/images/val/added.jpg")
        _ = try run(folder) { $0.splits = ["val"] }
        #expect(try kept().count > whole.count * 9 / 10)
        #expect(same(try run(folder), try run(folder, cache: false)))
    }

    @Test func damageIsNotTrusted() throws {
        let folder = try place()
        let path = cachePath(folder)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let fresh = try run(folder)
        let kept = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        for place in stride(from: 0, to: kept.count, by: max(1, kept.count / 40)) {
            var damaged = kept
            damaged[place] ^= 0x41
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            #expect(same(try run(folder), fresh))
        }
        for length in [0, 7, 71, 72, kept.count / 2, kept.count - 1] {
            try Data(kept[..<length]).write(to: URL(fileURLWithPath: path))
            #expect(same(try run(folder), fresh))
        }
        // It was written anew each time.
        #expect([UInt8](try #require(FileManager.default.contents(atPath: path))) == kept)
    }

    @Test func filesThatHaveJustChangedAreNotKept() throws {
        let folder = try place()
        defer { try? FileManager.default.removeItem(atPath: cachePath(folder)) }
        let labels = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/labels/train").sorted()
        let path = folder.path + "/labels/train/" + (try #require(labels.first))
        // Written twice within one instant of the clock, through one inode, at one length.
        let now = [FileAttributeKey.modificationDate: Date()]
        for text in ["0 0.5 0.5 0.2 0.2\n", "9 0.5 0.5 0.2 0.2\n"] {
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
            try FileManager.default.setAttributes(now, ofItemAtPath: path)
            _ = try run(folder)
        }
        #expect(try run(folder).findings.contains { $0.code == "B001" })
    }
}
