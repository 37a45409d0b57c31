import AuditPlan
import Foundation
import TextForms

/// Charts as inline SVG, coloured by the page's own style.
enum Charts {
    private static func figure(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// How many values fall where. A value far out is seen as a bar of its own at the right.
    static func histogram(_ values: [Double], label: String, unit: String = "images", bins: Int = 36) -> Markup {
        let finite = values.filter(\.isFinite).sorted()
        guard let low = finite.first, let high = finite.last, high > low else { return "" }
        var counts = [Int](repeating: 0, count: bins)
        for value in finite { counts[min(bins - 1, Int((value - low) / (high - low) * Double(bins)))] += 1 }
        let tallest = Double(counts.max() ?? 1)
        let width = 520.0
        let step = width / Double(bins)
        let bars = counts.enumerated().map { index, count in
            let height = Double(count) / tallest * 120
            return
                "<rect class=\"bar\" x=\"\(figure(Double(index) * step))\" y=\"\(figure(130 - height))\" width=\"\(figure(step - 1.5))\" "
                + "height=\"\(figure(height))\"><title>\(count) \(unit)</title></rect>"
        }
        let median = finite[finite.count / 2]
        let at = (median - low) / (high - low) * width
        return Markup(
            verbatim: """
                <figure><svg viewBox="0 0 520 160" role="img" aria-label="Histogram of \(XMLText.escaped(label, quotes: .both))">
                \(bars.joined())<line class="axis" x1="0" y1="130.5" x2="520" y2="130.5"/>
                <line class="mark" x1="\(figure(at))" y1="6" x2="\(figure(at))" y2="130"/>
                <text x="\(figure(min(at + 5, 430)))" y="16">median \(ReportFigure.number(median))</text>
                <text x="0" y="148">\(ReportFigure.number(low))</text><text x="520" y="148" text-anchor="end">\(ReportFigure.number(high))</text>
                </svg><figcaption>\(XMLText.escaped(label, quotes: .both)), \(finite.count) \(unit)</figcaption></figure>
                """)
    }

    /// Where the centres of labels lie in their images.
    static func heat(_ cells: [Int], side: Int) -> Markup {
        guard let most = cells.max(), most > 0 else { return "" }
        let rects = cells.enumerated().filter { $1 > 0 }.map { index, count in
            "<rect class=\"bar\" x=\"\(index % side * 10)\" y=\"\(index / side * 10)\" width=\"10\" height=\"10\" "
                + "fill-opacity=\"\(figure2(Double(count) / Double(most)))\"><title>\(count) labels</title></rect>"
        }
        return Markup(
            verbatim: """
                <figure><svg viewBox="0 0 \(side * 10) \(side * 10)" role="img" aria-label="Heat map of label centres" class="heat">
                <rect class="axis" fill="none" width="\(side * 10)" height="\(side * 10)"/>\(rects.joined())</svg>
                <figcaption>centres of labels in their images; the darkest cell holds \(most)</figcaption></figure>
                """)
    }

    private static func figure2(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    /// A line a fold over the steps of a training.
    static func curves(_ steps: [TrainingStepRow], label: String, value: (TrainingStepRow) -> Double) -> Markup {
        let folds = Dictionary(grouping: steps, by: \.fold).sorted { $0.key < $1.key }
        let values = steps.map(value).filter(\.isFinite)
        guard let last = steps.map(\.step).max(), last > 1, let high = values.max(), high > 0 else { return "" }
        let lines = folds.map { fold, rows -> String in
            // No more points than the eye can use, each the mean of its neighbours.
            let stride = max(1, rows.count / 260)
            let points = Swift.stride(from: 0, to: rows.count, by: stride).map { first -> String in
                let part = rows[first..<min(first + stride, rows.count)]
                let mean = part.reduce(0) { $0 + value($1) } / Double(part.count)
                return
                    "\(figure(Double(rows[first].step - 1) / Double(last - 1) * 520)),\(figure(130 - mean / high * 120))"
            }
            return "<polyline fill=\"none\" stroke=\"\(ClassColours.colour(fold - 1))\" stroke-width=\"1.5\" "
                + "points=\"\(points.joined(separator: " "))\"><title>fold \(fold)</title></polyline>"
        }
        return Markup(
            verbatim: """
                <figure><svg viewBox="0 0 520 160" role="img" aria-label="Curve of \(XMLText.escaped(label, quotes: .both))">
                \(lines.joined())<line class="axis" x1="0" y1="130.5" x2="520" y2="130.5"/>
                <text x="0" y="12">\(ReportFigure.number(high))</text><text x="520" y="148" text-anchor="end">\(last) steps</text>
                </svg><figcaption>\(XMLText.escaped(label, quotes: .both)), a line a fold</figcaption></figure>
                """)
    }

    /// Width against height on logarithmic axes, with anchors.
    static func sizes(_ anchors: ReportContent.Anchors) -> Markup {
        let boxes = anchors.boxes
        let sides =
            boxes.flatMap { [$0.width, $0.height] } + (anchors.new + anchors.current).flatMap { [$0.width, $0.height] }
        guard let low = sides.min(), let high = sides.max(), low > 0 else { return "" }
        let from = log(low * 0.9)
        let to = log(high * 1.1)
        func place(_ side: Double) -> Double { (log(side) - from) / (to - from) * 440 }
        func x(_ side: Double) -> String { figure(50 + place(side)) }
        func y(_ side: Double) -> String { figure(450 - place(side)) }
        // Every box is counted, but no more dots are drawn than the eye can use.
        let step = max(1, boxes.count / 4_000)
        let dots = stride(from: 0, to: boxes.count, by: step).map {
            "<circle class=\"dot\" cx=\"\(x(boxes[$0].width))\" cy=\"\(y(boxes[$0].height))\" r=\"1.6\"/>"
        }
        let ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].map(Double.init).filter {
            log($0) > from && log($0) < to
        }
        let axes = ticks.map { tick in
            "<line class=\"grid\" x1=\"\(x(tick))\" y1=\"10\" x2=\"\(x(tick))\" y2=\"450\"/>"
                + "<line class=\"grid\" x1=\"50\" y1=\"\(y(tick))\" x2=\"490\" y2=\"\(y(tick))\"/>"
                + "<text x=\"\(x(tick))\" y=\"466\" text-anchor=\"middle\">\(Int(tick))</text>"
                + "<text x=\"44\" y=\"\(y(tick))\" text-anchor=\"end\" dominant-baseline=\"middle\">\(Int(tick))</text>"
        }
        func crosses(_ set: [(width: Double, height: Double)], _ kind: String) -> String {
            set.map { anchor in
                "<path class=\"\(kind)\" d=\"M\(x(anchor.width)) \(y(anchor.height)) m-6 0 h12 m-6 -6 v12\"><title>"
                    + "\(ReportFigure.number(anchor.width)) × \(ReportFigure.number(anchor.height)) px</title></path>"
            }.joined()
        }
        return Markup(
            verbatim: """
                <figure><svg viewBox="0 0 500 490" role="img" aria-label="Width against height of all boxes, with anchors">
                \(axes.joined())\(dots.joined())\(crosses(anchors.current, "old"))\(crosses(anchors.new, "new"))
                <text x="270" y="484" text-anchor="middle">width, px</text>
                <text x="14" y="230" text-anchor="middle" transform="rotate(-90 14 230)">height, px</text>
                </svg><figcaption>\(boxes.count) boxes; <span class="key-new">＋</span> new anchors\
                \(anchors.current.isEmpty ? "" : ", <span class=\"key-old\">＋</span> current anchors")</figcaption></figure>
                """)
    }

    /// Labels a class, as bars.
    static func classes(_ counts: [(name: String, count: Int)]) -> Markup {
        let most = Double(counts.map(\.count).max() ?? 1)
        let rows = counts.map { entry in
            "<tr><th scope=\"row\">\(XMLText.escaped(entry.name, quotes: .both))</th><td class=\"num\">\(entry.count)</td><td class=\"wide\">"
                + "<svg class=\"meter\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                + "<rect class=\"bar\" width=\"\(figure(Double(entry.count) / max(1, most) * 100))\" height=\"6\"/></svg></td></tr>"
        }
        return Markup(
            verbatim:
                "<table class=\"classes\"><thead><tr><th>class</th><th class=\"num\">rows</th><th></th></tr></thead><tbody>"
                + rows.joined() + "</tbody></table>")
    }
}
