import FileReading
import Foundation
import Imaging
import NeuralKernels
import Synchronization
import YOLODataset
import YOLOModel

/// One image with the labels that training takes.
public struct ProbeSample: Sendable, Hashable {
    /// The image and its label file.
    public let sample: DatasetSample
    /// The labels that training takes, in the order of the rows.
    public let boxes: [LabelBox]
    /// In pixels, after EXIF orientation.
    public let width: Int
    /// In pixels, after EXIF orientation.
    public let height: Int

    /// - Parameter width: in pixels after EXIF orientation, as `height`.
    public init(sample: DatasetSample, boxes: [LabelBox], width: Int, height: Int) {
        self.sample = sample
        self.boxes = boxes
        self.width = width
        self.height = height
    }
}

/// What one step of one fold did.
public struct TrainingStep: Sendable, Hashable, Codable {
    /// From 0.
    public var fold: Int
    /// From 0.
    public var epoch: Int
    /// From 0, within the epoch.
    public var step: Int
    /// Mean over the step's batches, gains included.
    public var parts: LossParts
    /// Of the whole step's gradient, before clipping.
    public var gradientNorm: Double
    /// ‖g‖/max_norm; above 1 the gradient was scaled down.
    public var clipRatio: Double
    /// Learning rate of the weights.
    public var rate: Double
    /// Images of the step, in the order of the trainer's samples; mosaics name their first.
    public var images: [Int]

    /// Whether the gradient was scaled down.
    public var isClipped: Bool { clipRatio > 1 }

    /// A step by its figures.
    package init(
        fold: Int, epoch: Int, step: Int, parts: LossParts, gradientNorm: Double, clipRatio: Double, rate: Double,
        images: [Int]
    ) {
        self.fold = fold
        self.epoch = epoch
        self.step = step
        self.parts = parts
        self.gradientNorm = gradientNorm
        self.clipRatio = clipRatio
        self.rate = rate
        self.images = images
    }
}

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
        let run = try Run(model, samples, folds, options)
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
        let run = try Run(model, samples, folds, options)
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

/// What an image's loss is at some moment of the training, by a model that has not seen it.
public struct LossTrace: Sendable, Hashable, Codable {
    /// From 0.
    public var epoch: Int
    /// A sample each; nil where every fold learns from it, or the loss is not finite.
    public var losses: [Double?]
}

/// Everything about a training that is told afterwards.
struct TrainingHistory: Codable {
    var steps: [TrainingStep] = []
    var traces: [LossTrace] = []
}

/// What a training leaves.
public struct TrainedFolds: Sendable {
    /// One a fold.
    public let models: [DetectionModel]
    /// All folds' steps, in the order of time.
    public let steps: [TrainingStep]
    /// Losses of held-out images at moments of the training.
    public let traces: [LossTrace]
}

/// A thread's networks, a size each.
private final class Worker {
    private let make: (Int, Bool) throws -> any TrainingNetwork
    /// The network that judges, and whose weights of when it holds.
    private var judge: (network: any TrainingNetwork, fold: Int, moment: Int)?
    private var networks: [Int: any TrainingNetwork] = [:]
    private var holds: [Int: [Int]] = [:]

    /// - Parameter make: makes a network for an image size, to train with or to judge with.
    init(_ make: @escaping (Int, Bool) throws -> any TrainingNetwork) { self.make = make }

    /// A network with the averaged weights of a fold, for the forward pass alone.
    ///
    /// - Parameter moment: another one for other weights.
    func judge(_ size: Int, _ fold: FoldState, moment: Int) throws -> any TrainingNetwork {
        if let judge, judge.fold == fold.number, judge.moment == moment { return judge.network }
        let network = try judge?.network ?? make(size, false)
        try network.setParameters(fold.average.values)
        judge = (network, fold.number, moment)
        return network
    }

    /// The network for a size, with a fold's weights of a batch.
    func network(_ size: Int, _ fold: FoldState, batch: Int) throws -> any TrainingNetwork {
        let network = try networks[size] ?? make(size, true)
        networks[size] = network
        if holds[size] != [fold.number, batch] {
            try network.setParameters(fold.parameters)
            holds[size] = [fold.number, batch]
        }
        return network
    }
}

/// A training under way.
private final class Run {
    let states: [FoldState]
    let stepsPerEpoch: Int
    private let options: TrainingOptions
    private let model: DetectionModel
    private let samples: [ProbeSample]
    private let crew: TrainingCrew<Worker>
    private let images: TrainingImages
    private let schedule: RateSchedule
    private var orders: [[Int]] = []
    private var orderEpoch = -1

