import Foundation

/// Where an object lies: an upright box, or one that is turned. What is said of an upright one is what `Edges` says.
public struct ObjectBox: Hashable, Sendable {
    /// The upright box; of a turned one, that around its corners.
    public let bounds: Edges
    /// Nil for an upright box.
    public let turned: RotatedBox?

    /// An upright box.
    public init(_ edges: Edges) { (bounds, turned) = (edges, nil) }

    /// A turned box.
    public init(_ box: RotatedBox) { (bounds, turned) = (box.bounds, box) }

    /// Along its own first side; 0 where that is negative.
    public var width: Double { turned.map { max(0, $0.width) } ?? bounds.width }
    /// Across its own first side; 0 where that is negative.
    public var height: Double { turned.map { max(0, $0.height) } ?? bounds.height }
    /// Width times height.
    public var area: Double { width * height }

    /// The area that both cover.
    public func intersection(_ other: ObjectBox) -> Double {
        guard turned != nil || other.turned != nil else { return bounds.intersection(other.bounds) }
        // Most boxes are far from each other: those are known by their bounds.
        guard bounds.intersection(other.bounds) > 0, area > 0, other.area > 0 else { return 0 }
        return max(0, corners.clipped(toConvex: other.corners).signedArea)
    }

    /// Intersection over union; 0 for boxes without area.
    public func iou(_ other: ObjectBox) -> Double {
        guard turned != nil || other.turned != nil else { return bounds.iou(other.bounds) }
        let shared = intersection(other)
        return shared > 0 ? shared / (area + other.area - shared) : 0
    }

    /// From the upper left one of the box before it was turned, clockwise as seen.
    public var corners: Polygon { turned?.corners ?? Polygon(bounds) }

    /// Seen from another origin.
    public func moved(left x: Double, up y: Double) -> ObjectBox {
        guard var box = turned else { return ObjectBox(bounds.moved(left: x, up: y)) }
        box.centre = PlanePoint(box.centre.x - x, box.centre.y - y)
        return ObjectBox(box)
    }

    /// From pixels of one size to another; factors that differ turn a turned box a little.
    public func multiplied(width across: Double, height down: Double) -> ObjectBox {
        guard let box = turned else { return ObjectBox(bounds.multiplied(width: across, height: down)) }
        let (sine, cosine) = (sin(box.angle), cos(box.angle))
        return ObjectBox(
            RotatedBox(
                centre: box.centre.multiplied(width: across, height: down),
                width: box.width * hypot(cosine * across, sine * down),
                height: box.height * hypot(sine * across, cosine * down),
                angle: atan2(sine * down, cosine * across)))
    }

    /// Cut at the edges of an image with these sides. A turned box stays whole, as trainers have it, unless it lies
    /// outside: then it has no area.
    public func clipped(width: Double, height: Double) -> ObjectBox {
        let cut = bounds.clipped(width: width, height: height)
        return turned != nil && cut.area > 0 ? self : ObjectBox(cut)
    }

    /// In the mirrored image of that width.
    public func mirrored(width: Double) -> ObjectBox {
        guard var box = turned else { return ObjectBox(bounds.mirrored(width: width)) }
        box.centre.x = width - box.centre.x
        box.angle = -box.angle
        return ObjectBox(box)
    }

    /// The mean of boxes of one object by weight. Turned ones are said by the first one's sides: each has four names,
    /// a quarter turn apart.
    ///
    /// - Parameter parts: at least one, with weights whose sum is positive.
    public static func mean(_ parts: [(box: ObjectBox, weight: Double)]) -> ObjectBox {
        let sum = parts.reduce(0) { $0 + $1.weight }
        guard let first = parts.first?.box.turned else {
            func mean(_ side: (Edges) -> Double) -> Double {
                parts.reduce(0) { $0 + $1.weight * side($1.box.bounds) } / sum
            }
            return ObjectBox(
                Edges(left: mean(\.left), top: mean(\.top), right: mean(\.right), bottom: mean(\.bottom)))
        }
        let boxes = parts.map { ($0.box.turned ?? RotatedBox($0.box.bounds)).named(like: first) }
        func mean(_ value: (RotatedBox) -> Double) -> Double {
            zip(boxes, parts).reduce(0) { $0 + $1.1.weight * value($1.0) } / sum
        }
        return ObjectBox(
            RotatedBox(
                centre: PlanePoint(mean(\.centre.x), mean(\.centre.y)), width: mean(\.width), height: mean(\.height),
                angle: mean(\.angle)))
    }

    /// How far the side lies that is furthest from this box's, in sides of this box, along its own directions.
    public func worstSide(of other: ObjectBox) -> Double {
        guard let box = turned else {
            return max(
                abs(other.bounds.left - bounds.left) / width, abs(other.bounds.right - bounds.right) / width,
                abs(other.bounds.top - bounds.top) / height, abs(other.bounds.bottom - bounds.bottom) / height)
        }
        let found = (other.turned ?? RotatedBox(other.bounds)).named(like: box)
        let offset = box.ownDirections(of: found.centre)
        let (across, down) = ((found.width - box.width) / 2, (found.height - box.height) / 2)
        return max(
            abs(offset.x - across) / width, abs(offset.x + across) / width, abs(offset.y - down) / height,
            abs(offset.y + down) / height)
    }
}
