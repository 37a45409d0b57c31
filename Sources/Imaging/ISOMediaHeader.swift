import CheckedNumbers

/// The header of AVIF, HEIC and HEIF files: boxes of ISO/IEC 14496-12, with the items of ISO/IEC 23008-12.
struct ISOMediaHeader {
    private let reader: ByteReader
    private let format: ImageFormat
    private var primary: Int?
    /// What `ipco` holds: kind and contents, by place.
    private var properties: [(kind: Int, start: Int, end: Int)] = []
    /// The properties of the primary item, from 1.
    private var places: [Int] = []

    /// More boxes than this in one are damage.
    private static let mostBoxes = 4096

    /// By the brands that the file names.
    static func format(_ reader: ByteReader) -> ImageFormat? {
        guard let length = reader.big32(0), length >= 16, length <= 4096 else { return nil }
        var isHEIF = false
        // The brand that the file is made for, and those that it is compatible with.
        for at in [8] + Array(stride(from: 16, through: length - 4, by: 4)) {
            switch reader.big32(at) {
            case name("avif"), name("avis"): return .avif
            case name("heic"), name("heix"), name("heim"), name("heis"), name("hevc"), name("hevx"), name("mif1"),
                name("msf1"):
                isHEIF = true
            default: break
            }
        }
        return isHEIF ? .heif : nil
    }

    private static func name(_ text: StaticString) -> Int {
        (0..<4).reduce(0) { $0 << 8 | Int(text.utf8Start[$1]) }
    }

    /// Nil where the boxes do not say, or not all of them are there.
    static func parse(_ reader: ByteReader, format: ImageFormat) -> ImageHeader? {
        var header = ISOMediaHeader(reader: reader, format: format)
        guard
            let meta = header.boxes(in: 0..<reader.count, mustBeWhole: false).first(where: { $0.kind == name("meta") })
        else { return nil }
        header.read(meta: meta)
        return header.result()
    }

    private init(reader: ByteReader, format: ImageFormat) {
        self.reader = reader
        self.format = format
    }

    /// The boxes one after another; the last may reach beyond the bytes that are there.
    private func boxes(in range: Range<Int>, mustBeWhole: Bool = true) -> [(kind: Int, start: Int, end: Int)] {
        var found: [(kind: Int, start: Int, end: Int)] = []
        var at = range.lowerBound
        while found.count < Self.mostBoxes, at + 8 <= range.upperBound, let length = reader.big32(at),
            let kind = reader.big32(at + 4)
        {
            var (start, end) = (at + 8, at + length)
            if length == 1 {
                guard let long = reader.big64(at + 8), long >= 16 else { break }
                (start, end) = (at + 16, at + long)
            } else if length == 0 {
                end = range.upperBound
            }
            guard end >= start, end <= range.upperBound || !mustBeWhole else { break }
            found.append((kind, start, min(end, range.upperBound)))
            at = end
        }
        return found
    }

    private mutating func read(meta: (kind: Int, start: Int, end: Int)) {
        guard meta.start + 4 <= meta.end else { return }
        let parts = boxes(in: meta.start + 4..<meta.end)
        for part in parts where part.kind == Self.name("pitm") {
            primary = reader.byte(part.start) == 0 ? reader.big16(part.start + 4) : reader.big32(part.start + 4)
        }
        for part in parts where part.kind == Self.name("iprp") {
            for inner in boxes(in: part.start..<part.end) {
                if inner.kind == Self.name("ipco") { properties = boxes(in: inner.start..<inner.end) }
                if inner.kind == Self.name("ipma") { readAssociations(inner.start, inner.end) }
            }
        }
    }

    private mutating func readAssociations(_ start: Int, _ end: Int) {
        guard let version = reader.byte(start), let flags = reader.byte(start + 3), let count = reader.big32(start + 4)
        else { return }
        var at = start + 8
        for _ in 0..<min(count, Self.mostBoxes) where at < end {
            guard let item = version == 0 ? reader.big16(at) : reader.big32(at) else { return }
            at += version == 0 ? 2 : 4
            guard let associations = reader.byte(at) else { return }
            at += 1
            for _ in 0..<associations {
                let isWide = flags & 1 != 0
                guard let value = isWide ? reader.big16(at) : reader.byte(at) else { return }
                at += isWide ? 2 : 1
                if item == primary { places.append(value & (isWide ? 0x7FFF : 0x7F)) }
            }
        }
    }

    private func result() -> ImageHeader? {
        var size: (width: Int, height: Int)?
        var (turns, mirror) = (0, Int?.none)
        var (bits, channels) = (8, 3)
        for place in places where properties.indices.contains(place - 1) {
            let (kind, start, end) = properties[place - 1]
            switch kind {
            case Self.name("ispe"):
                if let width = reader.big32(start + 4), let height = reader.big32(start + 8) { size = (width, height) }
            case Self.name("irot"): turns = (reader.byte(start) ?? 0) & 3
            case Self.name("imir"): mirror = (reader.byte(start) ?? 0) & 1
            case Self.name("pixi"):
                channels = reader.byte(start + 4) ?? 3
                bits = end > start + 5 ? reader.byte(start + 5) ?? 8 : 8
            case Self.name("clap") where format == .heif:
                // Only what is inside is decoded.
                if let width = reader.big32(start), let widthUnit = reader.big32(start + 4), widthUnit > 0,
                    let height = reader.big32(start + 8), let heightUnit = reader.big32(start + 12), heightUnit > 0
                {
                    size = (width / widthUnit, height / heightUnit)
                }
            default: break
            }
        }
        guard let size else { return nil }
        return ImageHeader(
            format: format, storedWidth: size.width, storedHeight: size.height,
            orientation: Self.orientation(turns: turns, mirror: mirror), bitsPerChannel: bits, channels: channels)
    }

    /// Turns against the clock by quarters, then a mirror: 0 swaps top and bottom, 1 left and right. As EXIF has it.
    private static func orientation(turns: Int, mirror: Int?) -> Int {
        switch mirror {
        case nil: [1, 8, 3, 6][turns]
        case 0: [4, 5, 2, 7][turns]
        default: [2, 7, 4, 5][turns]
        }
    }
}
