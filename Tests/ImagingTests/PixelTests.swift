import FileReading
import Foundation
import Imaging
import Testing

/// Small images in every format that trainers take, against the pixels that Ultralytics' reader gave
/// (`Tests/Oracle/pixels.py`; `scripts/pixels` compares a larger set that it makes anew, by way of `ASSAY_PIXELS`).
@Suite struct PixelTests {
    private struct Expected: Decodable {
        let width: Int
        let height: Int
        let sha256: String
    }

    private static var folder: URL {
        ProcessInfo.processInfo.environment["ASSAY_PIXELS"].map { URL(fileURLWithPath: $0) }
            ?? Bundle.module.bundleURL.appendingPathComponent("Pixels")
    }

    private static func expected() throws -> [String: Expected?] {
        try JSONDecoder().decode(
            [String: Expected?].self, from: Data(contentsOf: folder.appendingPathComponent("expected.json")))
    }

    @Test func pixelsAreThoseOfTheTrainer() throws {
        let expected = try Self.expected()
        #expect(expected.count > 90)
        var exact = 0
        for (name, theirs) in expected.sorted(by: { $0.key < $1.key }) {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(name)))
            let ours = try? ImageDecoder.decode(bytes, file: name)
            if let format = ImageHeader.format(of: bytes), !format.isDecoded {
                #expect(ours == nil, "\(name)")
                continue
            }
            guard let theirs else {
                // Ultralytics reads HEIF by its suffix alone: the label check says so (I003).
                if name != "heif_named_otherwise.jpg" { #expect(ours == nil, "\(name)") }
                continue
            }
            guard let ours else {
                Issue.record("\(name): \(Self.reason(bytes, name))")
                continue
            }
            #expect((ours.image.width, ours.image.height) == (theirs.width, theirs.height), "\(name)")
            #expect((ours.header.width, ours.header.height) == (theirs.width, theirs.height), "\(name)")
            let digest = ContentDigest.of(ours.image.pixels).bytes.map { String(format: "%02x", $0) }.joined()
            if digest == theirs.sha256 {
                exact += 1
                continue
            }
            let kept = Self.folder.appendingPathComponent("expected/\(name).png")
            guard let png = try? Data(contentsOf: kept) else {
                Issue.record("\(name): other pixels")
                continue
            }
            // libheif makes colours of half size whole in another way since 1.16: a step, here and there.
            let pixels = try ImageDecoder.decode([UInt8](png), file: kept.path).image.pixels
            let steps = zip(ours.image.pixels, pixels).map { abs(Int($0) - Int($1)) }
            #expect(steps.count == ours.image.pixels.count && steps.max() ?? 9 <= 1, "\(name)")
            #expect(steps.count { $0 > 0 } * 20 < steps.count, "\(name)")
        }
        print("\(expected.count) images: \(exact) have the trainer's pixels exactly")
    }

    private static func reason(_ bytes: [UInt8], _ name: String) -> String {
        do {
            _ = try ImageDecoder.decode(bytes, file: name)
            return "decoded"
        } catch {
            return "\(error)"
        }
    }

    /// Files cut short or changed at any place: an error or an image of the size that the header says, never a crash.
    @Test func damagedFilesDoNotCrash() throws {
        for name in try Self.expected().keys.sorted() {
            let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(name)))
            for step in 1..<24 {
                let place = bytes.count * step / 24
                var changed = bytes
                changed[place] ^= 0xFF
                for damaged in [Array(bytes[..<place]), changed] {
                    guard let header = ImageHeader.parse(damaged), header.width <= 512, header.height <= 512,
                        let decoded = try? ImageDecoder.decode(damaged, file: name)
                    else { continue }
                    #expect((decoded.image.width, decoded.image.height) == (header.width, header.height), "\(name)")
                    damaged.withUnsafeBufferPointer { _ = ImageDecoder.opens($0, as: header.format) }
                }
            }
        }
    }

    /// Sizes are looked at before memory is asked for.
    @Test func hugeSizesAreRefused() throws {
        var bitmap: [UInt8] = Array("BM".utf8) + [UInt8](repeating: 0, count: 100)
        bitmap.replaceSubrange(10..<18, with: [54, 0, 0, 0, 40, 0, 0, 0])
        bitmap.replaceSubrange(18..<30, with: [0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 1, 0, 24, 0])
        for bytes in [bitmap, Array("PF 2000000000 2000000000 -1\n".utf8)] {
            let error = #expect(throws: FileError.self) { try ImageDecoder.decode(bytes, file: "x") }
            #expect(error?.message.contains("more than the") == true)
        }
    }

    @Test func whatWasLeftInPlaceOfAnImageIsNamed() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
        for (text, words) in [(pointer, "git lfs pull"), ("\n<!DOCTYPE html><html></html>", "download the file again")]
        {
            let error = #expect(throws: FileError.self) { try ImageHeader.read(Array(text.utf8), file: "a.jpg") }
            #expect(error?.wayOut.contains(words) == true)
        }
    }
}
