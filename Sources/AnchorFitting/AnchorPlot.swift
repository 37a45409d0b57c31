import FileReading
import Foundation
import Imaging
import TextForms

/// Three pictures on one sheet: sizes with anchors and what each reaches, sizes against strides, and how fitness and
/// recall rise with the number of anchors.
public struct AnchorPlot {
    private typealias Point = Drawing.Point
    private typealias Colour = Drawing.Colour

    private static let ink = Colour(0x222222)
    private static let soft = Colour(0x666666)
    private static let grid = Colour(0xE2E2E2)
    private static let missed = Colour(0xC0392B, opacity: 0.8)
    /// A level each; told apart with colour-blind eyes too.
    private static let levels = [0x3B6FB6, 0xE08A2E, 0x3F9A6B, 0x8D5FA8, 0x7A6A58]
    private static let size = (width: 760, height: 1_330)

    private var drawing = Drawing(
        width: size.width, height: size.height, title: "Box sizes, anchors and strides")
    private let comparison: AnchorComparison
    private let boxes: [AnchorSize]
    private let anchors: [AnchorSize]
    private let layout: AnchorLevels

    /// - Parameter seed: of the fits to other numbers of anchors.
    public init(_ comparison: AnchorComparison, _ boxes: AnchorBoxes, seed: UInt64) {
        self.comparison = comparison
        self.boxes = boxes.sizes
        anchors = comparison.verdict == .none ? [] : comparison.anchors
        layout = comparison.settings.levels
        drawSizes()
        drawHistogram()
        if !anchors.isEmpty { drawCurve(boxes: boxes, seed: seed) }
    }

    /// The plot as one SVG document.
    public func svg() -> String { drawing.svg() }

    /// Writes it as the path's suffix says: `.png`, or SVG.
    ///
    /// - Throws: `FileError` where the file cannot be written.
    public func write(to path: String) throws {
        if Paths.suffix(of: path).lowercased() == "png" {
            try AtomicFile.write(try png(path), to: path)
        } else {
            try AtomicFile.write(svg(), to: path)
        }
    }

    /// As PNG, two pixels a unit.
    package func png(_ path: String) throws -> [UInt8] {
        guard let bytes = ImageEncoder.png(drawing.image()) else {
            throw FileError(file: path, message: "cannot be encoded", wayOut: "free some memory, or write an .svg")
        }
        return bytes
    }

    // MARK: Width against height

    private mutating func drawSizes() {
        let sides = boxes.flatMap { [$0.width, $0.height] } + anchors.flatMap { [$0.width, $0.height] }
        let low = log(max(0.1, (sides.min() ?? 1) * 0.8))
        let high = max(low + 1, log((sides.max() ?? 640) * 1.25))
        let frame = (x: 70.0, y: 50.0, side: 600.0)
        func x(_ side: Double) -> Double { frame.x + (log(side) - low) / (high - low) * frame.side }
        func y(_ side: Double) -> Double { frame.y + frame.side - (log(side) - low) / (high - low) * frame.side }
        heading("box width against height, px (colour: level of the best anchor)", 30)
        for tick in Self.ticks(exp(low), exp(high)) {
            line(x(tick), frame.y, x(tick), frame.y + frame.side, Self.grid)
            line(frame.x, y(tick), frame.x + frame.side, y(tick), Self.grid)
            label(Self.short(tick), x(tick), frame.y + frame.side + 16, .middle)
            label(Self.short(tick), frame.x - 8, y(tick) + 4, .end)
        }
        label("width", frame.x + frame.side / 2, frame.y + frame.side + 34, .middle)
        label("height", frame.x - 40, frame.y - 6, .start)
        // Every box counts in the figures; more dots than this only hide each other.
        for index in stride(from: 0, to: boxes.count, by: max(1, boxes.count / 5_000)) {
            let box = boxes[index]
            drawing.shapes.append(
                .circle(centre: Point(x(box.width), y(box.height)), radius: 1.8, colour: colour(of: box)))
        }
        for (place, anchor) in anchors.enumerated() {
            let colour = Colour(Self.levels[level(place) % Self.levels.count])
            let t = AnchorMetrics.threshold
            let left = max(frame.x, x(anchor.width / t))
            let right = min(frame.x + frame.side, x(anchor.width * t))
            let top = max(frame.y, y(anchor.height * t))
            let bottom = min(frame.y + frame.side, y(anchor.height / t))
            var faint = colour
            faint.opacity = 0.35
            drawing.shapes.append(
                .frame(x: left, y: top, width: right - left, height: bottom - top, colour: faint))
            cross(x(anchor.width), y(anchor.height), colour)
        }
        for anchor in comparison.current ?? [] where !anchors.isEmpty {
            cross(x(anchor.width), y(anchor.height), Colour(0x000000, opacity: 0.55), width: 1.2)
        }
        label("squares: what an anchor reaches; thin crosses: anchors now", frame.x + frame.side, 690, .end, below: 12)
    }

