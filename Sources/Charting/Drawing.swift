import Geometry

/// A place in a drawing; y grows downwards.
package typealias Point = (x: Double, y: Double)

/// Shapes in the order in which they are painted; written as SVG or painted into pixels.
package struct Drawing {
    /// What is drawn, in units of the drawing.
    package enum Form {
        case line(from: Point, to: Point, width: Double? = nil)
        case rectangle(Edges)
        case outline(Edges)
        case circle(centre: Point, radius: Double)
        /// Open lines, each through its points.
        case path([[Point]], width: Double? = nil)
        /// `at` lies on the base line; what is turned is read upwards.
        case text(String, at: Point, size: Double? = nil, alignment: Alignment = .start, isTurned: Bool = false)
    }

    /// Which end of a text stands at its point.
    package enum Alignment: String { case start, middle, end }

    /// Who says how wide lines are, how large texts, and what colours the frame of a chart has.
    package enum Look {
        case ownColours
        /// The page's style sheet.
        case page
    }

    struct Shape {
        let form: Form
        let paint: Paint?
        let title: String?
    }

    let width: Int
    let height: Int
    let title: String
    /// Who says how it looks.
    package let look: Look
    private(set) var shapes: [Shape] = []

    /// - Parameter title: what a screen reader says.
    package init(width: Int, height: Int, title: String, look: Look) {
        self.width = width
        self.height = height
        self.title = title
        self.look = look
    }

    /// Paints over what is there; a title is shown under the pointer, and without paint the page has one.
    package mutating func add(_ form: Form, _ paint: Paint?, title: String? = nil) {
        shapes.append(Shape(form: form, paint: paint, title: title))
    }

    /// A line as wide as those of the frame.
    package mutating func line(_ from: Point, _ to: Point, _ paint: Paint) {
        add(.line(from: from, to: to, width: look == .page ? nil : 1), paint)
    }

    /// A text of the frame, its base line at `y`.
    package mutating func label(_ text: String, _ x: Double, _ y: Double, _ alignment: Alignment = .start) {
        add(
            .text(text, at: (x, y), size: look == .page ? nil : 12, alignment: alignment),
            look == .page ? nil : .colour(0x666666))
    }
}
