import AuditPlan
import Charting
import CheckedNumbers
import Foundation
import Geometry
import TextForms

/// Charts as inline SVG, coloured by the page's own style.
enum Charts {
    /// Where values are drawn that stand on a line; their ends are labelled below it.
    private static let area = Edges(left: 0, top: 10, right: 520, bottom: 130)

    private static func drawing(_ title: String, width: Int = 520, height: Int = 160) -> Drawing {
        Drawing(width: width, height: height, title: title, look: .page)
    }

    private static func figure(_ drawing: Drawing, style: String? = nil, _ caption: Markup) -> Markup {
        .element("figure", drawing.inline(style: style), .element("figcaption", caption))
    }

    /// How many values fall where. A value far out is seen as a bar of its own at the right.
    static func histogram(_ values: [Double], label: String, unit: String = "images", bins: Int = 36) -> Markup {
        let finite = values.filter(\.isFinite).sorted()
        guard let low = finite.first, let high = finite.last, high > low else { return "" }
        let axis = Axis(low, high, from: area.left, length: area.width)
        var chart = drawing("Histogram of \(label)")
        chart.bars(axis.bins(finite, bins), in: area, gap: 1.5, .style("bar")) { "\($0) \(unit)" }
        chart.line((area.left, area.bottom + 0.5), (area.right, area.bottom + 0.5), .style("axis"))
        let median = finite[finite.count / 2]
        let at = axis.place(median)
        chart.line((at, 6), (at, area.bottom), .style("mark"))
        chart.label("median \(ReportFigure.number(median))", min(at + 5, 430), 16)
        chart.label(ReportFigure.number(low), area.left, 148)
        chart.label(ReportFigure.number(high), area.right, 148, .end)
        return figure(chart, "\(label), \(finite.count) \(unit)")
    }

    /// Where the centres of labels lie in their images.
    static func heat(_ cells: [Int], side: Int) -> Markup {
        guard let most = cells.max(), most > 0 else { return "" }
        var chart = drawing("Heat map of label centres", width: side * 10, height: side * 10)
        chart.add(.outline(Edges(left: 0, top: 0, right: Double(side * 10), bottom: Double(side * 10))), .style("axis"))
        for (index, count) in cells.enumerated() where count > 0 {
            let (x, y) = (Double(index % side * 10), Double(index / side * 10))
            let cell = Edges(left: x, top: y, right: x + 10, bottom: y + 10)
            let share = Double(count) / Double(most)
            chart.add(.rectangle(cell), .style("bar", opacity: share), title: "\(count) labels")
        }
        return figure(chart, style: "heat", "centres of labels in their images; the darkest cell holds \(most)")
    }

    /// A line a fold over the steps of a training.
    static func curves(_ steps: [TrainingStepRow], label: String, value: (TrainingStepRow) -> Double) -> Markup {
        let folds = Dictionary(grouping: steps, by: \.fold).sorted { $0.key < $1.key }
        let values = steps.map(value).filter(\.isFinite)
        guard let last = steps.map(\.step).max(), last > 1, let high = values.max(), high > 0 else { return "" }
        let across = Axis(1, Double(last), from: area.left, length: area.width)
        let up = Axis(0, high, from: area.bottom, length: -area.height)
        var chart = drawing("Curve of \(label)")
        for (fold, rows) in folds {
            // No more points than the eye can use, each the mean of its neighbours.
            let stride = max(1, rows.count / 260)
            let points = Swift.stride(from: 0, to: rows.count, by: stride).map { first -> Point in
                let part = rows[first..<min(first + stride, rows.count)]
                let mean = part.reduce(0) { $0 + value($1) } / Double(part.count)
                return (across.place(Double(rows[first].step)), up.place(mean))
            }
            let colour = Int(ClassColours.colour(fold - 1).dropFirst(), radix: 16) ?? 0
            chart.add(.path([points], width: 1.5), .colour(colour), title: "fold \(fold)")
        }
        chart.line((area.left, area.bottom + 0.5), (area.right, area.bottom + 0.5), .style("axis"))
        chart.label(ReportFigure.number(high), area.left, 12)
        chart.label("\(last) steps", area.right, 148, .end)
        return figure(chart, "\(label), a line a fold")
    }

    /// Width against height on logarithmic axes, with anchors.
    static func sizes(_ anchors: ReportContent.Anchors) -> Markup {
        let boxes = anchors.boxes
        let sides =
            boxes.flatMap { [$0.width, $0.height] } + (anchors.new + anchors.current).flatMap { [$0.width, $0.height] }
        guard let low = sides.min(), let high = sides.max(), low > 0 else { return "" }
        var chart = drawing("Width against height of all boxes, with anchors", width: 500, height: 490)
        let frame = Edges(left: 50, top: 10, right: 490, bottom: 450)
        let (across, up) = chart.grid(log(low * 0.9), log(high * 1.1), in: frame)
        // Every box is counted, but no more dots are drawn than the eye can use.
        for index in stride(from: 0, to: boxes.count, by: max(1, boxes.count / 4_000)) {
            let centre = (across.place(boxes[index].width), up.place(boxes[index].height))
            chart.add(.circle(centre: centre, radius: 1.6), .style("dot"))
        }
        for (set, style) in [(anchors.current, "old"), (anchors.new, "new")] {
            for anchor in set {
                let (x, y) = (across.place(anchor.width), up.place(anchor.height))
                chart.add(
                    .path([[(x - 6, y), (x + 6, y)], [(x, y - 6), (x, y + 6)]]), .style(style),
                    title: "\(ReportFigure.number(anchor.width)) × \(ReportFigure.number(anchor.height)) px")
            }
        }
        chart.label("width, px", 270, 484, .middle)
        chart.add(.text("height, px", at: (14, 230), alignment: .middle, isTurned: true), nil)
        let current: Markup =
            anchors.current.isEmpty ? "" : ", <span class=\"key-old\">＋</span> current anchors"
        return figure(chart, "\(boxes.count) boxes; <span class=\"key-new\">＋</span> new anchors\(current)")
    }

    /// Labels a class, as bars.
    static func classes(_ counts: [(name: String, count: Int)]) -> Markup {
        let most = Double(max(1, counts.map(\.count).max() ?? 1))
        let rows = counts.map { entry -> [HTMLTable.Cell] in
            let bar = Markup.empty(
                "rect", ["width": Double(entry.count) / most * 100, "height": 6, "fill": Paint.style("bar")])
            let meter = Markup.element(
                "svg",
                ["class": "meter", "viewBox": "0 0 100 6", "preserveAspectRatio": "none", "aria-hidden": "true"], bar)
            return [.head(Markup(text: entry.name)), .number("\(entry.count)"), .styled("wide", meter)]
        }
        return HTMLTable(style: "classes", columns: ["class", .number("rows"), ""], rows: rows).html
    }
}
