import Geometry

/// Shapes in fractions of their image, as YOLO's forms have them.
enum ShapeFractions {
    /// From the unit of a shape to fractions of the image; of an image without a size, shapes are in fractions already.
    private static func scale(_ shape: AnnotatedShape, _ image: AnnotatedImage) -> (Double, Double) {
        guard let size = image.size else { return (1, 1) }
        let inPixels = (1 / Double(size.width), 1 / Double(size.height))
        switch shape {
        case .rotated, .mask: return inPixels
        case .box, .polygons: return image.isInFractions ? (1, 1) : inPixels
        }
    }

    /// The upright box of an object.
    static func bounds(_ object: AnnotatedObject, of image: AnnotatedImage) -> Edges? {
        let (across, down) = scale(object.shape, image)
        return object.bounds?.multiplied(width: across, height: down)
    }

    /// One outline, with how many parts and holes it had.
    static func outline(_ shape: AnnotatedShape, of image: AnnotatedImage) -> (polygon: Polygon, parts: Int, holes: Int)
    {
        let (across, down) = scale(shape, image)
        func scaled(_ polygon: Polygon) -> Polygon {
            Polygon(polygon.points.map { $0.multiplied(width: across, height: down) })
        }
        switch shape {
        case .box(let edges): return (scaled(Polygon(edges)), 1, 0)
        case .rotated(let box): return (scaled(box.corners), 1, 0)
        case .polygons(let parts): return (scaled(.joined(parts)), parts.count, 0)
        case .mask(let mask):
            let outline = MaskOutline(mask)
            return (scaled(.joined(outline.parts)), outline.parts.count, outline.holes)
        }
    }

    /// Four corners of a rectangle, and whether it had to be fitted; nil without an area.
    static func corners(
        _ shape: AnnotatedShape, of image: AnnotatedImage, _ size: ImageSize
    ) -> (corners: Polygon?, isFitted: Bool) {
        let (width, height) = (Double(size.width), Double(size.height))
        let (across, down) = scale(shape, image)
        func inFractions(_ polygon: Polygon) -> Polygon {
            Polygon(polygon.points.map { $0.multiplied(width: 1 / width, height: 1 / height) })
        }
        switch shape {
        case .box(let edges):
            let scaled = edges.multiplied(width: across, height: down)
            return (scaled.area > 0 ? Polygon(scaled) : nil, false)
        case .rotated(let box): return (box.width > 0 && box.height > 0 ? inFractions(box.corners) : nil, false)
        case .polygons(let parts):
            let points = parts.flatMap(\.points).map { $0.multiplied(width: across * width, height: down * height) }
            // Half a pixel is what drawing costs.
            if parts.count == 1, Polygon(points).isRectangle(tolerance: 0.5), abs(Polygon(points).signedArea) > 0 {
                return (inFractions(Polygon(points)), false)
            }
            return (Polygon(points).smallestRectangle.map { inFractions($0.corners) }, true)
        case .mask(let mask):
            let points = MaskOutline(mask).parts.flatMap(\.points)
            return (Polygon(points).smallestRectangle.map { inFractions($0.corners) }, true)
        }
    }
}
