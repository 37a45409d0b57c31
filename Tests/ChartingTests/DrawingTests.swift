import Charting
import Foundation
import Geometry
import Testing

@Suite struct DrawingTests {
    private func drawing() -> Drawing {
        Drawing(width: 20, height: 10, title: "a < b", look: .page)
    }

    @Test func shapesAreWrittenAsSVG() {
        var drawing = drawing()
        drawing.line((0, 1), (2, 3), .style("axis"))
        drawing.add(
            .rectangle(Edges(left: 1, top: 2, right: 4.14, bottom: 6)), .style("bar", opacity: 0.256), title: "<3>")
        drawing.add(.path([[(0, 1), (2, 3)], [(4, 5)]], width: 2), .colour(0x0A0B0C, opacity: 0.5))
        drawing.add(.text("\"up\"", at: (5, 6), alignment: .end, isTurned: true), nil)
        #expect(
            drawing.inline(style: "small").text == """
                <svg viewBox="0 0 20 10" role="img" aria-label="a &lt; b" class="small">\
                <line x1="0.0" y1="1.0" x2="2.0" y2="3.0" class="axis"/>\
                <rect x="1.0" y="2.0" width="3.1" height="4.0" class="bar" fill-opacity="0.26">\
                <title>&lt;3&gt;</title></rect>\
                <path d="M0.0 1.0L2.0 3.0M4.0 5.0" fill="none" stroke-width="2.0" stroke="rgb(10,11,12)" \
                stroke-opacity="0.5"/>\
                <text x="5.0" y="6.0" text-anchor="end" transform="rotate(-90 5.0 6.0)">&quot;up&quot;</text></svg>
                """)
        #expect(drawing.svg().hasPrefix("<svg xmlns=") && drawing.svg().hasSuffix("</text>\n</svg>\n"))
    }

    /// Names of runs and columns are read in pictures of pixels as well.
    @Test func everyLetterOfASCIIHasAShapeOfItsOwn() {
        var known: [[[Double]]: Character] = [:]
        for code in UInt8(33)...126 {
            let letter = Character(UnicodeScalar(code))
            let strokes = StrokeFont.strokes(letter).map { $0.flatMap { [$0.x, $0.y] } }
            #expect(!strokes.isEmpty && strokes.allSatisfy { $0.count >= 4 }, "\(letter)")
            if let other = known.updateValue(letter, forKey: strokes) {
                #expect([other, letter] == ["0", "O"], "\(other) is drawn as \(letter)")
            }
        }
        let slash = StrokeFont.strokes("/")[0]
        #expect(slash[0].x > slash[1].x && slash[0].y < slash[1].y)
        #expect(StrokeFont.strokes("字").first?.count == 5 && StrokeFont.strokes(" ").isEmpty)
    }

    @Test func pixelsAreCoveredByShapes() {
        var drawing = drawing()
        drawing.add(.rectangle(Edges(left: 0, top: 0, right: 10, bottom: 10)), .colour(0xFF0000))
        drawing.add(.path([[(15, 0), (15, 10)]], width: 4), .style("black", opacity: 0.5))
        let raster = drawing.raster(scale: 1)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] {
            Array(raster.pixels[(y * raster.width + x) * 3..<(y * raster.width + x) * 3 + 3])
        }
        #expect(raster.width == 20 && raster.height == 10 && raster.pixels.count == 600)
        #expect(pixel(5, 5) == [255, 0, 0] && pixel(14, 5) == [128, 128, 128] && pixel(11, 5) == [255, 255, 255])
    }

    @Test func valuesFallIntoBinsAndGetPlaces() {
        let axis = Axis(0, 10, from: 100, length: -50)
        #expect(axis.place(0) == 100 && axis.place(10) == 50)
        #expect(axis.bins([0, 4.9, 5, 10, 11, -1, .nan], 2) == [3, 3])
        var drawing = drawing()
        drawing.bars([0, 1, 2], in: Edges(left: 0, top: 0, right: 30, bottom: 8), gap: 1, .style("bar")) {
            "\($0): \($1) boxes"
        }
        let text = drawing.inline().text
        #expect(
            text.contains("y=\"4.0\" width=\"9.0\" height=\"4.0\" class=\"bar\"><title>1: 1 boxes"))
        #expect(text.components(separatedBy: "<rect").count == 3)
    }

    @Test func logarithmicAxesAreLabelledAtOneTwoAndFive() {
        var drawing = drawing()
        drawing.ticks(Axis(0, 3, from: 0, length: 20, scale: .logarithmic), bottom: 4)
        #expect(drawing.inline().text.components(separatedBy: "<text").count == 5)
        for tick in [">2<", ">5<", ">10<", ">20<"] { #expect(drawing.inline().text.contains(tick)) }
    }
}
