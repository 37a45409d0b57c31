import CheckedNumbers
import Imaging

/// How Python's imaging library (Pillow) opens and verifies an image file, which the trainers in Python do before they
/// take it.
public struct PillowImage: Sendable, Hashable {
    /// Why the image is refused by all of them; nil where it is not.
    private(set) var problem: String?
    /// Whether it is a JPEG whose last bytes are not its end marker.
    private(set) var isUnfinished = false
    /// Whether an unfinished JPEG can still be decoded, and is then written anew by trainers that mend them.
    private(set) var isMendable = false
    /// Whether the format is one that only Ultralytics of today takes.
    private(set) var isModern = false

    /// Why a trainer refuses the image; nil where it takes it.
    public func refusal(by trainer: Trainer) -> String? {
        guard trainer.verifiesImages else { return nil }
        if let problem { return problem }
        if isModern, trainer != .ultralytics { return "its format is none that the trainer takes" }
        return trainer.rewritesJPEG && isUnfinished && !isMendable ? "the file is truncated" : nil
    }

    /// Whether a trainer writes the file anew.
    public func isRewritten(by trainer: Trainer) -> Bool {
        problem == nil && trainer.rewritesJPEG && isUnfinished && isMendable
    }

    /// More pixels than this are refused.
    private static let mostPixels = 2 * 89_478_485

    /// - Parameter bytes: all of the file.
    public init(_ bytes: UnsafeBufferPointer<UInt8>) {
        switch Array(bytes.prefix(3)) {
        case [0xFF, 0xD8, 0xFF]:
            judgeJPEG(bytes)
        case [0x89, 0x50, 0x4E]:
            judgePNG(bytes)
        default:
            guard let header = ImageHeader.parse(bytes) else {
                let isMap = ImageHeader.format(of: Array(bytes.prefix(16))) == .ppm
                problem = bytes.isEmpty ? "the file is empty" : isMap ? Self.isMap : "no known image"
                return
            }
            judge(header)
            guard problem == nil else { return }
            if header.format == .tiff, TIFFHeader(bytes).map(PillowTIFF.isKnown) != true { problem = "no known image" }
            if !ImageDecoder.opens(bytes, as: header.format) { problem = JPEGMarkers.truncated }
        }
    }

    /// What a header alone says.
    init(_ header: ImageHeader) { judge(header) }

    private mutating func judge(_ header: ImageHeader) {
        switch header.format {
        case .gif: problem = "GIF is none of the formats it takes"
        case .pfm, .ppm: problem = Self.isMap
        case .avif, .heif, .jpeg2000: isModern = true
        case .jpeg, .png, .bmp, .webp, .tiff: break
        }
        judgeSize(header.storedWidth, header.storedHeight)
    }

    init(problem: String?, isUnfinished: Bool = false, isMendable: Bool = false, isModern: Bool = false) {
        self.problem = problem
        self.isUnfinished = isUnfinished
        self.isMendable = isMendable
        self.isModern = isModern
    }

    private static let isMap = "portable maps are none of the formats it takes"

    private mutating func judgeSize(_ width: Int, _ height: Int) {
        guard problem == nil else { return }
        if width < 10 || height < 10 { problem = "\(width) × \(height) px, less than 10" }
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        if overflow || pixels > Self.mostPixels { problem = "\(width) × \(height) px could be a decompression bomb" }
    }

    // MARK: JPEG

    private mutating func judgeJPEG(_ bytes: UnsafeBufferPointer<UInt8>) {
        var markers = JPEGMarkers(bytes)
        problem = markers.readHeader()
        guard problem == nil else { return }
        judgeSize(markers.width, markers.height)
        // A file of several pictures (MPO) is not written anew.
        guard problem == nil, !markers.holdsSeveral, !bytes.suffix(2).elementsEqual([0xFF, 0xD9]) else { return }
        isUnfinished = true
        isMendable = ImageDecoder.isCompleteJPEG(bytes)
    }

    // MARK: PNG

    private mutating func judgePNG(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.prefix(8).elementsEqual([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            problem = "no known image"
            return
        }
        var at = 8
        var size: (width: Int, height: Int)?
        var sawPixels = false
        while true {
            guard at + 8 <= bytes.count else {
                problem = "the file is truncated"
                break
            }
            let length = Self.big32(bytes, at)
            let name = bytes[(at + 4)..<(at + 8)]
            guard name.allSatisfy(Self.isWordByte) else {
                problem = "a chunk has no name"
                break
            }
            // What follows the end, and its checksum, is not looked at.
            if name.elementsEqual("IEND".utf8) {
                if !sawPixels { problem = "there are no pixels" }
                break
            }
            guard at + 12 + length <= bytes.count else {
                problem = "the file is truncated"
                break
            }
            let body = bytes[(at + 8)..<(at + 8 + length)]
            if name.elementsEqual("IHDR".utf8) {
                guard length >= 13, Self.isKnown(depth: bytes[at + 16], colour: bytes[at + 17]), bytes[at + 19] == 0
                else {
                    problem = "the header is none that it knows"
                    break
                }
                size = (Self.big32(bytes, at + 8), Self.big32(bytes, at + 12))
            }
            if name.elementsEqual("IDAT".utf8) { sawPixels = true }
            let checksum = PNGChecksum.of(
                name: UnsafeBufferPointer(rebasing: name), body: UnsafeBufferPointer(rebasing: body))
            guard checksum == UInt32(Self.big32(bytes, at + 8 + length)) else {
                problem = "the checksum of \(String(decoding: name, as: UTF8.self)) is wrong"
                break
            }
            at += 12 + length
        }
        if let size { judgeSize(size.width, size.height) } else if problem == nil { problem = "there is no header" }
    }

    private static func isKnown(depth: UInt8, colour: UInt8) -> Bool {
        switch colour {
        case 0: [1, 2, 4, 8, 16].contains(depth)
        case 3: [1, 2, 4, 8].contains(depth)
        case 2, 4, 6: [8, 16].contains(depth)
        default: false
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    private static func big32(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        Int(bytes[at]) << 24 | Int(bytes[at + 1]) << 16 | Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
    }
}
