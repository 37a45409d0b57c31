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
    ///   - held: the samples that a fold which does not learn from them is tried on; nil for all.
    ///   - store: where the state is kept between epochs, so that a killed run goes on with the same bits.
    ///   - progress: called with the number of finished epochs, and of all as far as is known by now.
    /// - Throws: `FileError` where the loss is no longer finite, `CancellationError`, and what reading images throws.
    public func train(
        _ model: DetectionModel, on samples: [ProbeSample], folds: [[Int]], held: [Int]? = nil,
        store: TrainingStore? = nil,
        isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> TrainedFolds {
        let run = try TrainingRun(model, samples, folds, options)
        var history = TrainingHistory()
        let firstEpoch = try store?.restore(run.states, history: &history) ?? 0
        for count in history.traces.indices { run.course.look(at: Array(history.traces[...count])) }
        progress(firstEpoch, run.course.epochs)
        let start = ContinuousClock.now
        var epoch = firstEpoch
        while epoch < run.course.epochs {
            for step in 0..<run.stepsPerEpoch {
                history.steps += try run.step(step, epoch: epoch, isCancelled)
            }
            epoch += 1
            let isLook = epoch * Self.looks / options.epochs != (epoch - 1) * Self.looks / options.epochs
            if isLook || epoch == run.course.epochs {
                let look = try run.heldOut(held)
                history.traces.append(LossTrace(epoch: epoch - 1, losses: look.losses))
                history.qualities = (history.qualities ?? []) + [look.quality]
                run.course.look(at: history.traces)
            }
            try store?.save(run.states, history: history, finishedEpochs: epoch, of: run.course.epochs)
            progress(epoch, run.course.epochs)
        }
        let trained = epoch - firstEpoch
        return TrainedFolds(
            models: run.states.map { model.withParameters($0.average.values) }, steps: history.steps,
            traces: history.traces, qualities: history.qualities ?? [], course: run.course,
            secondsPerEpoch: trained > 0 ? Self.seconds(since: start) / Double(trained) : nil)
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let taken = (ContinuousClock.now - start).components
        return Double(taken.seconds) + Double(taken.attoseconds) / 1e18
    }

    /// How often in a training the losses of images that are held out are looked at.
    static let looks = 8

    /// How long an epoch takes here, from a few steps.
    func secondsOfEpoch(
        _ model: DetectionModel, on samples: [ProbeSample], folds: [[Int]], isCancelled: () -> Bool
    ) throws -> Double {
        let run = try TrainingRun(model, samples, folds, options)
        // The first step compiles networks and reads images.
        _ = try run.step(0, epoch: 0, isCancelled)
        var times: [Double] = []
        for step in 0..<max(3, min(5, run.stepsPerEpoch)) {
            let start = ContinuousClock.now
            _ = try run.step(step % run.stepsPerEpoch, epoch: max(0, options.epochs - 1), isCancelled)
            times.append(Self.seconds(since: start))
        }
        // The median: one step that another program disturbs is no measure.
        return times.sorted()[times.count / 2] * Double(run.stepsPerEpoch)
    }
}
