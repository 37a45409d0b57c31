import AuditPlan
import Charting
import CheckedNumbers
import Foundation
import Geometry
import TextForms

/// What charts of the report look like; each is a drawing for the page or for a file of its own.
enum Charts {
    /// In units of a drawing.
    private static let size = (width: 560, height: 230)
    private static let area = Edges(left: 58, top: 14, right: 548, bottom: 186)

    /// A drawing under its caption.
    static func figure(_ drawing: Drawing, style: String? = nil, _ caption: Markup) -> Markup {
        .element("figure", drawing.inline(style: style), .element("figcaption", caption))
    }

    /// How many values fall where; the median is marked, and values far out are counted into the last bar.
    static func histogram(
        _ values: [Double], title: String, axis name: String, unit: String, look: Drawing.Look, bins: Int = 40
    ) -> Drawing? {
        let finite = values.filter(\.isFinite).sorted()
        guard let low = finite.first, let most = finite.last, most > low else { return nil }
        // One value far out must not press all others into the first bar.
        let usual = finite[min(finite.count - 1, finite.count * 99 / 100)]
        let isCut = most > low + 2 * (usual - low) && usual > low
        let high = isCut ? usual + 0.2 * (usual - low) : most
        var chart = Drawing(width: size.width, height: size.height, title: title, look: look)
        let counts = Axis(low, high, from: 0, length: 1).bins(finite, bins)
        let tallest = Double(counts.max() ?? 1)
        let (across, _) = chart.axes((low, high, name), (0, tallest * 1.05, unit), in: area)
        let lower = Edges(
            left: area.left, top: area.bottom - area.height / 1.05, right: area.right, bottom: area.bottom)
        let step = (high - low) / Double(bins)
        chart.bars(counts, in: lower, gap: 1.5, chart.paint("bar")) { bin, count in
            let (from, to) = (low + Double(bin) * step, low + Double(bin + 1) * step)
            let end = isCut && bin == bins - 1 ? "and more (up to \(Ticks.text(most)))" : "to \(Ticks.text(to))"
            return "\(Ticks.text(from)) \(end): \(count) \(unit)"
        }
        let median = finite[finite.count / 2]
        let at = across.place(median)
        chart.line((at, area.top), (at, area.bottom), chart.paint("mark"))
        let isRight = at > (area.left + area.right) / 2
        chart.label("median \(Ticks.text(median))", isRight ? at - 5 : at + 5, area.top + 10, isRight ? .end : .start)
        return chart
    }

    /// Where the centres of labels lie in their images.
    static func heat(_ cells: [Int], side: Int, look: Drawing.Look) -> Drawing? {
        guard let most = cells.max(), most > 0 else { return nil }
        var chart = Drawing(width: side * 10, height: side * 10, title: "Where the centres of labels lie", look: look)
        chart.add(
            .outline(Edges(left: 0, top: 0, right: Double(side * 10), bottom: Double(side * 10))), chart.paint("axis"))
        for (index, count) in cells.enumerated() where count > 0 {
            let (x, y) = (Double(index % side * 10), Double(index / side * 10))
            let cell = Edges(left: x, top: y, right: x + 10, bottom: y + 10)
            let share = Double(count) / Double(most)
            chart.add(.rectangle(cell), chart.paint("bar", opacity: share), title: Counted.text(count, "label"))
        }
        return chart
    }

    /// Points of a line, `x` ascending.
    struct Line {
        var name: String
        var colour: Int
        var width = 1.5
        var opacity = 1.0
        var points: [Point]
    }

