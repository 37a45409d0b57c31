import Geometry
import YOLODataset

extension LabelRow {
    /// The edges of its box, as fractions of the image; nil where the row has a problem.
    var edges: Edges? { box.map { Edges($0) } }
}

extension Edges {
    /// Whether edges in fractions of an image share no pixel with it.
    var isWhollyOutside: Bool { left >= 1 || top >= 1 || right <= 0 || bottom <= 0 }
}
