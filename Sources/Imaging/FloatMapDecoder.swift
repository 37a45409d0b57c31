import CheckedNumbers

/// Portable float maps: `PF` with three or `Pf` with one single-precision number a pixel, the lowest row first.
struct FloatMapDecoder {
    private let reader: ByteReader
    let width: Int
    let height: Int
    let channels: Int
    private let isLittle: Bool
    private let start: Int

    init?(_ reader: ByteReader) {
        self.reader = reader
        channels = reader.byte(1) == 0x46 ? 3 : 1
        var at = 2
        func word() -> String? {
            while let byte = reader.byte(at), Self.isBlank(byte) { at += 1 }
            let first = at
            // Longer figures are damage.
            while let byte = reader.byte(at), !Self.isBlank(byte), at - first < 32 { at += 1 }
            return at > first ? String(decoding: reader.bytes[first..<at], as: UTF8.self) : nil
        }
        guard let width = word().flatMap({ Int($0) }), let height = word().flatMap({ Int($0) }),
            let scale = word().flatMap({ Double($0) }), scale != 0, scale.isFinite, (1..<1 << 31).contains(width),
            (1..<1 << 31).contains(height), let end = reader.byte(at), Self.isBlank(end)
        else { return nil }
        self.width = width
        self.height = height
        isLittle = scale < 0
        start = at + 1
    }

    private static func isBlank(_ byte: Int) -> Bool { byte == 0x20 || (9...13).contains(byte) }

    /// Numbers rounded to 0…255, as OpenCV reads them: a map of fractions is nearly black. Nil where some are missing.
    func decode() -> RGBImage? {
        let row = 4 * channels * width
        let (size, overflow) = row.multipliedReportingOverflow(by: height)
        guard !overflow, size <= reader.count - start else { return nil }
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        for y in 0..<height {
            let from = start + (height - 1 - y) * row
            for x in 0..<width {
                for channel in 0..<3 {
                    let at = from + 4 * (channels * x + (channels == 3 ? channel : 0))
                    pixels[3 * (y * width + x) + channel] = value(at)
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private func value(_ at: Int) -> UInt8 {
        guard let word = isLittle ? reader.little32(at) : reader.big32(at) else { return 0 }
        let number = Float(bitPattern: UInt32(truncatingIfNeeded: word)).rounded(.toNearestOrEven)
        return number > 0 ? UInt8(min(number, 255)) : 0
    }
}
