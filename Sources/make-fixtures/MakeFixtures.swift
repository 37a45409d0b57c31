import ArgumentParser
import CommandLineSupport
import FileReading
import Foundation
import Imaging
import YOLOModel

@main struct MakeFixturesMain {
    static func main() { Tool.main(MakeFixtures.self) }
}

struct MakeFixtures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-fixtures",
        abstract: "Write the fixture datasets: coloured shapes, and one broken copy whose breakages are listed.")

    @Argument(help: "The folder that gets shapes/ and broken/.", completion: .directory)
    var folder: String

    @Option(help: "Write the narrow formula network to this .safetensors as well.", completion: .file())
    var checkpoint: String?

    func run() throws {
        if let checkpoint { try FormulaCheckpoint.write(to: checkpoint) }
        try ShapesDataset(folder: folder + "/shapes").write()
        try BrokenDataset(folder: folder + "/broken").write()
    }
}

/// Random numbers that depend on the place alone.
struct PlaceNumbers {
    private var state: UInt64

    init(_ place: Int) { state = UInt64(place) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    /// 0 ..< bound
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) >> 33) % bound
    }
}

/// A picture of shapes with their labels.
struct ShapesPicture {
    static let width = 160
    static let height = 120
    private(set) var image: RGBImage
    private(set) var rows: [String] = []

    init(number: Int, isGrey: Bool = false) {
        var numbers = PlaceNumbers(number)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * Self.width * Self.height)
        // A few flat patches, so that files stay small and palettes fit.
        let ground = (90 + numbers.below(60), 90 + numbers.below(60), 90 + numbers.below(60))
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                let patch = (x / 40 + y / 40) % 2 * 12
                let colour = [ground.0 + patch, ground.1 + patch, ground.2 + patch]
                pixels += (isGrey ? [colour[0], colour[0], colour[0]] : colour).map(UInt8.init)
            }
        }
        image = RGBImage(width: Self.width, height: Self.height, pixels: pixels)
        for slot in 0..<(2 + numbers.below(3)) {
            draw(kind: numbers.below(3), slot: slot, isGrey: isGrey, &numbers)
        }
    }

    /// Class 0 circle, 1 square, 2 triangle; each in a column of its own.
    private mutating func draw(kind: Int, slot: Int, isGrey: Bool, _ numbers: inout PlaceNumbers) {
        let size = 16 + 2 * numbers.below(9)
        let left = slot * 40 + numbers.below(40 - min(size, 38))
        let top = numbers.below(Self.height - size)
        let value = UInt8(200 + numbers.below(50))
        let colour: [UInt8] =
            isGrey ? [value, value, value] : [[value, 60, 60], [60, value, 60], [70, 70, value]][kind]
        for y in 0..<size {
            for x in 0..<size {
                let (dx, dy) = (2 * x + 1 - size, 2 * y + 1 - size)
                let isInside = kind == 0 ? dx * dx + dy * dy <= size * size : kind == 1 || abs(dx) <= y
                guard isInside, left + x < Self.width else { continue }
                let at = 3 * ((top + y) * Self.width + left + x)
                image.pixels.replaceSubrange(at..<at + 3, with: colour)
            }
        }
        let width = min(size, Self.width - left)
        func fraction(_ value: Double) -> String {
            let digits = String(Int((value * 1_000_000).rounded()))
            return "0." + String(repeating: "0", count: 6 - digits.count) + digits
        }
        let centre = (Double(left) + Double(width) / 2, Double(top) + Double(size) / 2)
        rows.append(
            "\(kind) \(fraction(centre.0 / 160)) \(fraction(centre.1 / 120)) \(fraction(Double(width) / 160)) \(fraction(Double(size) / 120))"
        )
    }

    var label: String { rows.map { $0 + "\n" }.joined() }
}

/// Writes files below a folder.
protocol FixtureFolder {
    var folder: String { get }
}

extension FixtureFolder {
    func write(_ bytes: [UInt8], _ name: String) throws {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(atPath: Paths.directory(of: path), withIntermediateDirectories: true)
        try AtomicFile.write(bytes, to: path)
    }

    func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    func jpeg(_ image: RGBImage) throws -> [UInt8] {
        guard let bytes = ImageEncoder.jpeg(image, quality: 88) else {
            throw FileError(file: folder, message: "the JPEG encoder failed", wayOut: "check the memory")
        }
        return bytes
    }

    func png(_ image: RGBImage, _ kind: ImageEncoder.PNGKind) throws -> [UInt8] {
        guard let bytes = ImageEncoder.png(image, kind: kind) else {
            throw FileError(file: folder, message: "the PNG encoder failed", wayOut: "check the memory")
        }
        return bytes
    }

    func dataYAML(_ note: String) -> String {
        "# \(note)\npath: .\ntrain: images/train\nval: images/val\nnc: 3\nnames: [circle, square, triangle]\n"
    }

    /// The JPEG with an EXIF block that says how to turn it.
    func turned(_ jpeg: [UInt8], orientation: UInt8) -> [UInt8] {
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [
                0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
        return jpeg[..<2] + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg[2...]
    }
}

/// A sound dataset in all the image forms that people have.
struct ShapesDataset: FixtureFolder {
    let folder: String

