import CheckedNumbers
import Foundation
import Geometry
import TextForms

/// Values along a linear axis that are worth a label.
package enum Ticks {
    /// Multiples of 1, 2 or 5 and a power of ten between two bounds, not many more than `count`.
    package static func between(_ low: Double, _ high: Double, count: Int = 5) -> [Double] {
        guard low.isFinite, high.isFinite, high > low else { return [] }
        let rough = (high - low) / Double(max(1, count))
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        let first = (low / step - 1e-9).rounded(.up)
        let last = (high / step + 1e-9).rounded(.down)
        guard step > 0, last >= first, last - first < 100 else { return [] }
        // Whole multiples, so that no tick is 0.30000000000000004.
        return Swift.stride(from: first, through: last, by: 1).map { ($0 * step * 1e9 / power).rounded() / 1e9 * power }
    }

    /// A value as a label, in thousands and millions where it is long.
    package static func text(_ value: Double) -> String {
        let size = abs(value)
        if size >= 1e6 { return Figure.short(value / 1e6, decimals: 2) + "M" }
        if size >= 10_000 { return Figure.short(value / 1e3, decimals: 1) + "k" }
        return Figure.short(value, decimals: size < 0.01 ? 5 : size < 1 ? 3 : 2)
    }
}

extension Drawing {
    /// Two linear axes around an area: lines across it, numbers below and at the left, names of both.
    ///
    /// - Parameters:
    ///   - across: bounds and name of the axis along the bottom.
    ///   - up: bounds and name of the axis at the left.
    package mutating func axes(
        _ across: (low: Double, high: Double, name: String), _ up: (low: Double, high: Double, name: String),
        in area: Edges
    ) -> (across: Axis, up: Axis) {
        let horizontal = Axis(across.low, across.high, from: area.left, length: area.width)
        let vertical = Axis(up.low, up.high, from: area.bottom, length: -area.height)
        for value in Ticks.between(up.low, up.high) {
            let y = vertical.place(value)
            line((area.left, y), (area.right, y), paint("grid"))
            label(Ticks.text(value), area.left - 6, y + 4, .end)
        }
        for value in Ticks.between(across.low, across.high, count: 6) {
            let x = horizontal.place(value)
            line((x, area.bottom), (x, area.bottom + 4), paint("axis"))
            label(Ticks.text(value), x, area.bottom + 16, .middle)
        }
        line((area.left, area.bottom), (area.right, area.bottom), paint("axis"))
        names(across.name, up.name, of: area)
        return (horizontal, vertical)
    }

    /// The names of both axes.
    package mutating func names(_ across: String, _ up: String, of area: Edges) {
        label(across, (area.left + area.right) / 2, area.bottom + 32, .middle)
        add(
            .text(
                up, at: (12, (area.top + area.bottom) / 2), size: look == .page ? nil : 12, alignment: .middle,
                isTurned: true),
            look == .page ? nil : .colour(0x666666))
    }

    /// A paint by its name in the page's style sheet; where the drawing stands alone, a colour.
    package func paint(_ name: String, opacity: Double = 1) -> Paint {
        let colours = [
            "grid": 0xE2E2E2, "axis": 0x888888, "bar": 0x7AA7CF, "mark": 0x1769AA, "dot": 0x1769AA, "new": 0xB35900,
            "old": 0xB3261E,
        ]
        return look == .page ? .style(name, opacity: opacity) : .colour(colours[name] ?? 0, opacity: opacity)
    }

    /// Lines with what they stand for, one beside the other.
    package mutating func legend(_ entries: [(name: String, paint: Paint)], at start: Point) {
        var x = start.x
        for entry in entries {
            add(.line(from: (x, start.y - 4), to: (x + 18, start.y - 4), width: 2.5), entry.paint)
            label(entry.name, x + 23, start.y)
            // At the size of labels; the letters of a page are narrower.
            x += 23 + StrokeFont.width(of: entry.name) * 12 / StrokeFont.height + 18
        }
    }
}
