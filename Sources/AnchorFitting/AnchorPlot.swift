import Charting
import FileReading
import Foundation
import Geometry
import TextForms

/// Three pictures on one sheet: sizes with anchors and what each reaches, sizes against strides, and how fitness and
/// recall rise with the number of anchors.
public struct AnchorPlot {
    private static let blue = Paint.colour(0x3B6FB6)
    private static let missed = Paint.colour(0xC0392B, opacity: 0.8)
    /// A level each; told apart with colour-blind eyes too.
    private static let levels = [0x3B6FB6, 0xE08A2E, 0x3F9A6B, 0x8D5FA8, 0x7A6A58]

    private var drawing = Drawing(
        width: 760, height: 1_330, title: "Box sizes, anchors and strides",
        look: .ownColours)
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
    public func write(to path: String) throws { try DrawingFile.write(drawing, to: path) }

    /// As PNG, two pixels a unit.
    package func png(_ path: String) throws -> [UInt8] { try DrawingFile.png(drawing, path) }

    // MARK: Width against height

    private mutating func drawSizes() {
        let sides = boxes.flatMap { [$0.width, $0.height] } + anchors.flatMap { [$0.width, $0.height] }
        let low = log(max(0.1, (sides.min() ?? 1) * 0.8))
        let high = max(low + 1, log((sides.max() ?? 640) * 1.25))
        let frame = Edges(left: 70, top: 50, right: 670, bottom: 650)
        heading("box width against height, px (colour: level of the best anchor)", 30)
        let (across, up) = drawing.grid(low, high, in: frame)
        func x(_ side: Double) -> Double { across.place(side) }
        func y(_ side: Double) -> Double { up.place(side) }
        drawing.label("width", frame.left + frame.width / 2, frame.bottom + 34, .middle)
        drawing.label("height", frame.left - 40, frame.top - 6)
        // Every box counts in the figures; more dots than this only hide each other.
        for index in stride(from: 0, to: boxes.count, by: max(1, boxes.count / 5_000)) {
            let box = boxes[index]
            drawing.add(.circle(centre: (x(box.width), y(box.height)), radius: 1.8), paint(of: box))
        }
        for (place, anchor) in anchors.enumerated() {
            let t = AnchorMetrics.threshold
            let left = max(frame.left, x(anchor.width / t))
            let right = min(frame.right, x(anchor.width * t))
            let top = max(frame.top, y(anchor.height * t))
            let bottom = min(frame.bottom, y(anchor.height / t))
            drawing.add(
                .outline(Edges(left: left, top: top, right: right, bottom: bottom)),
                Self.paint(ofLevel: level(place), opacity: 0.35))
            cross(x(anchor.width), y(anchor.height), Self.paint(ofLevel: level(place)))
        }
        for anchor in comparison.current ?? [] where !anchors.isEmpty {
            cross(x(anchor.width), y(anchor.height), .colour(0x000000, opacity: 0.55), width: 1.2)
        }
        drawing.label("squares: what an anchor reaches; thin crosses: anchors now", frame.right, 702, .end)
    }

    private static func paint(ofLevel level: Int, opacity: Double = 1) -> Paint {
        .colour(levels[level % levels.count], opacity: opacity)
    }

    private func level(_ place: Int) -> Int {
        layout.strides.indices.first { layout.range($0).contains(place) } ?? 0
    }

    private func paint(of box: AnchorSize) -> Paint {
        var best = (ratio: 0.0, place: 0)
        for (place, anchor) in anchors.enumerated() {
            let ratio = box.ratio(to: anchor)
            if ratio > best.ratio { best = (ratio, place) }
        }
        if anchors.isEmpty { return .colour(0x3B6FB6, opacity: 0.4) }
        guard best.ratio > 1 / AnchorMetrics.threshold else { return Self.missed }
        return Self.paint(ofLevel: level(best.place), opacity: 0.4)
    }

    // MARK: Sizes against strides

