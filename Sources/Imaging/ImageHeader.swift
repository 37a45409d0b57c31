import FileReading

/// What stands at the beginning of an image file.
public struct ImageHeader: Sendable, Hashable {
    /// By the first bytes.
    public let format: ImageFormat
    /// Size as stored, before EXIF orientation.
    public let storedWidth: Int
    /// Rows as stored, before EXIF orientation.
    public let storedHeight: Int
    /// EXIF orientation, 1…8; 1 where there is none.
    public let orientation: Int
    /// 8 or 16, 1, 2 or 4 of some PNG and TIFF files, 10 or 12 of some AVIF and HEIC; 8 where the format has no other.
    public let bitsPerChannel: Int
    /// 1 grey or palette, 2 grey with alpha, 3 colour, 4 CMYK or colour with alpha; 0 where the header does not say.
    public let channels: Int

    /// A header by its figures; nothing is checked.
    public init(
        format: ImageFormat, storedWidth: Int, storedHeight: Int, orientation: Int, bitsPerChannel: Int, channels: Int
    ) {
        self.format = format
        self.storedWidth = storedWidth
        self.storedHeight = storedHeight
        self.orientation = orientation
        self.bitsPerChannel = bitsPerChannel
        self.channels = channels
    }

    /// Size as a viewer shows the image: the size that label fractions refer to.
    public var width: Int { orientation >= 5 ? storedHeight : storedWidth }
    /// Rows as a viewer shows the image.
    public var height: Int { orientation >= 5 ? storedWidth : storedHeight }

    /// What may stand before an image's size: profiles, thumbnails and a camera's notes have a few megabytes.
    static let mostHeaderBytes = 64 << 20

    /// Reads the header of a file, looking at its first 8 KiB, then 64 KiB, and at its first 64 MiB when that is not enough.
    ///
    /// - Throws: `FileError` where the file cannot be read, or is no image of a known format.
    public static func readFile(_ path: String) throws -> ImageHeader {
        var head: [UInt8] = []
        for count in [1 << 13, 1 << 16] {
            head = try FileReading.head(ofFile: path, count: count)
            if let header = parse(head) { return header }
            if head.count < count { break }
        }
        if head.count == 1 << 16, let header = parse(try FileReading.head(ofFile: path, count: mostHeaderBytes)) {
            return header
        }
        throw unrecognised(head, path)
    }

    /// Reads the header in `bytes`, which begin with the beginning of the file.
    public static func read(_ bytes: [UInt8], file: String) throws -> ImageHeader {
        guard let header = parse(bytes) else { throw unrecognised(bytes, file) }
        return header
    }

    /// The format that the first bytes name.
    public static func format(of bytes: [UInt8]) -> ImageFormat? {
        bytes.withUnsafeBufferPointer { ImageFormat.of(ByteReader($0)) }
    }

    private static func unrecognised(_ head: [UInt8], _ file: String) -> FileError {
        if let impostor = ImpostorFile(head) { return impostor.error(file) }
        let message =
            head.isEmpty
            ? "is empty" : format(of: head) == nil ? "is not an image of a known format" : "has a damaged header"
        return FileError(file: file, message: message, wayOut: "replace the image or remove it with its label")
    }

    /// The header in the first bytes of a file; nil where they hold none, or not all of it.
    public static func parse(_ bytes: some Collection<UInt8>) -> ImageHeader? {
        let header = bytes.withContiguousStorageIfAvailable { parse(ByteReader($0)) }
        return header ?? Array(bytes).withUnsafeBufferPointer { parse(ByteReader($0)) }
    }

    private static func parse(_ reader: ByteReader) -> ImageHeader? {
        let header: ImageHeader?
        let format = ImageFormat.of(reader)
        switch format {
        case .jpeg: header = parseJPEG(reader)
        case .png: header = parsePNG(reader)
        case .bmp: header = parseBMP(reader)
        case .webp: header = parseWebP(reader)
        case .tiff: header = TIFFHeader(reader)?.header
        case .gif: header = parseGIF(reader)
        case .avif, .heif: header = format.flatMap { ISOMediaHeader.parse(reader, format: $0) }
        case .jpeg2000: header = JPEG2000Header.parse(reader)
        case .pfm: header = parsePFM(reader)
        case .ppm, nil: header = nil
        }
        guard let header, header.storedWidth > 0, header.storedHeight > 0 else { return nil }
        return header
    }

    private static func parseJPEG(_ reader: ByteReader) -> ImageHeader? {
        var at = 2
        // The first that is said counts.
        var orientation: Int?
        while let marker = reader.big16(at) {
            guard marker >> 8 == 0xFF else { return nil }
            let code = marker & 0xFF
            if code == 0xFF {
                at += 1
                continue
            }
            if code == 0x01 || (0xD0...0xD8).contains(code) {
                at += 2
                continue
            }
            guard let length = reader.big16(at + 2), length >= 2 else { return nil }
            if code == 0xE1, reader.matches("Exif\0\0", at: at + 4) {
                orientation = orientation ?? exifOrientation(reader, from: at + 10, to: at + 2 + length)
            }
            let isFrame = (0xC0...0xCF).contains(code) && code != 0xC4 && code != 0xC8 && code != 0xCC
            if isFrame {
                guard let bits = reader.byte(at + 4), let height = reader.big16(at + 5),
                    let width = reader.big16(at + 7), let channels = reader.byte(at + 9)
                else { return nil }
                return ImageHeader(
                    format: .jpeg, storedWidth: width, storedHeight: height,
                    orientation: orientation ?? lateOrientation(reader, from: at + 2 + length), bitsPerChannel: bits,
                    channels: channels)
            }
            if code == 0xDA || code == 0xD9 { return nil }
            at += 2 + length
        }
        return nil
    }

