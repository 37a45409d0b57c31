import FileReading
import Imaging

/// Drawings as files.
package enum DrawingFile {
    /// Writes a drawing as the path's suffix says: `.png`, or SVG.
    ///
    /// - Throws: `FileError` where the file cannot be written.
    package static func write(_ drawing: Drawing, to path: String) throws {
        if Paths.suffix(of: path).lowercased() == "png" {
            try AtomicFile.write(try png(drawing, path), to: path)
        } else {
            try AtomicFile.write(drawing.svg(), to: path)
        }
    }

    /// As PNG, two pixels a unit.
    package static func png(_ drawing: Drawing, _ path: String) throws -> [UInt8] {
        let raster = drawing.raster()
        let image = RGBImage(width: raster.width, height: raster.height, pixels: raster.pixels)
        guard let bytes = ImageEncoder.png(image) else {
            throw FileError(file: path, message: "cannot be encoded", wayOut: "free some memory, or write an .svg")
        }
        return bytes
    }
}