    private mutating func drawHistogram() {
        let frame = Edges(left: 70, top: 790, right: 710, bottom: 980)
        heading("square root of the area, px, against the strides", 768)
        let roots = boxes.map { max(0.1, $0.area.squareRoot()) }
        let strides = comparison.sizes.strides
        let low = min(log(roots.min() ?? 1), log(Double(strides.first ?? 8))) - 0.2
        let high = max(log(roots.max() ?? M_E), log(Double(strides.last ?? 32))) + 0.2
        let axis = Axis(low, high, from: frame.left, length: frame.width, scale: .logarithmic)
        drawing.bars(axis.bins(roots, 64), in: frame, gap: 1, .colour(0x9DB4D3))
        drawing.line((frame.left, frame.bottom), (frame.right, frame.bottom), .colour(0x666666))
        drawing.ticks(axis, bottom: frame.bottom)
        for (index, stride) in strides.enumerated() {
            let x = axis.place(Double(stride))
            let paint = Self.paint(ofLevel: index)
            drawing.add(.line(from: (x, frame.top), to: (x, frame.bottom), width: 2), paint)
            drawing.add(.text("stride \(stride)", at: (x + 4, frame.top + 10), size: 12), paint)
        }
    }

    // MARK: How many anchors?

    private mutating func drawCurve(boxes: AnchorBoxes, seed: UInt64) {
        let frame = Edges(left: 70, top: 1_070, right: 710, bottom: 1_270)
        heading("how many anchors are enough? fitness (filled) and BPR (open)", 1_048)
        let settings = comparison.settings
        let sizes = BoxSizes(
            boxes.sizes, weights: settings.classWeights.weights(of: boxes.sources.map(\.classID)),
            variation: settings.variation)
        let curve = AnchorCurve.measure(sizes, most: max(15, anchors.count), seed: seed)
        let most = Double(curve.last?.count ?? 15)
        let low = max(0, ((curve.map(\.metrics.fitness).min() ?? 0) * 10).rounded(.down) / 10)
        let across = Axis(0.5, most + 0.5, from: frame.left, length: frame.width)
        let down = Axis(1, 1 - max(0.1, 1 - low), from: frame.top, length: frame.height)
        func point(_ count: Int, _ value: Double) -> Point { (across.place(Double(count)), down.place(value)) }
        for tenth in stride(from: (low * 10).rounded(), through: 10, by: 1) {
            let y = down.place(tenth / 10)
            drawing.line((frame.left, y), (frame.right, y), .colour(0xE2E2E2))
            drawing.label(Figure.short(tenth / 10, decimals: 1), frame.left - 8, y + 4, .end)
        }
        var before: Point?
        for entry in curve {
            let fitness = point(entry.count, entry.metrics.fitness)
            let recall = point(entry.count, entry.metrics.bestPossibleRecall)
            if let before { drawing.add(.line(from: before, to: fitness, width: 2), Self.blue) }
            drawing.add(.circle(centre: fitness, radius: entry.count == anchors.count ? 6 : 3.5), Self.blue)
            drawing.add(.circle(centre: recall, radius: 4), .colour(0xE08A2E))
            drawing.add(.circle(centre: recall, radius: 2.2), .colour(0xFFFFFF))
            drawing.label("\(entry.count)", across.place(Double(entry.count)), frame.bottom + 18, .middle)
            before = fitness
        }
        drawing.label("anchors", frame.left + frame.width / 2, frame.bottom + 38, .middle)
    }

    // MARK: Marks

    private mutating func heading(_ text: String, _ y: Double) {
        drawing.add(.text(text, at: (40, y), size: 15), .colour(0x222222))
    }

    private mutating func cross(_ x: Double, _ y: Double, _ paint: Paint, width: Double = 3) {
        for (dx, dy) in [(8.0, 0.0), (0.0, 8.0)] {
            drawing.add(.line(from: (x - dx, y - dy), to: (x + dx, y + dy), width: width), paint)
        }
    }
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
