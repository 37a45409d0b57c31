import FileReading
import Imaging
import NeuralKernels
import TextForms
import YOLODataset
import YOLOModel

/// The images of a probe and the folds that judge them.
public struct ProbeSplit: Sendable {
    /// All readable images, in the order of the listing.
    public let samples: [ProbeSample]
    /// For each sample, the fold that has not seen it.
    public let folds: [Int]
    /// Samples that take part in training, in the order of the listing: each fold learns from those of the other folds, and
    /// is tried on its own while it learns.
    public let drawn: [Int]
    /// How many models there are.
    public let foldCount: Int
    /// Groups of more than one image that duplicates or near-duplicates make.
    public let groupedImages: Int
    /// Images that could not be decoded.
    public let unreadable: [String]

    /// Reads every image once.
    ///
    /// - Parameter images: the most that take part in training; nil for all.
    /// - Throws: `FileError` where there are too few images for the folds.
    public init(
        _ dataset: Dataset, splits: [String], folds: Int, images: Int? = nil, seed: UInt64, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws {
        struct Look: Sendable {
            var digest: ContentDigest
            var hash: PerceptualHash
            var sample: ProbeSample
        }
        let listed = try dataset.distinctSamples(splits: splits)
        let looks = try WorkerPool.map(
            count: listed.count, jobs: jobs, isCancelled: isCancelled, makeState: {},
            { _, index -> Look? in
                let sample = listed[index]
                guard let bytes = try? FileReading.bytes(ofFile: sample.imagePath),
                    let image = try? ImageDecoder.decode(bytes, file: sample.imagePath).image
                else { return nil }
                return Look(
                    digest: .of(bytes), hash: PerceptualHash(image),
                    sample: ProbeSample(
                        sample: sample, boxes: sample.trainableBoxes(in: dataset), width: image.width,
                        height: image.height))
            })
        unreadable = zip(listed, looks).compactMap { $1 == nil ? $0.image : nil }
        let readable = looks.compactMap(\.self)
        samples = readable.map(\.sample)
        foldCount = folds
        guard samples.count >= 2 * folds else {
            throw FileError(
                file: dataset.yamlPath,
                message:
                    "has \(Counted.text(samples.count, "readable image")), too few for \(Counted.text(folds, "fold"))",
                wayOut: "name more splits, or fewer folds")
        }
        let groups = FoldAssignment.groups(digests: readable.map(\.digest), hashes: readable.map(\.hash))
        let sizes = groups.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        groupedImages = sizes.values.filter { $0 > 1 }.reduce(0, +)
        self.folds = FoldAssignment.assign(groups: groups, folds: folds, seed: seed)
        guard let images, images < samples.count else {
            drawn = Array(samples.indices)
            return
        }
        guard images >= 2 * folds else {
            throw FileError(
                file: dataset.yamlPath,
                message:
                    "\(Counted.text(images, "image")) are too few for \(Counted.text(folds, "fold")) to learn from",
                wayOut: "let \(2 * folds) or more take part, or name fewer folds")
        }
        drawn = FoldAssignment.draw(images, groups: groups, folds: self.folds, seed: seed)
    }

    /// The samples that each fold learns from: those that it does not judge.
    public var training: [[Int]] {
        (0..<foldCount).map { fold in drawn.filter { folds[$0] != fold } }
    }
}
