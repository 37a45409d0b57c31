import CheckedNumbers

/// Windows bitmaps with 1, 4, 8, 16, 24 or 32 bits a pixel, plain or run-length encoded, as OpenCV reads them: masks
/// count only for 16 bits, and the fourth byte of 32 bits is left out.
struct BitmapDecoder {
    private let reader: ByteReader
    let width: Int
    let height: Int
    private let isTopDown: Bool
    private let bits: Int
    private let compression: Int
    private let start: Int
    /// Red, green and blue, one after another.
    private var palette: [UInt8] = []
    private let isGreenWide: Bool

    /// What a file's own figures say; nil where they are none that are read.
    init?(_ reader: ByteReader) {
        guard let offset = reader.little32(10), let headerSize = reader.little32(14) else { return nil }
        self.reader = reader
        start = offset
        let isOld = headerSize == 12
        guard isOld || headerSize >= 36, let storedWidth = isOld ? reader.little16(18) : reader.little32(18),
            let storedHeight = isOld ? reader.little16(20) : reader.little32(22),
            let bits = reader.little16(isOld ? 24 : 28), let compression = isOld ? 0 : reader.little32(30)
        else { return nil }
        let rows = isOld ? storedHeight : Int(Int32(truncatingIfNeeded: storedHeight))
        width = storedWidth
        height = Int(rows.magnitude)
        isTopDown = rows < 0
        self.bits = bits
        self.compression = compression
        switch (bits, compression) {
        case (1, 0), (4, 0), (8, 0), (16, 0), (24, 0), (32, 0), (8, 1), (4, 2), (16, 3), (32, 3): break
        default: return nil
        }
        // 565 or 555: OpenCV knows no other masks.
        isGreenWide = compression == 3 && bits == 16 && reader.little32(54 + 4) == 0x7E0
        guard bits <= 8 else { return }
        let used = isOld ? 0 : reader.little32(46) ?? 0
        let entry = isOld ? 3 : 4
        palette = [UInt8](repeating: 0, count: 3 * 256)
        for colour in 0..<min(used > 0 ? used : 1 << bits, 256) {
            let at = 14 + headerSize + entry * colour
            for channel in 0..<3 { palette[3 * colour + channel] = UInt8(reader.byte(at + 2 - channel) ?? 0) }
        }
    }

    /// Nil where pixels are missing.
    func decode() -> RGBImage? {
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        let isWhole = compression == 1 || compression == 2 ? readRuns(&pixels) : readRows(&pixels)
        return isWhole ? RGBImage(width: width, height: height, pixels: pixels) : nil
    }

    /// Where a row from the file lies in the image.
    private func target(_ row: Int) -> Int { 3 * width * (isTopDown ? row : height - 1 - row) }

    private func readRows(_ pixels: inout [UInt8]) -> Bool {
        let stride = (width * bits + 31) / 32 * 4
        let (size, overflow) = stride.multipliedReportingOverflow(by: height)
        guard !overflow, start <= reader.count, size <= reader.count - start else { return false }
        for row in 0..<height {
            let from = start + row * stride
            let to = target(row)
            for x in 0..<width { put(pixel: x, ofRow: from, at: to + 3 * x, &pixels) }
        }
        return true
    }

    private func put(pixel x: Int, ofRow from: Int, at to: Int, _ pixels: inout [UInt8]) {
        let bytes = reader.bytes
        switch bits {
        case 1: put(colour: Int(bytes[from + x / 8]) >> (7 - x % 8) & 1, at: to, &pixels)
        case 4: put(colour: Int(bytes[from + x / 2]) >> (x % 2 == 0 ? 4 : 0) & 15, at: to, &pixels)
        case 8: put(colour: Int(bytes[from + x]), at: to, &pixels)
        case 16:
            let value = Int(bytes[from + 2 * x]) | Int(bytes[from + 2 * x + 1]) << 8
            pixels[to] = UInt8(truncatingIfNeeded: isGreenWide ? value >> 8 & 0xF8 : value >> 7 & 0xF8)
            pixels[to + 1] = UInt8(truncatingIfNeeded: isGreenWide ? value >> 3 & 0xFC : value >> 2 & 0xF8)
            pixels[to + 2] = UInt8(truncatingIfNeeded: value << 3 & 0xF8)
        default:
            let at = from + bits / 8 * x
            pixels[to] = bytes[at + 2]
            pixels[to + 1] = bytes[at + 1]
            pixels[to + 2] = bytes[at]
        }
    }

    private func put(colour: Int, at to: Int, _ pixels: inout [UInt8]) {
        for channel in 0..<3 { pixels[to + channel] = palette[3 * colour + channel] }
    }

    /// Runs of one colour (or two in turn), pixels one by one, and jumps; what is jumped over has the first colour.
    private func readRuns(_ pixels: inout [UInt8]) -> Bool {
        for at in stride(from: 0, to: pixels.count, by: 3) { put(colour: 0, at: at, &pixels) }
        var (at, x, y) = (start, 0, 0)
        func write(_ colour: Int) {
            if x < width, y < height { put(colour: colour, at: target(y) + 3 * x, &pixels) }
            x += 1
        }
        while y < height {
            guard let count = reader.byte(at), let value = reader.byte(at + 1) else { return false }
            at += 2
            if count > 0 {
                for i in 0..<count { write(bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15) }
            } else if value == 0 {
                (x, y) = (0, y + 1)
            } else if value == 1 {
                return true
            } else if value == 2 {
                guard let right = reader.byte(at), let down = reader.byte(at + 1) else { return false }
                (x, y, at) = (x + right, y + down, at + 2)
            } else {
                for i in 0..<value {
                    guard let byte = reader.byte(at + (bits == 8 ? i : i / 2)) else { return false }
                    write(bits == 8 ? byte : i % 2 == 0 ? byte >> 4 : byte & 15)
                }
                at += ((bits == 8 ? value : (value + 1) / 2) + 1) / 2 * 2
            }
        }
        return true
    }
}