    init(_ model: DetectionModel, _ samples: [ProbeSample], _ folds: [[Int]], _ options: TrainingOptions) throws {
        self.model = model
        self.samples = samples
        self.options = options
        let backend = try Backends.required(options.backend)
        let graph = model.graph
        let scope = options.freezesBackbone ? GradientScope.from(node: model.firstNode { $0 != .backbone }) : .full
        crew = TrainingCrew<Worker>(jobs: options.jobs) {
            Worker { size, trains in
                try backend.compileForTraining(
                    graph, input: TensorShape(c: 3, h: size, w: size), gradient: trains ? scope : .none)
            }
        }
        let roles = graph.parameters.enumerated().map { index, parameter in
            Self.role(parameter, isFrozen: options.freezesBackbone && model.parameterGroup(index) == .backbone)
        }
        states = folds.enumerated().map { number, indices in
            FoldState(number: number, samples: indices, graph: graph, roles: roles, options: options)
        }
        stepsPerEpoch = max(1, (folds.map(\.count).min() ?? 0) / (options.batch * options.accumulation))
        schedule = RateSchedule(options: options, stepsPerEpoch: stepsPerEpoch)
        images = TrainingImages(samples, size: options.imageSize)
    }

    /// One step of every fold.
    func step(_ step: Int, epoch: Int, _ isCancelled: () -> Bool) throws -> [TrainingStep] {
        if orderEpoch != epoch {
            orders = states.map { shuffled($0, epoch: epoch) }
            orderEpoch = epoch
        }
        let size = imageSize(epoch)
        let loss = model.loss(size: size, hyperparameters: options.hyperparameters)
        let number = epoch * stepsPerEpoch + step
        for part in 0..<options.accumulation {
            if isCancelled() { throw CancellationError() }
            let first = (step * options.accumulation + part) * options.batch
            let batches = states.map { state in
                Batch(
                    state, orders[state.number], first: first, epoch: epoch, options: options, size: size,
                    samples: samples, loss: loss)
            }
            try run(batches, loss, size, number * options.accumulation + part)
        }
        let rates = schedule.rates(step: number)
        let states = states
        try crew.run(states.count) { _, fold in states[fold].finishStep(rates) }
        return try states.map { state in
            if let made = state.takeStep(epoch: epoch, step: number, rate: rates.weights) { return made }
            throw FileError(
                file: samples[state.samples[0]].sample.image,
                message: "the loss of fold \(state.number + 1) is not finite in epoch \(epoch + 1)",
                wayOut: "lower the rate, or run assay-labels: it names damaged images and labels")
        }
    }

    /// The loss of each image by the first fold that does not learn from it, as a batch of one.
    func heldOutLosses() throws -> [Double?] {
        var judges = [Int?](repeating: nil, count: samples.count)
        for state in states.reversed() {
            let learned = Set(state.samples)
            for index in samples.indices where !learned.contains(index) { judges[index] = state.number }
        }
        // Fold by fold, so that threads seldom change weights.
        let order = samples.indices.filter { judges[$0] != nil }.sorted {
            (judges[$0] ?? 0, $0) < (judges[$1] ?? 0, $1)
        }
        let size = options.imageSize
        let loss = model.loss(size: size, hyperparameters: options.hyperparameters)
        let (samples, states, images, options) = (samples, states, images, options)
        let moment = states.first?.optimizer.steps ?? 0
        let losses = Slots<Double>(samples.count)
        let folds = judges
        try crew.run(order.count) { worker, place in
            let index = order[place]
            guard let fold = folds[index] else { return }
            func extent(_ sample: Int) -> (width: Int, height: Int) { (samples[sample].width, samples[sample].height) }
            let view = TrainingView(
                sample: index, others: [], size: size, augmentation: .none, seed: options.seed, epoch: 0, place: 0,
                extent: extent)
            let outputs = try worker.judge(size, states[fold], moment: moment).forward(
                batch: [images.pixels(of: view)])
            let targets = view.targets({ samples[$0].boxes }, extent: extent)
            let found = loss.evaluate(outputs: outputs[0], targets: targets, wantsGradient: false)
            if found.isFinite { losses.store(found.parts.total, index) }
        }
        return losses.all()
    }

    /// The side of the images of an epoch.
    private func imageSize(_ epoch: Int) -> Int {
        guard options.growsImageSize, 2 * epoch < options.epochs else { return options.imageSize }
        let stride = model.largestStride
        return min(options.imageSize, max(2 * stride, (options.imageSize / 2 + stride - 1) / stride * stride))
    }