    private func level(_ place: Int) -> Int {
        layout.strides.indices.first { layout.range($0).contains(place) } ?? 0
    }

    private func colour(of box: AnchorSize) -> Colour {
        var best = (ratio: 0.0, place: 0)
        for (place, anchor) in anchors.enumerated() {
            let ratio = box.ratio(to: anchor)
            if ratio > best.ratio { best = (ratio, place) }
        }
        if anchors.isEmpty { return Colour(0x3B6FB6, opacity: 0.4) }
        guard best.ratio > 1 / AnchorMetrics.threshold else { return Self.missed }
        return Colour(Self.levels[level(best.place) % Self.levels.count], opacity: 0.4)
    }

    // MARK: Sizes against strides

    private mutating func drawHistogram() {
        let frame = (x: 70.0, y: 790.0, width: 640.0, height: 190.0)
        heading("square root of the area, px, against the strides", 768)
        let roots = boxes.map { log(max(0.1, $0.area.squareRoot())) }
        let strides = comparison.sizes.strides
        let low = min(roots.min() ?? 0, log(Double(strides.first ?? 8))) - 0.2
        let high = max(roots.max() ?? 1, log(Double(strides.last ?? 32))) + 0.2
        let bins = 64
        var counts = [Int](repeating: 0, count: bins)
        for root in roots { counts[min(bins - 1, Int((root - low) / (high - low) * Double(bins)))] += 1 }
        let tallest = Double(max(1, counts.max() ?? 1))
        let step = frame.width / Double(bins)
        for (bin, count) in counts.enumerated() where count > 0 {
            let tall = Double(count) / tallest * frame.height
            drawing.shapes.append(
                .rectangle(
                    x: frame.x + Double(bin) * step, y: frame.y + frame.height - tall, width: step - 1, height: tall,
                    colour: Colour(0x9DB4D3)))
        }
        func x(_ side: Double) -> Double { frame.x + (log(side) - low) / (high - low) * frame.width }
        line(frame.x, frame.y + frame.height, frame.x + frame.width, frame.y + frame.height, Self.soft)
        for tick in Self.ticks(exp(low), exp(high)) {
            label(Self.short(tick), x(tick), frame.y + frame.height + 16, .middle)
        }
        for (index, stride) in strides.enumerated() {
            let colour = Colour(Self.levels[index % Self.levels.count])
            drawing.shapes.append(
                .line(
                    from: Point(x(Double(stride)), frame.y), to: Point(x(Double(stride)), frame.y + frame.height),
                    width: 2, colour: colour))
            drawing.shapes.append(
                .text(
                    "stride \(stride)", at: Point(x(Double(stride)) + 4, frame.y + 10), size: 12, alignment: .start,
                    colour: colour))
        }
    }

    // MARK: How many anchors?

