import CheckedNumbers
import FileReading
import Imaging
import YOLODataset
import YOLOModel

/// What a probe of a dataset would cost on this machine, measured by a few steps on some of its images.
public struct ProbeCost: Sendable {
    /// Images that would be learned from and judged.
    public let images: Int
    /// Longer side of the largest of the images that were looked at, in pixels.
    public let longestSide: Int
    /// Of all folds, in seconds.
    public let secondsPerEpoch: Double
    /// Of one fold.
    public let stepsPerEpoch: Int

    /// So many images are looked at.
    private static let looks = 48

    /// How many images there are, and how large some of them are; cheap, and enough to choose settings by.
    ///
    /// - Returns: nil where there are too few readable images for the folds.
    public static func survey(_ dataset: Dataset, splits: [String], folds: Int) throws -> (
        images: Int, longestSide: Int
    )? {
        let samples = try sampled(dataset, splits: splits)
        guard samples.looked.count >= 2 * folds else { return nil }
        return (samples.all, samples.looked.map { max($0.width, $0.height) }.max() ?? 0)
    }

    /// Measures. It takes some seconds: networks are compiled and a few batches pass them.
    ///
    /// - Throws: what reading the weights throws; `CancellationError`.
    public init?(
        _ dataset: Dataset, _ settings: ProbeSettings, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws {
        let (all, looked) = try Self.sampled(dataset, splits: settings.splits)
        guard looked.count >= 2 * settings.folds else { return nil }
        var training = settings.training
        training.jobs = jobs
        let start = try StartingModel(
            weights: settings.weights, name: settings.model, classCount: dataset.classCount,
            classNames: dataset.classNames, seed: training.seed)
        try start.model.checkImageSize(training.imageSize, file: settings.weights ?? settings.model)
        func learned(_ count: Int) -> Int { count - (count + settings.folds - 1) / settings.folds }
        func steps(_ count: Int) -> Int { max(1, learned(count) / (training.batch * training.accumulation)) }
        let folds = (0..<settings.folds).map { fold in looked.indices.filter { $0 % settings.folds != fold } }
        let seconds = try ProbeTrainer(training).secondsOfEpoch(
            start.model, on: looked, folds: folds, isCancelled: isCancelled)
        images = all
        longestSide = looked.map { max($0.width, $0.height) }.max() ?? 0
        stepsPerEpoch = steps(all)
        secondsPerEpoch = seconds / Double(steps(looked.count)) * Double(stepsPerEpoch)
    }

    /// Some images, spread over all.
    private static func sampled(_ dataset: Dataset, splits: [String]) throws -> (all: Int, looked: [ProbeSample]) {
        let listed = try dataset.distinctSamples(splits: splits)
        let count = min(looks, listed.count)
        let looked = (0..<count).compactMap { number -> ProbeSample? in
            let sample = listed[number * listed.count / count]
            guard let bytes = try? FileReading.bytes(ofFile: sample.imagePath),
                let image = try? ImageDecoder.decode(bytes, file: sample.imagePath).image
            else { return nil }
            return ProbeSample(
                sample: sample, boxes: sample.trainableBoxes(in: dataset), width: image.width, height: image.height)
        }
        return (listed.count, looked)
    }
}
