import FileReading
import Imaging
import YOLODataset

/// The boxes of a dataset as anchors see them.
public struct AnchorBoxes: Sendable {
    /// Where a box comes from.
    public struct Source: Sendable, Hashable {
        /// The label file, relative to the dataset's root.
        public let label: String
        /// 1-based line of its row.
        public let line: Int
        /// From 0.
        public let classID: Int
    }

    /// Sizes in pixels of the training image, in the order of the samples.
    public var sizes: [AnchorSize] = []
    /// One for each of `sizes`.
    public var sources: [Source] = []
    /// Boxes under 2 px on both sides: left out of the fit.
    public var tooSmall = 0
    /// Images that could not be read, whose boxes are missing here.
    public var unreadableImages = 0

    public init() {}

    /// Reads labels and image headers.
    ///
    /// - Parameters:
    ///   - skip: label rows that are not to be fitted (`label:line`).
    ///   - classes: the classes to fit; nil for all.
    public static func read(
        _ dataset: Dataset, splits: [String], input: TrainingInput, classes: Set<Int>? = nil, jobs: Int,
        skip: Set<String> = [], isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws -> AnchorBoxes {
        let samples = try dataset.listSamples(splits: splits).samples.filter(\.hasLabelFile)
        let parts = try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index -> AnchorBoxes in
                var part = AnchorBoxes()
                let sample = samples[index]
                guard let labels = try? LabelFile.read(sample.labelPath, keypointShape: dataset.keypointShape) else {
                    return part
                }
                let boxes = labels.trainableBoxes(classCount: dataset.classCount).filter {
                    classes?.contains(Int($0.classID)) ?? true
                }
                guard !boxes.isEmpty else { return part }
                guard let header = try? ImageHeader.readFile(sample.imagePath), header.width > 0, header.height > 0
                else {
                    part.unreadableImages = 1
                    return part
                }
                for box in boxes where skip.isEmpty || !skip.contains("\(sample.label):\(box.line)") {
                    let pixels = input.pixels(
                        width: box.width, height: box.height, imageWidth: header.width, imageHeight: header.height)
                    guard pixels.width > 0, pixels.height > 0 else { continue }
                    if pixels.width < 2, pixels.height < 2 {
                        part.tooSmall += 1
                        continue
                    }
                    part.sizes.append(pixels)
                    part.sources.append(Source(label: sample.label, line: Int(box.line), classID: Int(box.classID)))
                }
                return part
            })
        return parts.reduce(into: AnchorBoxes()) { all, part in
            all.sizes += part.sizes
            all.sources += part.sources
            all.tooSmall += part.tooSmall
            all.unreadableImages += part.unreadableImages
        }
    }
}
