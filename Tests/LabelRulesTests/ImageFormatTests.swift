import Findings
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Images in other formats than JPEG and PNG, and what stands in place of one.
@Suite struct ImageFormatTests {
    private func findings(_ images: [String: [UInt8]], trainer: Trainer = .ultralytics) throws -> [Finding] {
        let folder = try TemporaryFolder()
        try folder.write("train: images\nval: images\nnames: [a]\n", to: "data.yaml")
        for (name, bytes) in images {
            try folder.write(bytes, to: "images/" + name)
            let stem = name.split(separator: ".").dropLast().joined(separator: ".")
            try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/\(stem).txt")
        }
        var settings = CheckSettings()
        settings.trainer = trainer
        return try LabelCheck.run(try Dataset.open(folder.path + "/data.yaml"), settings: settings, jobs: 2).findings
            .filter { $0.code.hasPrefix("I") }
    }

    private func pixels(_ name: String) throws -> [UInt8] {
        let folder = SharedMaterial.checkout.appendingPathComponent("Tests/ImagingTests/Pixels")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test func whatStandsInPlaceOfAnImageIsNamed() throws {
        let found = try findings([
            "a.jpg": Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n".utf8),
            "b.png": Array("<html><body>404</body></html>".utf8),
        ])
        #expect(found.map(\.code) == ["I001", "I001"])
        #expect(found[0].message.contains("git lfs pull") && found[1].message.contains("web page"))
    }

    /// HEIF under another suffix passes Pillow and is not read by OpenCV.
    @Test func heifUnderAnotherSuffixStopsTraining() throws {
        let bytes = try pixels("heif_rgb_444.heic")
        let named = try findings(["a.jpg": bytes]).filter { $0.code == "I003" }
        #expect(named.map(\.severity) == [.error] && named.map(\.effect.verdict) == [.stops])
        #expect(try findings(["a.heic": bytes]).isEmpty)
        #expect(try findings(["a.jpg": bytes], trainer: .yolov5).contains { $0.effect.verdict == .dropped })
    }

    /// Sound and blank, cut and damaged: every format is looked into.
    @Test(arguments: [
        "webp_rgb.webp", "tiff_tiled.tif", "avif_4.avif", "heif_rgb_444.heic", "jpeg2000_rgb.jp2", "bmp_8.bmp",
    ])
    func cutFilesAreFound(name: String) throws {
        let bytes = try pixels(name)
        #expect(try findings([name: bytes]).allSatisfy { $0.severity == .note }, "\(name)")
        let cut = try findings([name: Array(bytes.dropLast(bytes.count / 2))])
        #expect(cut.contains { $0.severity == .error && ["I001", "I002"].contains($0.code) }, "\(name): \(cut)")
    }
}
