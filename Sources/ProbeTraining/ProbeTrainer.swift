import FileReading
import Foundation
import YOLOModel

/// Training of one model a fold, all folds step by step together.
///
/// A step's gradient is the sum over its images of the gradient of their share of the batch's loss: exactly the gradient
/// of the batch's loss times the batch size. Images go through the network in groups of `normalizationBatch`, whose
/// gradients are added in one order, so that the weights do not depend on `jobs`.
public struct ProbeTrainer {
    let options: TrainingOptions

    /// A trainer with these settings; it holds no state between trainings.
    public init(_ options: TrainingOptions) { self.options = options }

    /// The models of all folds: the moving averages of their weights.
    ///
    /// - Parameters:
    ///   - samples: all images that may take part.
    ///   - folds: for each fold, the indices of the samples that it learns from.
    ///   - store: where the state is kept between epochs, so that a killed run goes on with the same bits.
    ///   - progress: called with the number of finished epochs.
    /// - Throws: `FileError` where the loss is no longer finite, `CancellationError`, and what reading images throws.
    public func train(
        _ model: DetectionModel, on samples: [ProbeSample], folds: [[Int]], store: TrainingStore? = nil,
        isCancelled: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
    ) throws -> TrainedFolds {
        let run = try TrainingRun(model, samples, folds, options)
        var history = TrainingHistory()
        let firstEpoch = try store?.restore(run.states, history: &history) ?? 0
        progress(firstEpoch)
        for epoch in firstEpoch..<max(firstEpoch, options.epochs) {
            for step in 0..<run.stepsPerEpoch {
                history.steps += try run.step(step, epoch: epoch, isCancelled)
            }
            if (epoch + 1) * Self.traces / options.epochs != epoch * Self.traces / options.epochs {
                history.traces.append(LossTrace(epoch: epoch, losses: try run.heldOutLosses()))
            }
            try store?.save(run.states, history: history, finishedEpochs: epoch + 1, of: options.epochs)
            progress(epoch + 1)
        }
        return TrainedFolds(
            models: run.states.map { model.withParameters($0.average.values) }, steps: history.steps,
            traces: history.traces)
    }

    /// How often in a training the losses of images that are held out are looked at.
    private static let traces = 8

    /// How long an epoch takes here, from a few steps.
    func secondsOfEpoch(
        _ model: DetectionModel, on samples: [ProbeSample], folds: [[Int]], isCancelled: () -> Bool
    ) throws -> Double {
        let run = try TrainingRun(model, samples, folds, options)
        // The first step compiles networks and reads images.
        _ = try run.step(0, epoch: 0, isCancelled)
        let start = ContinuousClock.now
        let count = min(2, run.stepsPerEpoch)
        for step in 0..<count { _ = try run.step(step, epoch: options.epochs - 1, isCancelled) }
        let taken = ContinuousClock.now - start
        let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
        return seconds / Double(count) * Double(run.stepsPerEpoch)
    }
}