    func write() throws {
        try write(dataYAML("Coloured shapes, made by make-fixtures; every label is right"), "data.yaml")
        for number in 0..<32 {
            let split = number % 4 == 3 ? "val" : "train"
            let picture = ShapesPicture(number: number, isGrey: number % 8 == 5)
            let name = "shape\(number < 10 ? "0" : "")\(number)"
            switch number % 8 {
            case 1: try write(try png(picture.image, .rgb), "images/\(split)/\(name).png")
            case 2: try write(try png(picture.image, .palette), "images/\(split)/\(name).png")
            case 5: try write(try png(picture.image, .grey), "images/\(split)/\(name).png")
            case 6: try write(try png(picture.image, .rgb16), "images/\(split)/\(name).png")
            case 4:
                // Stored lying, shown upright: orientation 6 is undone by turning the pixels the other way.
                let lying = picture.image.turned(orientation: 8)
                try write(turned(try jpeg(lying), orientation: 6), "images/\(split)/\(name).jpg")
            default: try write(try jpeg(picture.image), "images/\(split)/\(name).jpg")
            }
            try write(picture.label, "labels/\(split)/\(name).txt")
        }
    }
}

/// A dataset with one breakage a file; `breakages.csv` lists them.
struct BrokenDataset: FixtureFolder {
    let folder: String

    func write() throws {
        var list = "code,file,line\n"
        try write(
            """
            # Every breakage stands in breakages.csv. nc is wrong on purpose, and there is no images/test.
            path: .
            train: images/train
            val: images/val
            test: images/test
            nc: 4
            names: [circle, square, triangle]

            """, "data.yaml")
        list += "D002,data.yaml,6\nD004,data.yaml,5\nD007,data.yaml,7\n"
        try write("train: images/train\n  names: [circle\n", "broken.yaml")
        list += "D001,broken.yaml,2\n"
        let good = "0 0.500000 0.500000 0.200000 0.200000\n"
        let labels: [(code: String, text: [UInt8], line: Int?)] = [
            ("B001", Array((good + "7 0.3 0.3 0.1 0.1\n").utf8), 2),
            ("B002", Array((good + "-1 0.3 0.3 0.1 0.1\n").utf8), 2),
            ("B003", Array((good + "1 0.95 0.5 0.2 0.2\n").utf8), 2),
            ("B005", Array((good + "1 0.3 0.3 0 0.1\n").utf8), 2),
            ("B006", Array((good + good).utf8), 2), ("F001", [], nil), ("F002", [0xFF, 0xFE, 0x30, 0, 0x20, 0], nil),
            ("F003", Array((good + "1 0.3 up 0.1 0.1\n").utf8), 2),
            ("F004", Array((good + "1 0.3 0.3 0.1\n").utf8), 2),
            ("F005", Array((good + "1 0.3 nan 0.1 0.1\n").utf8), 2),
            ("B004", Array((good + "1 48 36 16 12\n").utf8), 2),
            ("B007", Array((good + "0 0.5 0.501 0.2 0.2\n").utf8), 2),
            ("B009", Array((good + "1 0.3 0.3 0.002 0.002\n").utf8), 2),
            ("B010", Array((good + "1 0.5 0.5 1 1\n").utf8), 2),
            ("B011", Array((good + "1 0.5 0.5 0.9 0.005\n").utf8), 2),
            ("B012", Array("0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n".utf8), 1),
            ("B013", Array((good + "1 1.3 0.5 0.2 0.2\n").utf8), 2),
            ("B014", Array("1 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.9\n".utf8), 1),
            ("F006", Array((good + "1 0.1 0.1 0.9 0.1 0.5 0.9\n").utf8), 2),
            ("F007", Array((good + "1 0.3 0,3 0.1 0.1\n").utf8), 2),
            ("F008", Array((good + "1 0.3 0.3 0.1 0.1 0.87\n").utf8), 2),
        ]
        for (index, label) in labels.enumerated() {
            let split = index % 5 == 4 ? "val" : "train"
            try write(try jpeg(ShapesPicture(number: 100 + index).image), "images/\(split)/\(label.code).jpg")
            try write(label.text, "labels/\(split)/\(label.code).txt")
            list += "\(label.code),labels/\(split)/\(label.code).txt,\(label.line.map(String.init) ?? "")\n"
        }
        let sound = try jpeg(ShapesPicture(number: 120).image)
        try write(Array("this is text, not a picture\n".utf8), "images/train/I001.jpg")
        try write(good, "labels/train/I001.txt")
        try write(Array(sound.prefix(sound.count / 2)), "images/train/I002.jpg")
        try write(good, "labels/train/I002.txt")
        try write(try jpeg(ShapesPicture(number: 121).image), "images/train/P001.jpg")
        try write(good, "labels/train/P002.txt")
        list +=
            "I001,images/train/I001.jpg,\nI002,images/train/I002.jpg,\nP001,images/train/P001.jpg,\nP002,labels/train/P002.txt,\n"
        try write(list, "breakages.csv")
    }
}
