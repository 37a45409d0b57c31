import CheckedNumbers
import Foundation
import Geometry
import Randomness
import YOLODataset
import YOLOModel

/// How far training images are varied.
public struct Augmentation: Sendable, Hashable {
    /// Probability of mirroring left to right, and top to bottom.
    public var mirror = 0.5
    /// Probability of turning upside down.
    public var upsideDown = 0.0
    /// Scale is drawn from 1 − zoom … 1 + zoom.
    public var zoom = 0.3
    /// Shift is drawn from −translation … translation of the side.
    public var translation = 0.1
    /// Brightness and saturation are multiplied by 1 − x … 1 + x.
    public var light = 0.3
    /// Saturation is multiplied by 1 − x … 1 + x.
    public var saturation = 0.4
    /// Probability that four images share a view.
    public var mosaic = 0.5

    public init() {}

    /// Images as they are.
    public static var none: Augmentation {
        var it = Augmentation()
        (it.mirror, it.zoom, it.translation, it.light, it.saturation, it.mosaic) = (0, 0, 0, 0, 0, 0)
        return it
    }
}

/// One training view: an image, or a mosaic of four, drawn from the seed, the epoch and the place in the epoch alone.
package struct TrainingView {
    /// A part of the view that one image fills.
    package struct Tile: Hashable {
        var sample: Int
        /// View pixels that the tile covers.
        var columns: Range<Int>
        var rows: Range<Int>
        /// View pixels a pixel of the image, and where its corner lies.
        var scale: Double
        var left: Double
        var top: Double
        var mirrors: Bool
        var flips: Bool
    }

    let size: Int
    /// One, or the four of a mosaic.
    package let tiles: [Tile]
    /// Rows are the new red, green and blue as sums of the old.
    let colour: [Float]

    private struct Draws {
        let seed: UInt64
        var counter: UInt64

        mutating func next() -> Double {
            defer { counter += 1 }
            return CounterBasedNumber.unit(seed: seed, counter: counter)
        }

        mutating func around(_ centre: Double, _ reach: Double) -> Double { centre + reach * (2 * next() - 1) }
    }

    /// - Parameters:
    ///   - sample: the image of the view, or the first of the mosaic.
    ///   - others: images that the rest of a mosaic is drawn from.
    ///   - extent: width and height of an image.
    package init(
        sample: Int, others: [Int], size: Int, augmentation: Augmentation, seed: UInt64, epoch: Int, place: Int,
        extent: (Int) -> (width: Int, height: Int)
    ) {
        var draws = Draws(seed: seed ^ 0x5649_4557, counter: (UInt64(epoch) << 32 | UInt64(place)) &* 64)
        self.size = size
        let side = Double(size)
        let isMosaic = draws.next() < augmentation.mosaic && others.count > 1
        let light = draws.around(1, augmentation.light)
        let saturation = draws.around(1, augmentation.saturation)
        colour = Self.colour(light: light, saturation: saturation)
        func scale(_ extent: (width: Int, height: Int), _ zoom: Double) -> Double {
            side / Double(max(extent.width, extent.height)) * zoom
        }
        guard isMosaic else {
            let extent = extent(sample)
            let factor = scale(extent, draws.around(1, augmentation.zoom))
            let across = draws.around(0, augmentation.translation)
            let down = draws.around(0, augmentation.translation)
            tiles = [
                Tile(
                    sample: sample, columns: 0..<size, rows: 0..<size, scale: factor,
                    left: (side - factor * Double(extent.width)) / 2 + side * across,
                    top: (side - factor * Double(extent.height)) / 2 + side * down,
                    mirrors: draws.next() < augmentation.mirror, flips: draws.next() < augmentation.upsideDown)
            ]
            return
        }
        let column = Int(clamping: draws.around(side / 2, side * 0.25))
        let row = Int(clamping: draws.around(side / 2, side * 0.25))
        let zoom = draws.around(1, augmentation.zoom)
        var made: [Tile] = []
        for corner in 0..<4 {
            let chosen =
                corner == 0 ? sample : others[min(others.count - 1, Int(clamping: draws.next() * Double(others.count)))]
            let extent = extent(chosen)
            let factor = scale(extent, zoom)
            let isRight = corner % 2 == 1
            let isLower = corner / 2 == 1
            made.append(
                Tile(
                    sample: chosen, columns: isRight ? column..<size : 0..<column, rows: isLower ? row..<size : 0..<row,
                    scale: factor, left: isRight ? Double(column) : Double(column) - factor * Double(extent.width),
                    top: isLower ? Double(row) : Double(row) - factor * Double(extent.height),
                    mirrors: draws.next() < augmentation.mirror, flips: draws.next() < augmentation.upsideDown))
        }
        tiles = made
    }

    /// Brightness times a mixture with the luminance (Rec. 601).
    private static func colour(light: Double, saturation: Double) -> [Float] {
        let grey = [0.299, 0.587, 0.114]
        return (0..<9).map { index in
            Float(light * ((index / 3 == index % 3 ? saturation : 0) + (1 - saturation) * grey[index % 3]))
        }
    }

    /// Labels in fractions of the view; those of which less than a fifth, or less than two pixels, is left are gone.
    package func targets(_ boxes: (Int) -> [LabelBox], extent: (Int) -> (width: Int, height: Int)) -> [LossTarget] {
        tiles.flatMap { tile -> [LossTarget] in
            let (width, height) = extent(tile.sample)
            return boxes(tile.sample).compactMap { box in
                let cx = tile.mirrors ? 1 - box.cx : box.cx
                let cy = tile.flips ? 1 - box.cy : box.cy
                guard let x = Self.cut(cx, box.width, width, tile.scale, tile.left, tile.columns),
                    let y = Self.cut(cy, box.height, height, tile.scale, tile.top, tile.rows),
                    x.part * y.part >= 0.2, x.high - x.low >= 2, y.high - y.low >= 2
                else { return nil }
                let side = Double(size)
                let cut = Box(Edges(left: x.low, top: y.low, right: x.high, bottom: y.high))
                return LossTarget(classID: Int(box.classID), box: cut.divided(width: side, height: side))
            }
        }
    }

    private static func cut(
        _ centre: Double, _ extent: Double, _ count: Int, _ scale: Double, _ start: Double, _ range: Range<Int>
    ) -> (low: Double, high: Double, part: Double)? {
        let low = (centre - extent / 2) * Double(count) * scale + start
        let high = (centre + extent / 2) * Double(count) * scale + start
        let (first, last) = (Double(range.lowerBound), Double(range.upperBound))
        let inside = min(max(high, first), last) - min(max(low, first), last)
        guard inside > 0, high > low else { return nil }
        return (min(max(low, first), last), min(max(high, first), last), inside / (high - low))
    }
}