    /// What EXIF segments between the frame's header and its first scan say; 1 where there are none.
    private static func lateOrientation(_ reader: ByteReader, from start: Int) -> Int {
        var at = start
        while let marker = reader.big16(at), marker >> 8 == 0xFF, marker != 0xFFDA, marker != 0xFFD9,
            let length = reader.big16(at + 2), length >= 2
        {
            if marker == 0xFFE1, reader.matches("Exif\0\0", at: at + 4),
                let orientation = exifOrientation(reader, from: at + 10, to: at + 2 + length)
            {
                return orientation
            }
            at += 2 + length
        }
        return 1
    }

    /// The orientation tag (0x0112) of the TIFF block in `start..<end`.
    private static func exifOrientation(_ reader: ByteReader, from start: Int, to end: Int) -> Int? {
        let isLittle = reader.matches("II", at: start)
        guard isLittle || reader.matches("MM", at: start) else { return nil }
        func short(_ at: Int) -> Int? { isLittle ? reader.little16(at) : reader.big16(at) }
        func long(_ at: Int) -> Int? { isLittle ? reader.little32(at) : reader.big32(at) }
        guard let offset = long(start + 4), offset < end - start, let count = short(start + offset) else { return nil }
        for entry in 0..<min(count, 512) {
            let at = start + offset + 2 + 12 * entry
            guard at + 12 <= end, let tag = short(at) else { return nil }
            if tag == 0x0112, let value = short(at + 8), (1...8).contains(value) { return value }
        }
        return nil
    }

    private static func parsePNG(_ reader: ByteReader) -> ImageHeader? {
        guard reader.matches("IHDR", at: 12), let width = reader.big32(16),
            let height = reader.big32(20), let bits = reader.byte(24), let colour = reader.byte(25)
        else { return nil }
        // The first that is said counts, and it may come after the pixels.
        var orientation: Int?
        var at = 33
        while orientation == nil, let length = reader.big32(at), length < 1 << 31, !reader.matches("IEND", at: at + 4) {
            if reader.matches("eXIf", at: at + 4) {
                orientation = exifOrientation(reader, from: at + 8, to: at + 8 + length)
            }
            at += 12 + length
        }
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 0
        return ImageHeader(
            format: .png, storedWidth: width, storedHeight: height, orientation: orientation ?? 1,
            bitsPerChannel: bits, channels: channels)
    }

    private static func parseBMP(_ reader: ByteReader) -> ImageHeader? {
        guard let size = reader.little32(14), let width = size == 12 ? reader.little16(18) : reader.little32(18),
            let height = size == 12 ? reader.little16(20) : reader.little32(22)
        else { return nil }
        // In two's complement: rows from the top are negative.
        let rows = size == 12 || height < 1 << 31 ? height : (1 << 32) - height
        return ImageHeader(
            format: .bmp, storedWidth: width, storedHeight: rows, orientation: 1, bitsPerChannel: 8, channels: 3)
    }

    private static func parsePFM(_ reader: ByteReader) -> ImageHeader? {
        FloatMapDecoder(reader).map {
            ImageHeader(
                format: .pfm, storedWidth: $0.width, storedHeight: $0.height, orientation: 1, bitsPerChannel: 32,
                channels: $0.channels)
        }
    }

    private static func parseWebP(_ reader: ByteReader) -> ImageHeader? {
        var size: (Int, Int)?
        if reader.matches("VP8 ", at: 12), let width = reader.little16(26), let height = reader.little16(28) {
            size = (width & 0x3FFF, height & 0x3FFF)
        } else if reader.matches("VP8L", at: 12), let packed = reader.little32(21) {
            size = ((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
        } else if reader.matches("VP8X", at: 12), let low = reader.little32(24),
            let high = reader.little32(26)
        {
            size = ((low & 0xFFFFFF) + 1, (high >> 8 & 0xFFFFFF) + 1)
        }
        guard let size else { return nil }
        return ImageHeader(
            format: .webp, storedWidth: size.0, storedHeight: size.1, orientation: webPOrientation(reader),
            bitsPerChannel: 8, channels: 0)
    }

    /// What the first chunk of EXIF says, where the file's header announces one.
    private static func webPOrientation(_ reader: ByteReader) -> Int {
        guard reader.matches("VP8X", at: 12), let flags = reader.byte(20), flags & 8 != 0 else { return 1 }
        var at = 12
        while let length = reader.little32(at + 4) {
            if reader.matches("EXIF", at: at) { return exifOrientation(reader, from: at + 8, to: at + 8 + length) ?? 1 }
            at += 8 + length + length % 2
        }
        return 1
    }

    private static func parseGIF(_ reader: ByteReader) -> ImageHeader? {
        guard let width = reader.little16(6), let height = reader.little16(8) else { return nil }
        return ImageHeader(
            format: .gif, storedWidth: width, storedHeight: height, orientation: 1, bitsPerChannel: 8, channels: 1)
    }
}
