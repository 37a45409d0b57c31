import FileReading
import Imaging

/// Writes files below a folder.
protocol FixtureFolder {
    var folder: String { get }
}

extension FixtureFolder {
    func write(_ bytes: [UInt8], _ name: String) throws {
        let path = folder + "/" + name
        try Folders.make(Paths.directory(of: path))
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

    /// The JPEG with an EXIF block that says how to turn it.
    func turned(_ jpeg: [UInt8], orientation: UInt8) -> [UInt8] {
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [
                0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
        return jpeg[..<2] + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg[2...]
    }
}