    /// Runs one batch of each fold forward and back, and adds what comes of it to the folds.
    private func run(
        _ batches: [Batch], _ loss: any DetectionLoss, _ size: Int, _ number: Int
    ) throws {
        let (perBatch, group) = (options.batch, options.normalizationBatch)
        let images = images
        let views = Slots<[Float]>(batches.count * perBatch)
        try crew.run(batches.count * perBatch) { _, index in
            views.store(try images.pixels(of: batches[index / perBatch].views[index % perBatch]), index)
        }
        let inputs = views.take()
        let laneCount = (perBatch + group - 1) / group
        let lanes = Slots<FoldState.Lane>(batches.count * laneCount)
        try crew.run(batches.count * laneCount) { worker, index in
            let fold = index / laneCount
            let range = index % laneCount * group..<min((index % laneCount + 1) * group, perBatch)
            let network = try worker.network(size, batches[fold].state, batch: number)
            let pixels = range.map { inputs[fold * perBatch + $0] }
            lanes.store(try Self.lane(network, pixels, range, batches[fold], loss), index)
        }
        let made = lanes.take()
        try crew.run(batches.count) { _, fold in
            batches[fold].state.add(
                Array(made[fold * laneCount..<(fold + 1) * laneCount]), images: batches[fold].chosen)
        }
    }

    private static func lane(
        _ network: any TrainingNetwork, _ pixels: [[Float]], _ range: Range<Int>, _ batch: Batch,
        _ loss: any DetectionLoss
    ) throws -> FoldState.Lane {
        let outputs = try network.forward(batch: pixels)
        let evaluations = zip(range, outputs).map {
            loss.evaluate(outputs: $1, targets: batch.targets[$0], wantsGradient: true)
        }
        // Where predictions have a say in the denominators, each group of images is a batch of its own.
        let counts = batch.counts ?? evaluations.dropFirst().reduce(evaluations[0].counts) { $0 + $1.counts }
        let images = batch.counts == nil ? evaluations.count : batch.targets.count
        var lane = FoldState.Lane(
            gradients: [], parts: LossParts(), statistics: network.batchStatistics,
            isFinite: evaluations.allSatisfy(\.isFinite))
        guard lane.isFinite else { return lane }
        for evaluation in evaluations {
            lane.parts.add(loss.share(of: evaluation, datasetCounts: counts, images: images), factor: 1)
        }
        try network.backward(
            batch: evaluations.map { loss.shareGradients(of: $0, datasetCounts: counts, images: images) })
        lane.gradients = batch.state.parameters.indices.map { index in
            network.withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
        }
        return lane
    }

    /// One batch of one fold.
    private struct Batch: Sendable {
        let state: FoldState
        let chosen: [Int]
        let views: [TrainingView]
        let targets: [[LossTarget]]
        /// What the batch's loss divides by; nil where predictions have a say in it (the v8 family).
        let counts: LossCounts?

        init(
            _ state: FoldState, _ order: [Int], first: Int, epoch: Int, options: TrainingOptions, size: Int,
            samples: [ProbeSample], loss: any DetectionLoss
        ) {
            self.state = state
            chosen = (first..<first + options.batch).map { order[$0 % order.count] }
            var augmentation = options.augmentation
            if Double(epoch) >= Double(options.epochs) * (1 - options.plainPart) { augmentation.mosaic = 0 }
            func extent(_ sample: Int) -> (width: Int, height: Int) { (samples[sample].width, samples[sample].height) }
            views = chosen.enumerated().map { place, sample in
                TrainingView(
                    sample: sample, others: state.samples, size: size, augmentation: augmentation,
                    seed: options.seed &+ UInt64(state.number), epoch: epoch, place: first + place, extent: extent)
            }
            targets = views.map { $0.targets({ samples[$0].boxes }, extent: extent) }
            let own = targets.compactMap(loss.counts)
            counts = own.count == targets.count ? own.dropFirst().reduce(own[0], +) : nil
        }
    }

    /// One place a result, written once by whichever thread took the index.
    private final class Slots<Value: Sendable>: Sendable {
        private let values: Mutex<[Value?]>
        init(_ count: Int) { values = Mutex(Array(repeating: nil, count: count)) }
        func store(_ value: Value, _ index: Int) { values.withLock { $0[index] = value } }
        func take() -> [Value] { values.withLock { $0.compactMap(\.self) } }
        func all() -> [Value?] { values.withLock { $0 } }
    }

    private func shuffled(_ state: FoldState, epoch: Int) -> [Int] {
        let seed = (options.seed &+ UInt64(state.number)) ^ 0x4F52_4445
        return state.samples.map { index in
            (CounterBasedNumber.bits(seed: seed, counter: UInt64(epoch) << 32 | UInt64(index)), index)
        }.sorted { $0 < $1 }.map(\.1)
    }

    private static func role(_ parameter: NetworkParameter, isFrozen: Bool) -> Optimizer.Role? {
        guard parameter.isTrainable, !isFrozen else { return nil }
        if parameter.shape.count > 1 { return .weight }
        return parameter.name.hasSuffix("weight") ? .normalization : .bias
    }
}
