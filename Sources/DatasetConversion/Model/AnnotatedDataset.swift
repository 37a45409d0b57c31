import Geometry

/// What the annotations of any tool come to, before they are written in another form.
struct AnnotatedDataset: Sendable {
    /// By class id.
    var classNames: [String] = []
    /// Names of the key points of an object, where the export tells them.
    var keypointNames: [String] = []
    var images: [AnnotatedImage] = []
}

/// One image with what was drawn on it.
struct AnnotatedImage: Sendable {
    /// How the export calls it: below a folder of ours, and the same for no other image of its split.
    var name: String
    /// As the export calls its part: `train2017`, `default`; empty where it names none.
    var split = ""
    /// The file; nil where it is not there.
    var file: String?
    /// In pixels, as the annotations mean it; nil where they do not say.
    var size: ImageSize?
    /// Whether shapes are in fractions of the image's sides and not in pixels.
    var isInFractions = false
    var objects: [AnnotatedObject] = []
}

/// Sides of an image in pixels.
package struct ImageSize: Sendable, Hashable {
    var width: Int
    var height: Int

    /// Nil where a side is none that an image can have.
    package init?(_ width: Double?, _ height: Double?) {
        guard let width, let height, let across = Int(exactly: width.rounded()),
            let down = Int(exactly: height.rounded()),
            Self.sides.contains(across), Self.sides.contains(down)
        else { return nil }
        (self.width, self.height) = (across, down)
    }

    /// Nil where a side is none that an image can have.
    package init?(_ width: Int?, _ height: Int?) { self.init(width.map { Double($0) }, height.map { Double($0) }) }

    private static let sides = 1...1_000_000

    var turned: ImageSize {
        var size = self
        (size.width, size.height) = (height, width)
        return size
    }
}

/// One object of a class.
struct AnnotatedObject: Sendable {
    /// Below the number of classes.
    var classID: Int
    var shape: AnnotatedShape
    /// The upright box that stands beside the shape, in its unit; nil where the shape alone says it.
    var box: Edges?
    /// One region for many objects that nobody drew one by one.
    var isCrowd = false
    /// In the unit of the shape.
    var keypoints: [Keypoint] = []
    /// Whatever else the tool knows about it, by name.
    var attributes: [String: String] = [:]

    /// The upright box: the one that stands beside the shape, else the one around it.
    var bounds: Edges? { box ?? shape.bounds }

    /// With its box and its key points moved.
    mutating func movePlaces(_ move: (PlanePoint) -> PlanePoint) {
        if let given = box { box = Polygon(Polygon(given).points.map(move)).bounds }
        for point in keypoints.indices { keypoints[point].place = move(keypoints[point].place) }
    }
}

/// A point of a body, a face, a tool.
struct Keypoint: Sendable, Hashable {
    var place: PlanePoint
    /// 0 not labelled, 1 hidden, 2 visible.
    var visibility: Int
}

/// Where an object is.
enum AnnotatedShape: Sendable {
    case box(Edges)
    /// In pixels always.
    case rotated(RotatedBox)
    /// One outline a part of the object.
    case polygons([Polygon])
    /// In pixels of the image always.
    case mask(RunLengthMask)
}

extension AnnotatedShape {
    /// The upright box around it; nil of nothing.
    var bounds: Edges? {
        switch self {
        case .box(let edges): edges
        case .rotated(let box): box.corners.bounds
        case .polygons(let parts): Polygon(parts.flatMap(\.points)).bounds
        case .mask(let mask): mask.bounds
        }
    }

    /// With every point moved; a mask is only moved by the caller, who knows its grid.
    func mapPoints(_ move: (PlanePoint) -> PlanePoint) -> AnnotatedShape {
        switch self {
        case .box(let edges):
            let corners = [move(PlanePoint(edges.left, edges.top)), move(PlanePoint(edges.right, edges.bottom))]
            return Polygon(corners).bounds.map { .box($0) } ?? self
        case .rotated(let box): return .polygons([Polygon(box.corners.points.map(move))])
        case .polygons(let parts): return .polygons(parts.map { Polygon($0.points.map(move)) })
        case .mask: return self
        }
    }
}