    /// Lines over the steps of a training, in one wide chart.
    static func lines(
        _ lines: [Line], title: String, axis: String, unit: String, look: Drawing.Look, legend: [Line]
    ) -> Drawing? {
        let points = lines.flatMap(\.points).filter { $0.y.isFinite }
        guard let last = points.map(\.x).max(), last > 1, let most = points.map(\.y).max(), most > 0 else { return nil }
        // The first steps of a warm-up may be far above all others.
        let sorted = points.map(\.y).sorted()
        let high = min(most, 8 * sorted[sorted.count / 2]) * 1.05
        var chart = Drawing(width: 1_120, height: 300, title: title, look: look)
        let area = Edges(left: 58, top: 34, right: 1_108, bottom: 256)
        let (across, up) = chart.axes((0, last, axis), (0, high, unit), in: area)
        for line in lines {
            let places = line.points.map { (across.place($0.x), up.place(min($0.y, high))) }
            chart.add(.path([places], width: line.width), .colour(line.colour, opacity: line.opacity), title: line.name)
            guard line.points.count <= 40 else { continue }
            for (point, place) in zip(line.points, places) {
                let title = "\(line.name), \(axis) \(Ticks.text(point.x)): \(Ticks.text(point.y))"
                chart.add(.circle(centre: place, radius: 3.5), .colour(line.colour), title: title)
            }
        }
        chart.legend(legend.map { ($0.name, .colour($0.colour)) }, at: (area.left, 18))
        return chart
    }

    /// Width against height on logarithmic axes, with anchors.
    static func sizes(_ anchors: ReportContent.Anchors, look: Drawing.Look) -> Drawing? {
        let boxes = anchors.boxes
        let sides =
            boxes.flatMap { [$0.width, $0.height] } + (anchors.new + anchors.current).flatMap { [$0.width, $0.height] }
        guard let low = sides.min(), let high = sides.max(), low > 0 else { return nil }
        var chart = Drawing(
            width: 560, height: 500, title: "Width against height of all boxes, with anchors", look: look)
        let frame = Edges(left: 58, top: 10, right: 548, bottom: 452)
        let (across, up) = chart.grid(log(low * 0.9), log(high * 1.1), in: frame)
        // Every box is counted, but no more dots are drawn than the eye can use.
        for index in stride(from: 0, to: boxes.count, by: max(1, boxes.count / 4_000)) {
            let centre = (across.place(boxes[index].width), up.place(boxes[index].height))
            chart.add(.circle(centre: centre, radius: 1.8), chart.paint("dot", opacity: look == .page ? 1 : 0.45))
        }
        for (set, style, name) in [(anchors.current, "old", "current anchor"), (anchors.new, "new", "new anchor")] {
            for anchor in set {
                let (x, y) = (across.place(anchor.width), up.place(anchor.height))
                chart.add(
                    .path([[(x - 7, y), (x + 7, y)], [(x, y - 7), (x, y + 7)]], width: look == .page ? nil : 3),
                    chart.paint(style),
                    title: "\(name) \(ReportFigure.number(anchor.width)) × \(ReportFigure.number(anchor.height)) px")
            }
        }
        chart.names("width, px", "height, px", of: frame)
        return chart
    }

    /// How often each name occurs, the bars along lines of text.
    static func counts(
        _ counts: [(name: String, count: Int)], title: String, unit: String, look: Drawing.Look
    ) -> Drawing? {
        guard !counts.isEmpty else { return nil }
        let most = Double(max(1, counts.map(\.count).max() ?? 1))
        let pitch = 24.0
        var chart = Drawing(
            width: 560, height: Int(clamping: pitch * Double(counts.count)) + 12, title: title, look: look)
        for (row, entry) in counts.enumerated() {
            let top = Double(row) * pitch + 4
            chart.label(Self.short(entry.name), 150, top + 14, .end)
            let bar = Edges(
                left: 158, top: top + 2, right: 158 + max(1, Double(entry.count) / most * 320), bottom: top + 18)
            chart.add(.rectangle(bar), chart.paint("bar"), title: "\(entry.name): \(entry.count) \(unit)")
            chart.label(Ticks.text(Double(entry.count)), bar.right + 6, top + 14)
        }
        return chart
    }

    /// What fits beside a bar.
    private static func short(_ name: String) -> String { name.count <= 22 ? name : name.prefix(21) + "…" }
}
