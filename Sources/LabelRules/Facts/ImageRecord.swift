import FileReading
import Imaging

/// What reading an image file brought to light, whoever asks.
struct ImageRecord: Sendable, Hashable {
    /// What only reading all of it tells.
    struct Contents: Sendable, Hashable {
        /// The first half of the file's SHA-256.
        var digest: SIMD2<UInt64>
        /// Of images whose pixels were decoded and are not blank.
        var hash: PerceptualHash?
        /// Between the darkest and the brightest value of any channel; nil where pixels were not decoded.
        var spread: UInt8?
        /// What the decoder complained about.
        var warning: String?
    }

    var identity: FileIdentity
    /// Why it could not be read.
    var unreadable: String?
    var header: ImageHeader?
    var pillow: PillowImage
    /// Nil where only the header was read.
    var contents: Contents?
    /// What the picture shows, where this run decoded it; it is not kept between runs.
    var grid: PictureGrid?

    /// A file of which the beginning was read.
    init(head: ArraySlice<UInt8>, identity: FileIdentity, path: @autoclosure () -> String) {
        self.identity = identity
        header = ImageHeader.parse(head)
        if let header {
            pillow = PillowImage(header)
        } else {
            pillow = PillowImage(problem: "no known image")
            unreadable = Self.reason(head) { _ = try ImageHeader.read(Array(head), file: path()) }
        }
    }

    /// A file that was read whole: decoded at a fraction of its size, where the format allows and enough is left.
    init(whole bytes: [UInt8], identity: FileIdentity, path: String) {
        self.identity = identity
        header = ImageHeader.parse(bytes)
        var contents = Contents(digest: Self.digest(bytes))
        var decoded: DecodedImage?
        unreadable = Self.reason(bytes[...]) {
            let header = try ImageHeader.read(bytes, file: path)
            guard header.format.isDecoded else { return }
            let side = min(header.storedWidth, header.storedHeight)
            // Two pixels are left for a cell of the grid.
            let least = 2 * PictureGrid.side
            let scale = [8, 4, 2].first { side / $0 >= least } ?? 1
            decoded = try ImageDecoder.decode(bytes, file: path, scaleDenominator: scale)
        }
        if let decoded {
            contents.warning = decoded.warning.isEmpty ? nil : decoded.warning
            let spread = Self.spread(decoded.image.pixels)
            contents.spread = UInt8(spread)
            // The fingerprint of a blank image is noise.
            if spread > 8 {
                contents.hash = PerceptualHash(decoded.image)
                grid = PictureGrid(decoded.image)
            }
        }
        pillow = bytes.withUnsafeBufferPointer { PillowImage($0) }
        self.contents = contents
    }

    init(identity: FileIdentity, unreadable: String?, header: ImageHeader?, pillow: PillowImage, contents: Contents?) {
        self.identity = identity
        self.unreadable = unreadable
        self.header = header
        self.pillow = pillow
        self.contents = contents
    }

    private static func reason(_ bytes: ArraySlice<UInt8>, _ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            if let impostor = ImpostorFile(bytes) { return "\(impostor.message); \(impostor.wayOut)" }
            return (error as? FileError)?.message ?? "\(error)"
        }
    }

    private static func digest(_ bytes: [UInt8]) -> SIMD2<UInt64> {
        let digest = ContentDigest.of(bytes).bytes
        func word(_ start: Int) -> UInt64 { digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return SIMD2(word(0), word(8))
    }

    /// The widest range of values in a channel.
    private static func spread(_ pixels: [UInt8]) -> Int {
        var low: SIMD4<UInt8> = SIMD4(repeating: 255)
        var high: SIMD4<UInt8> = SIMD4(repeating: 0)
        pixels.withUnsafeBufferPointer { pixels in
            for start in stride(from: 0, to: pixels.count - 2, by: 3) {
                let pixel = SIMD4(pixels[start], pixels[start + 1], pixels[start + 2], pixels[start])
                low = pointwiseMin(low, pixel)
                high = pointwiseMax(high, pixel)
            }
        }
        return high[0] < low[0] ? 0 : Int((high &- low).max())
    }
}
