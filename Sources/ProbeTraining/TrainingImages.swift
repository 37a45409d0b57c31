import CVectorKernels
import Imaging
import NeuralKernels
import Synchronization
import YOLODataset

/// Training images at the training size, kept in memory as far as the limit goes.
///
/// What is kept decides only the time: an image is scaled the same way each time that it is read.
package final class TrainingImages: Sendable {
    private struct Contents {
        var images: [RGBImage?]
        var bytes = 0
    }

    private let samples: [ProbeSample]
    private let size: Int
    private let limit: Int
    private let contents: Mutex<Contents>

    /// - Parameters:
    ///   - size: of the longer side, in pixels.
    ///   - limit: bytes of pixels that are kept.
    package init(_ samples: [ProbeSample], size: Int, limit: Int = 2 << 30) {
        self.samples = samples
        self.size = size
        self.limit = limit
        contents = Mutex(Contents(images: Array(repeating: nil, count: samples.count)))
    }

    /// The image, its longer side as long as the training size, or smaller where the image is.
    func image(_ index: Int) throws -> RGBImage {
        if let known = contents.withLock({ $0.images[index] }) { return known }
        var image = try ImageDecoder.decodeFile(samples[index].sample.imagePath).image
        if max(image.width, image.height) > size {
            let box = Letterbox(imageWidth: image.width, imageHeight: image.height, size: size)
            image = image.resized(width: box.scaledWidth, height: box.scaledHeight)
        }
        let made = image
        contents.withLock { held in
            guard held.images[index] == nil, held.bytes + made.pixels.count <= limit else { return }
            held.images[index] = made
            held.bytes += made.pixels.count
        }
        return made
    }

    /// `[1, 3, size, size]`, bilinear, grey where no image is.
    package func pixels(of view: TrainingView) throws -> [Float] {
        let grey = Float(Letterbox.grey) / 255
        var pixels = [Float](repeating: grey, count: 3 * view.size * view.size)
        for tile in view.tiles {
            let source = try image(tile.sample)
            let sample = samples[tile.sample]
            var it = assay_view_tile(
                width: Int32(source.width), height: Int32(source.height), first_column: Int32(tile.columns.lowerBound),
                last_column: Int32(tile.columns.upperBound), first_row: Int32(tile.rows.lowerBound),
                last_row: Int32(tile.rows.upperBound),
                scale_x: tile.scale * Double(sample.width) / Double(source.width),
                scale_y: tile.scale * Double(sample.height) / Double(source.height), left: tile.left, top: tile.top,
                mirrors: tile.mirrors ? 1 : 0, flips: tile.flips ? 1 : 0)
            assay_draw_tile(&it, source.pixels, view.colour, &pixels, Int32(view.size))
        }
        return pixels
    }
}
