import FileReading
import Geometry
import Imaging
import Testing

@Suite struct ImagingTests {
    /// A picture whose every pixel is its own.
    private func picture(_ width: Int, _ height: Int, isGrey: Bool = false, colours: Int = 256) -> RGBImage {
        var pixels: [UInt8] = []
        for index in 0..<width * height {
            let value = index * 7 % colours
            pixels +=
                isGrey
                ? [UInt8(value), UInt8(value), UInt8(value)]
                : [UInt8(value), UInt8(255 - value), UInt8(index % 3 * 100 * 0 + 9)]
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    @Test(arguments: [ImageEncoder.PNGKind.rgb, .grey, .palette, .rgb16])
    func pngKeepsEveryPixel(kind: ImageEncoder.PNGKind) throws {
        let image = picture(19, 13, isGrey: kind == .grey, colours: 200)
        let bytes = try #require(ImageEncoder.png(image, kind: kind))
        let decoded = try ImageDecoder.decode(bytes, file: "x.png")
        #expect(decoded.image == image && decoded.warning.isEmpty)
        #expect(decoded.header.width == 19 && decoded.header.height == 13)
    }

    @Test func jpegIsCloseAndDamageIsSaid() throws {
        let image = RGBImage(width: 64, height: 48, pixels: Array(repeating: 120, count: 64 * 48 * 3))
        let bytes = try #require(ImageEncoder.jpeg(image, quality: 95))
        let decoded = try ImageDecoder.decode(bytes, file: "x.jpg")
        #expect(zip(decoded.image.pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        let cut = try ImageDecoder.decode(Array(bytes.dropLast(30)), file: "x.jpg")
        #expect(!cut.warning.isEmpty)
        let small = try ImageDecoder.decode(bytes, file: "x.jpg", scaleDenominator: 8)
        #expect(small.image.width == 8 && small.image.height == 6)
    }

    @Test func webPIsCloseAndSmall() throws {
        // A slope, as WebP halves the resolution of colours.
        var pixels: [UInt8] = []
        for index in 0..<64 * 48 { pixels += [UInt8(index % 64 * 4), UInt8(index / 64 * 5), 90] }
        let bytes = try #require(ImageEncoder.webp(RGBImage(width: 64, height: 48, pixels: pixels), quality: 90))
        let decoded = try ImageDecoder.decode(bytes, file: "x.webp").image
        #expect(decoded.width == 64 && decoded.height == 48)
        var error = 0
        for (new, old) in zip(decoded.pixels, pixels) { error += abs(Int(new) - Int(old)) }
        #expect(Double(error) / Double(pixels.count) < 6)
        let wide = RGBImage(width: 16_384, height: 1, pixels: [UInt8](repeating: 0, count: 3 * 16_384))
        #expect(ImageEncoder.webp(wide, quality: 1) == nil)
    }

    @Test func whatIsNoImageIsRefused() {
        for bytes in [[], Array("hello".utf8), [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
            as [[UInt8]]
        {
            #expect(throws: FileError.self) { try ImageDecoder.decode(bytes, file: "x") }
        }
    }

    /// Headers cut short or changed at any byte: an error or a header, never a crash.
    @Test func damagedHeadersDoNotCrash() throws {
        let image = picture(9, 7)
        for bytes in [try #require(ImageEncoder.png(image)), try #require(ImageEncoder.jpeg(image, quality: 80))] {
            for index in bytes.indices {
                _ = try? ImageHeader.read(Array(bytes[..<index]), file: "x")
                var changed = bytes
                changed[index] ^= 0xFF
                _ = try? ImageDecoder.decode(changed, file: "x")
            }
        }
    }

    /// Turning by an orientation and then by its inverse gives the picture back.
    @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)])
    func orientationsHaveInverses(orientation: Int, inverse: Int) {
        let image = picture(5, 3)
        #expect(image.turned(orientation: orientation).turned(orientation: inverse) == image)
    }

    @Test func orientationSixTurnsClockwise() {
        let image = RGBImage(width: 2, height: 1, pixels: [1, 1, 1, 2, 2, 2])
        let turned = image.turned(orientation: 6)
        #expect(turned.width == 1 && turned.height == 2 && turned.pixels == [1, 1, 1, 2, 2, 2])
        #expect(image.turned(orientation: 8).pixels == [2, 2, 2, 1, 1, 1])
    }

    @Test func letterboxCentresOnGrey() {
        let letterbox = Letterbox(imageWidth: 4, imageHeight: 2, size: 8)
        #expect(
            letterbox.scaledWidth == 8 && letterbox.scaledHeight == 4 && letterbox.padTop == 2 && letterbox.padLeft == 0
        )
        let square = letterbox.apply(to: RGBImage(width: 4, height: 2, pixels: Array(repeating: 9, count: 24)))
        #expect(square.pixels[0] == Letterbox.grey && square.pixels[3 * (2 * 8)] == 9)
        // An odd remainder leaves the larger half at the bottom.
        #expect(Letterbox(imageWidth: 8, imageHeight: 5, size: 8).padTop == 1)
    }

    /// The sides of validation are those that Ultralytics' and YOLOv5's validation give such images.
    @Test(arguments: [
        (640, 480, [640, 480], [672, 512]), (640, 640, [640, 640], [672, 672]), (333, 1000, [224, 640], [256, 672]),
        (640, 496, [640, 512], [672, 512]), (640, 497, [640, 512], [672, 544]), (17, 9, [640, 352], [672, 384]),
    ])
    func rectanglesAreTheSmallestThatFit(width: Int, height: Int, smallest: [Int], validation: [Int]) {
        func sides(_ outline: Letterbox.Outline) -> [Int] {
            let letterbox = Letterbox(imageWidth: width, imageHeight: height, size: 640, outline: outline, stride: 32)
            #expect(letterbox.padLeft + letterbox.scaledWidth <= letterbox.width)
            #expect(letterbox.padTop + letterbox.scaledHeight <= letterbox.height)
            return [letterbox.width, letterbox.height]
        }
        #expect(sides(.square) == [640, 640])
        #expect(sides(.rectangle) == smallest)
        #expect(sides(.validation) == validation)
    }

    @Test(arguments: [(640, 480), (333, 1000), (17, 9)], Letterbox.Outline.allCases)
    func boxesGoThereAndBack(size: (width: Int, height: Int), outline: Letterbox.Outline) {
        let letterbox = Letterbox(imageWidth: size.width, imageHeight: size.height, size: 640, outline: outline)
        let there = letterbox.toModel(Box(cx: 0.3, cy: 0.7, width: 0.2, height: 0.1))
        let back = letterbox.toImage(there)
        #expect(abs(back.cx - 0.3) < 1e-12 && abs(back.cy - 0.7) < 1e-12)
        #expect(abs(back.width - 0.2) < 1e-12 && abs(back.height - 0.1) < 1e-12)
    }

    @Test func resizingAFlatPictureKeepsItFlat() {
        let image = RGBImage(width: 31, height: 17, pixels: Array(repeating: 77, count: 31 * 17 * 3))
        #expect(image.resized(width: 64, height: 9).pixels.allSatisfy { $0 == 77 })
    }
}
