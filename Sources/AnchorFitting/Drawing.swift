import Foundation
import TextForms

/// Shapes in the order in which they are painted, on white; written as SVG or painted into pixels.
struct Drawing {
    enum Shape {
        case line(from: Point, to: Point, width: Double, colour: Colour)
        case rectangle(x: Double, y: Double, width: Double, height: Double, colour: Colour)
        case frame(x: Double, y: Double, width: Double, height: Double, colour: Colour)
        case circle(centre: Point, radius: Double, colour: Colour)
        /// `at` lies on the base line.
        case text(String, at: Point, size: Double, alignment: Alignment, colour: Colour)
    }

    struct Point {
        var x: Double
        var y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    struct Colour: Hashable {
        var red: UInt8
        var green: UInt8
        var blue: UInt8
        /// 1 covers what is below.
        var opacity = 1.0

        init(_ hex: Int, opacity: Double = 1) {
            red = UInt8(truncatingIfNeeded: hex >> 16)
            green = UInt8(truncatingIfNeeded: hex >> 8)
            blue = UInt8(truncatingIfNeeded: hex)
            self.opacity = opacity
        }

        fileprivate func attribute(_ name: String) -> String {
            let shade = opacity < 1 ? " \(name)-opacity=\"\(opacity)\"" : ""
            return "\(name)=\"rgb(\(red),\(green),\(blue))\"\(shade)"
        }
    }

    enum Alignment: String { case start, middle, end }

    let width: Int
    let height: Int
    let title: String
    var shapes: [Shape] = []

    /// Standalone, without script or anything from outside.
    func svg() -> String {
        let body = shapes.map(Self.element).joined(separator: "\n")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            role="img" font-family="system-ui, sans-serif"><title>\(Self.escaped(title))</title>
            <rect width="\(width)" height="\(height)" fill="rgb(255,255,255)"/>
            \(body)
            </svg>

            """
    }

    private static func number(_ value: Double) -> String { Figure.text(value, decimals: 1) }

    private static func escaped(_ text: String) -> String { XMLText.escaped(text, quotes: .none) }

    private static func element(_ shape: Shape) -> String {
        switch shape {
        case .line(let from, let to, let width, let colour):
            return
                "<line x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\" "
                + "stroke-width=\"\(number(width))\" \(colour.attribute("stroke"))/>"
        case .rectangle(let x, let y, let width, let height, let colour):
            return
                "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
                + "\(colour.attribute("fill"))/>"
        case .frame(let x, let y, let width, let height, let colour):
            return
                "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
                + "fill=\"none\" \(colour.attribute("stroke"))/>"
        case .circle(let centre, let radius, let colour):
            return "<circle cx=\"\(number(centre.x))\" cy=\"\(number(centre.y))\" r=\"\(number(radius))\" "
                + "\(colour.attribute("fill"))/>"
        case .text(let text, let at, let size, let alignment, let colour):
            return "<text x=\"\(number(at.x))\" y=\"\(number(at.y))\" font-size=\"\(number(size))\" "
                + "text-anchor=\"\(alignment.rawValue)\" \(colour.attribute("fill"))>\(escaped(text))</text>"
        }
    }
}
