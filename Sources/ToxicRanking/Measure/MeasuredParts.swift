import FileReading
import YOLODataset

/// Measured images as workers keep them, and as a merge takes them.
package struct MeasuredParts: Sendable {
    /// In the order of the listing.
    private(set) var images: [MeasuredImage] = []
    private let samples: [DatasetSample]
    private let models: Int

    /// Of no image yet.
    ///
    /// - Throws: `FileError` where the splits are not there.
    package init(_ models: ToxicModels, _ dataset: Dataset, _ options: ToxicOptions) throws {
        self.init(try dataset.distinctSamples(splits: options.splits), models: models.models.count)
    }

    init(_ samples: [DatasetSample], models: Int) { (self.samples, self.models) = (samples, models) }

    private static let sketchBytes = GradientFigures.sketchSize * MemoryLayout<Float>.size

    /// The records behind their count, then the sketches of those that have one.
    static func contents(_ images: [MeasuredImage]) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.number(images.count)
        for image in images {
            var record = ByteWriter()
            image.write(to: &record)
            writer.raw(record.bytes)
        }
        var reader = SketchReader()
        for image in images {
            guard let entry = image.entry else { continue }
            try reader.with(entry.sketch) { writer.plainFloats($0) }
        }
        return writer.bytes
    }

    /// Takes the images that follow on those so far. Their sketches stay in the file.
    ///
    /// - Parameters:
    ///   - contents: what a worker has measured.
    ///   - range: its images.
    ///   - path: of the file that holds them.
    ///   - start: where they begin in the file.
    /// - Returns: whether that is what they are.
    package mutating func add(_ contents: [UInt8], of range: Range<Int>, in path: String, at start: Int) -> Bool {
        guard range.lowerBound == images.count, range.upperBound <= samples.count else { return false }
        let (samples, models) = (samples, models)
        let made = contents.withUnsafeBufferPointer { buffer -> [MeasuredImage]? in
            var scanner = ByteScanner(buffer)
            guard scanner.count() == range.count else { return nil }
            let places = range.map { _ in scanner.skipRaw() }
            guard !scanner.isDamaged else { return nil }
            let sketches = start + scanner.at
            var found: [MeasuredImage] = []
            var next = 0
            for (number, place) in zip(range, places) {
                var record = ByteScanner(UnsafeBufferPointer(rebasing: buffer[place]))
                let sketch = {
                    defer { next += 1 }
                    return GradientSketch.part(path, at: sketches + next * Self.sketchBytes)
                }
                guard let image = MeasuredImage(&record, sample: samples[number], models: models, sketch: sketch)
                else { return nil }
                found.append(image)
            }
            return buffer.count - scanner.at == next * Self.sketchBytes ? found : nil
        }
        guard let made else { return false }
        images += made
        return true
    }
}
