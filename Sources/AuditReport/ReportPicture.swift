import Imaging

/// Pictures of the dataset, small enough for a page.
enum ReportPicture {
    /// The image, its longer side not above `side` pixels; nil where it cannot be decoded.
    static func read(_ path: String, side: Int) -> RGBImage? {
        guard let decoded = try? ImageDecoder.decodeFile(path).image else { return nil }
        let scale = min(1, Double(side) / Double(max(decoded.width, decoded.height)))
        return decoded.resized(
            width: max(1, Int(Double(decoded.width) * scale)), height: max(1, Int(Double(decoded.height) * scale)))
    }

    static func uri(_ jpeg: [UInt8]) -> String { "data:image/jpeg;base64,\(HTMLText.base64(jpeg))" }
}
