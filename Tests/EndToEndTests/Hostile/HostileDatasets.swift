import Foundation
import TestSupport

/// Datasets of strangers: a data.yaml, a list, a plan or an image that asks for too much.
enum HostileDatasets {
    private static func yaml(_ name: String, _ text: String, mayPass: Bool = false) -> HostileFile {
        HostileFile(
            name + ".yaml", "path: shapes\ntrain: images/train\nval: images/val\n" + text + "\n", mayPass: mayPass)
    }

    static let descriptions: [HostileFile] = {
        var all: [HostileFile] = []
        all += ["4611686018427387904", "1e300", "-1", "0", ".nan", "100001"].map { yaml("nc-\($0)", "nc: \($0)") }
        all += [
            yaml("names-far", "names: {0: a, 4611686018427387904: b}"), yaml("names-minus", "names: {-1: a}"),
            yaml("names-1e300", "names: {1e300: a}"),
            yaml("names-many", "names: [\(Array(repeating: "a", count: 300_000).joined(separator: ","))]"),
            yaml("names-100000", "names: [\((0..<100_000).map { "a\($0)" }.joined(separator: ","))]", mayPass: true),
            HostileFile(
                "train-many.yaml",
                "path: shapes\nnc: 3\nval: images/val\ntrain: [\(Array(repeating: "a", count: 200_000).joined(separator: ","))]\n",
                mayPass: true),
            HostileFile(
                "path-long.yaml", "path: \(String(repeating: "a/", count: 500_000))\nnc: 3\ntrain: b\n", mayPass: true),
            HostileFile(
                "laughs.yaml",
                "nc: 3\ntrain: a\n"
                    + (1..<12).map { n in
                        "a\(n): &a\(n) [\(Array(repeating: n == 1 ? "x" : "*a\(n - 1)", count: 10).joined(separator: ", "))]\n"
                    }.joined()),
            HostileFile("classes.data", "classes = 4611686018427387904\ntrain = shapes/images/train\n"),
            HostileFile("classes-minus.data", "classes = -1\ntrain = shapes/images/train\n"),
            HostileFile("nested.yaml") { Array("names: ".utf8) + [UInt8](repeating: 0x7B, count: 1 << 20) },
        ]
        return all
    }()

    /// What pose training ends on; what does not look at key points goes on.
    static let keypointShapes = [
        yaml("points", "nc: 3\nkpt_shape: [4611686018427387904, 4]"),
        yaml("points-many", "nc: 3\nkpt_shape: [\(Array(repeating: "10000", count: 50).joined(separator: ","))]"),
        yaml("points-minus", "nc: 3\nkpt_shape: [-1, 3]"),
    ]

    static let plans: [HostileFile] = {
        var all: [HostileFile] = []
        all += ["1e300", "4611686018427387904", "-1", ".nan", "[]", "{}"].flatMap { value in
            [
                HostileFile(
                    "plan-seed-\(value).yaml", "dataset: shapes/data.yaml\nseed: \(value)\n",
                    mayPass: value == "4611686018427387904"),
                HostileFile("plan-size-\(value).yaml", "dataset: shapes/data.yaml\nimage_size: \(value)\n"),
                HostileFile("plan-folds-\(value).yaml", "dataset: shapes/data.yaml\nprobe:\n  folds: \(value)\n"),
                HostileFile("plan-count-\(value).yaml", "dataset: shapes/data.yaml\nanchors:\n  count: \(value)\n"),
                HostileFile(
                    "plan-strides-\(value).yaml", "dataset: shapes/data.yaml\nanchors:\n  strides: [8, \(value)]\n"),
            ]
        }
        return all
    }()

    /// Lists of images, of which a data.yaml names one as its training part.
    static let lists: [HostileFile] = [
        HostileFile("lines.txt") { Array(repeatElement([UInt8(ascii: "a"), 10], count: 4 << 20).joined()) },
        HostileFile("images.txt") { Array(repeatElement(Array("a.jpg\n".utf8), count: 500_000).joined()) },
        HostileFile("long.txt") { [UInt8](repeating: UInt8(ascii: "/"), count: 8 << 20) },
        HostileFile("up.txt") {
            Array(repeatElement(Array("../".utf8), count: 1 << 20).joined()) + Array("a.jpg\n".utf8)
        },
    ]

    /// Headers that promise more than there is.
    static let images: [HostileFile] = [
        HostileFile("large.png") {
            [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
                + [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 8, 2, 0, 0, 0, 0, 0, 0, 0]
        },
        HostileFile("chunks.png") {
            let head = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
            let size: [UInt8] = [0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0, 0, 0, 0, 0]
            let chunk: [UInt8] = [0, 0, 0, 0, 0x74, 0x45, 0x58, 0x74, 0, 0, 0, 0]
            return head + size + Array(repeatElement(chunk, count: 1 << 20).joined())
        },
        HostileFile("large.jpg") {
            [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]
        },
        HostileFile("segments.jpg") {
            [0xFF, 0xD8] + Array(repeatElement([0xFF, 0xE1, 0, 2], count: 4 << 20).joined())
        },
        HostileFile("fills.jpg") { [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 16 << 20) },
        HostileFile("least.bmp") {
            Array("BM".utf8) + [UInt8](repeating: 0, count: 16) + [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x80]
                + [UInt8](repeating: 0, count: 28)
        },
        HostileFile("entries.tif") {
            Array("II*\0".utf8) + [8, 0, 0, 0, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 1 << 20)
        },
        HostileFile("far.tif") { Array("II*\0".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] },
        HostileFile("large.gif") { Array("GIF89a".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0] },
        HostileFile("large.webp") {
            Array("RIFF".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0]
                + [UInt8](repeating: 0xFF, count: 6)
        },
        HostileFile("exif.jpg") {
            // An orientation block whose directory lies outside of it.
            [0xFF, 0xD8, 0xFF, 0xE1, 0, 24] + Array("Exif\0\0II*\0".utf8) + [0xFF, 0xFF, 0xFF, 0x7F]
                + [UInt8](repeating: 0xFF, count: 64)
        },
    ]
}