    private mutating func drawCurve(boxes: AnchorBoxes, seed: UInt64) {
        let frame = (x: 70.0, y: 1_070.0, width: 640.0, height: 200.0)
        heading("how many anchors are enough? fitness (filled) and BPR (open)", 1_048)
        let settings = comparison.settings
        let sizes = BoxSizes(
            boxes.sizes, weights: settings.classWeights.weights(of: boxes.sources.map(\.classID)),
            variation: settings.variation)
        let curve = AnchorCurve.measure(sizes, most: max(15, anchors.count), seed: seed)
        let most = Double(curve.last?.count ?? 15)
        let low = max(0, ((curve.map(\.metrics.fitness).min() ?? 0) * 10).rounded(.down) / 10)
        func x(_ count: Int) -> Double { frame.x + (Double(count) - 0.5) / most * frame.width }
        func y(_ value: Double) -> Double { frame.y + (1 - value) / max(0.1, 1 - low) * frame.height }
        for tenth in stride(from: (low * 10).rounded(), through: 10, by: 1) {
            line(frame.x, y(tenth / 10), frame.x + frame.width, y(tenth / 10), Self.grid)
            label(Self.short(tenth / 10), frame.x - 8, y(tenth / 10) + 4, .end)
        }
        for (index, point) in curve.enumerated() {
            if index > 0 {
                let before = curve[index - 1]
                drawing.shapes.append(
                    .line(
                        from: Point(x(before.count), y(before.metrics.fitness)),
                        to: Point(x(point.count), y(point.metrics.fitness)), width: 2, colour: Colour(0x3B6FB6)))
            }
            let at = Point(x(point.count), y(point.metrics.fitness))
            drawing.shapes.append(
                .circle(centre: at, radius: point.count == anchors.count ? 6 : 3.5, colour: Colour(0x3B6FB6)))
            let recall = Point(x(point.count), y(point.metrics.bestPossibleRecall))
            drawing.shapes.append(.circle(centre: recall, radius: 4, colour: Colour(0xE08A2E)))
            drawing.shapes.append(.circle(centre: recall, radius: 2.2, colour: Colour(0xFFFFFF)))
            label("\(point.count)", x(point.count), frame.y + frame.height + 18, .middle)
        }
        label("anchors", frame.x + frame.width / 2, frame.y + frame.height + 38, .middle)
    }

    // MARK: Marks

    private mutating func heading(_ text: String, _ y: Double) {
        drawing.shapes.append(.text(text, at: Point(40, y), size: 15, alignment: .start, colour: Self.ink))
    }

    private mutating func label(
        _ text: String, _ x: Double, _ y: Double, _ alignment: Drawing.Alignment, below: Double = 0
    ) {
        drawing.shapes.append(
            .text(text, at: Point(x, y + below), size: 12, alignment: alignment, colour: Self.soft))
    }

    private mutating func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ colour: Drawing.Colour) {
        drawing.shapes.append(.line(from: Point(x0, y0), to: Point(x1, y1), width: 1, colour: colour))
    }

    private mutating func cross(_ x: Double, _ y: Double, _ colour: Drawing.Colour, width: Double = 3) {
        for (dx, dy) in [(8.0, 0.0), (0.0, 8.0)] {
            drawing.shapes.append(
                .line(from: Point(x - dx, y - dy), to: Point(x + dx, y + dy), width: width, colour: colour))
        }
    }

    private static func ticks(_ low: Double, _ high: Double) -> [Double] {
        [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].filter { $0 > low && $0 < high }
    }

    private static func short(_ value: Double) -> String { Figure.short(value, decimals: 1) }
}

/// How fitness and recall rise with the number of anchors.
enum AnchorCurve {
    struct Entry {
        let count: Int
        let metrics: AnchorMetrics
    }

    /// From 1 anchor to `most`; a quick search each.
    static func measure(_ boxes: BoxSizes, most: Int, seed: UInt64) -> [Entry] {
        (1...max(1, most)).map { count in
            var options = AnchorFit.Options(count: count, seed: seed)
            options.isQuick = true
            return Entry(count: count, metrics: AnchorMetrics.measure(AnchorFit.fit(boxes, options), on: boxes))
        }
    }
}
