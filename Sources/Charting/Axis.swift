import CheckedNumbers
import Foundation
import Geometry
import TextForms

/// Where values lie along a side of a chart.
package struct Axis {
    /// What of a value the places are proportional to.
    package enum Scale { case linear, logarithmic }

    private let low: Double
    private let high: Double
    private let scale: Scale
    private let start: Double
    private let length: Double

    /// - Parameters:
    ///   - low: the value at `start`, or its logarithm on a logarithmic scale; `high` is the one at the other end.
    ///   - length: below zero where values grow to the left or upwards.
    package init(_ low: Double, _ high: Double, from start: Double, length: Double, scale: Scale = .linear) {
        self.low = low
        self.high = high
        self.scale = scale
        self.start = start
        self.length = length
    }

    private func share(_ value: Double) -> Double {
        ((scale == .linear ? value : log(value)) - low) / (high - low)
    }

    /// Where a value lies, in units of the drawing.
    package func place(_ value: Double) -> Double { start + share(value) * length }

    /// How many values fall into each of equal parts of the axis; those beyond an end count to the part there.
    package func bins(_ values: [Double], _ count: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: count)
        for part in values.map({ share($0) * Double(count) }) where part.isFinite {
            counts[Int(clamping: max(0, min(Double(count - 1), part)))] += 1
        }
        return counts
    }

    /// Values between the ends of a logarithmic axis that are worth a label: 1, 2, 5 and their tens.
    fileprivate var ticks: [(text: String, place: Double)] {
        [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000]
            .filter { $0 > exp(low) && $0 < exp(high) }
            .map { (Figure.short($0, decimals: 1), place($0)) }
    }
}

extension Drawing {
    /// Labels below a logarithmic axis along the bottom.
    package mutating func ticks(_ axis: Axis, bottom: Double) {
        for tick in axis.ticks { label(tick.text, tick.place, bottom + 16, .middle) }
    }

    /// A chart of two logarithmic axes with the same bounds: lines across it, labels below and at the left.
    package mutating func grid(_ low: Double, _ high: Double, in area: Edges) -> (across: Axis, up: Axis) {
        let across = Axis(low, high, from: area.left, length: area.width, scale: .logarithmic)
        let up = Axis(low, high, from: area.bottom, length: -area.height, scale: .logarithmic)
        let paint = paint("grid")
        for (column, row) in zip(across.ticks, up.ticks) {
            line((column.place, area.top), (column.place, area.bottom), paint)
            line((area.left, row.place), (area.right, row.place), paint)
            label(column.text, column.place, area.bottom + 16, .middle)
            label(row.text, area.left - 8, row.place + 4, .end)
        }
        return (across, up)
    }

    /// A histogram: the fullest bin is as high as the area, empty ones are left out.
    ///
    /// - Parameters:
    ///   - gap: between bars.
    ///   - title: what a bar is called under the pointer, by its place and its count.
    package mutating func bars(
        _ counts: [Int], in area: Edges, gap: Double, _ paint: Paint, title: (Int, Int) -> String? = { _, _ in nil }
    ) {
        let tallest = Double(max(1, counts.max() ?? 1))
        let step = area.width / Double(counts.count)
        for (bin, count) in counts.enumerated() where count > 0 {
            let tall = Double(count) / tallest * area.height
            let left = area.left + Double(bin) * step
            let bar = Edges(left: left, top: area.bottom - tall, right: left + step - gap, bottom: area.bottom)
            add(.rectangle(bar), paint, title: title(bin, count))
        }
    }
}
