/// The first directory of a TIFF, classic or big.
public struct TIFFHeader: Sendable, Hashable {
    /// Size, orientation and depth.
    public let header: ImageHeader
    /// What samples mean: 0 and 1 grey, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 CIELab, and more.
    public let photometric: Int
    /// Bits of each sample of a pixel.
    public let bits: [Int]
    /// 1 whole numbers, 2 with a sign, 3 floating point; of the first sample.
    public let sampleFormat: Int
    /// What samples beyond the colours are: 0 unknown, 1 and 2 transparency.
    public let extraSamples: [Int]
    /// Whether numbers have their lowest byte first.
    public let isLittleEndian: Bool
    /// Whether it says how or where the pixels are packed, and for a palette what its colours are, before the first entry
    /// whose values are cut off: Pillow reads so far.
    public let isComplete: Bool

    /// Nil where the directory is not within `bytes`, or has no size.
    public init?(_ bytes: UnsafeBufferPointer<UInt8>) { self.init(ByteReader(bytes)) }

    init?(_ reader: ByteReader) {
        guard let directory = Directory(reader), let width = directory.values(0x0100)?.first,
            let height = directory.values(0x0101)?.first
        else { return nil }
        let samples = directory.values(0x0115)?.first ?? 1
        guard (1...64).contains(samples) else { return nil }
        var bits = directory.values(0x0102) ?? [1]
        if bits.count == 1, samples > 1 { bits = Array(repeating: bits[0], count: samples) }
        self.bits = Array(bits.prefix(samples))
        photometric = directory.values(0x0106)?.first ?? 0
        sampleFormat = directory.values(0x0153)?.first ?? 1
        extraSamples = directory.values(0x0152) ?? []
        isLittleEndian = reader.matches("II", at: 0)
        // Strips or tiles, and the map of colours.
        let isPacked = directory.isWhole(0x0103) && directory.values(0x0103)?.first != 1
        isComplete =
            (isPacked || directory.isWhole(0x0111) || directory.isWhole(0x0144))
            && (photometric != 3 || directory.isWhole(0x0140))
        let orientation = directory.values(0x0112)?.first ?? 1
        header = ImageHeader(
            format: .tiff, storedWidth: width, storedHeight: height,
            orientation: (1...8).contains(orientation) ? orientation : 1, bitsPerChannel: bits.first ?? 1,
            channels: samples)
    }

    /// Tags with the whole numbers that they hold.
    private struct Directory {
        private let reader: ByteReader
        private let isLittle: Bool
        private let isBig: Bool
        private var places: [Int: Int] = [:]
        /// The first entry whose values reach beyond the bytes that are there.
        private var cut = Int.max

        init?(_ reader: ByteReader) {
            self.reader = reader
            isLittle = reader.matches("II", at: 0)
            isBig = (isLittle ? reader.byte(2) : reader.byte(3)) == 43
            guard let at = isBig ? long64(8) : long(4), let count = isBig ? long64(at) : short(at) else { return nil }
            let (first, length) = isBig ? (at + 8, 20) : (at + 2, 12)
            for entry in 0..<min(count, 512) {
                let at = first + length * entry
                guard let tag = short(at), at + length <= reader.count else { break }
                if places[tag] == nil { places[tag] = at }
                if cut == .max, !holds(at) { cut = at }
            }
        }

        /// Whether a tag is there, and comes before any whose values are cut off.
        func isWhole(_ tag: Int) -> Bool { places[tag].map { $0 < cut } ?? false }

        /// Whether all values of an entry are within the bytes.
        private func holds(_ at: Int) -> Bool {
            let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8]
            guard let size = short(at + 2).flatMap({ sizes[$0] }), let count = isBig ? long64(at + 4) : long(at + 4)
            else { return true }
            let (total, overflow) = size.multipliedReportingOverflow(by: count)
            guard !overflow else { return false }
            let (inline, room) = isBig ? (at + 12, 8) : (at + 8, 4)
            guard total > room else { return true }
            guard let start = isBig ? long64(inline) : long(inline) else { return false }
            return start <= reader.count && total <= reader.count - start
        }

        /// The first values of a tag, eight at most.
        func values(_ tag: Int) -> [Int]? {
            guard let at = places[tag], let type = short(at + 2), let count = isBig ? long64(at + 4) : long(at + 4),
                count > 0
            else { return nil }
            let size: Int
            switch type {
            case 1, 2: size = 1
            case 3: size = 2
            case 4, 13: size = 4
            case 16: size = 8
            default: return nil
            }
            let (inline, room) = isBig ? (at + 12, 8) : (at + 8, 4)
            let total = min(count, 8)
            guard let start = size * min(count, 64) <= room ? inline : isBig ? long64(inline) : long(inline) else {
                return nil
            }
            var values: [Int] = []
            for index in 0..<total {
                let place = start + size * index
                guard
                    let value = size == 1
                        ? reader.byte(place) : size == 2 ? short(place) : size == 4 ? long(place) : long64(place)
                else { return nil }
                values.append(value)
            }
            return values
        }

        private func short(_ at: Int) -> Int? { isLittle ? reader.little16(at) : reader.big16(at) }
        private func long(_ at: Int) -> Int? { isLittle ? reader.little32(at) : reader.big32(at) }

        /// A place or a number below 2⁶²; nil beyond.
        private func long64(_ at: Int) -> Int? {
            guard isLittle else { return reader.big64(at) }
            guard let low = reader.little32(at), let high = reader.little32(at + 4), high < 1 << 30 else { return nil }
            return high << 32 | low
        }
    }
}
