import AvailableBackends
import FileReading
import Geometry
import NeuralKernels
import Randomness
import YOLODataset
import YOLOModel

/// A training under way.
final class TrainingRun {
    let states: [FoldState]
    let stepsPerEpoch: Int
    private let options: TrainingOptions
    private let model: DetectionModel
    private let samples: [ProbeSample]
    private let crew: TrainingCrew<TrainingWorker>
    private let images: TrainingImages
    private let schedule: RateSchedule
    /// How long it goes on.
    var course: TrainingCourse
    private var orders: [[Int]] = []
    private var orderEpoch = -1

    init(_ model: DetectionModel, _ samples: [ProbeSample], _ folds: [[Int]], _ options: TrainingOptions) throws {
        var model = model
        model.lossSettings.set(gains: options.gains)
        self.model = model
        self.samples = samples
        self.options = options
        course = TrainingCourse(epochs: options.epochs)
        let backend = try Backends.required(options.backend, on: options.device)
        let graph = model.graph
        let scope = options.freezesBackbone ? GradientScope.from(node: model.firstNode { $0 != .backbone }) : .full
        crew = try TrainingCrew<TrainingWorker>(jobs: options.jobs) {
            TrainingWorker { size, trains in
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
        var model = model
        // The heads of an end-to-end model change their weights with the epochs.
        model.lossSettings.anchorFree.progress =
            course.hasConverged ? course.progress(epoch) : Double(epoch) / Double(max(options.epochs - 1, 1))
        let loss = model.loss(size: size)
        let number = epoch * stepsPerEpoch + step
        for part in 0..<options.accumulation {
            if isCancelled() { throw CancellationError() }
            let first = (step * options.accumulation + part) * options.batch
            let batches = states.map { state in
                TrainingBatch(
                    state, orders[state.number], first: first, epoch: epoch, options: options, course: course,
                    size: size, samples: samples, loss: loss)
            }
            try run(batches, loss, size, number * options.accumulation + part)
        }
        let rates = schedule.rates(step: number, course: course)
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

    /// The loss of each image by the first fold that does not learn from it, as a batch of one; and what the folds predict
    /// on such images.
    ///
    /// - Parameter held: samples that are looked at; nil for all.
    func heldOut(_ held: [Int]?) throws -> (losses: [Double?], quality: JudgeQuality?) {
        var judges = [Int?](repeating: nil, count: samples.count)
        for state in states.reversed() {
            let learned = Set(state.samples)
            for index in held ?? Array(samples.indices) where !learned.contains(index) { judges[index] = state.number }
        }
        // Fold by fold, so that threads seldom change weights.
        let order = samples.indices.filter { judges[$0] != nil }.sorted {
            (judges[$0] ?? 0, $0) < (judges[$1] ?? 0, $1)
        }
        let size = options.imageSize
        let loss = model.loss(size: size)
        let (samples, states, images, options) = (samples, states, images, options)
        let moment = states.first?.optimizer.steps ?? 0
        let losses = ResultSlots<Double>(samples.count)
        let judged = ResultSlots<JudgeQuality.Image>(samples.count)
        let folds = judges
        let model = model
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
            judged.store(Self.judged(outputs[0], targets, model, size), index)
        }
        return (losses.all(), JudgeQuality(judged.take()))
    }

    /// What is predicted on an image against its labels.
    private static func judged(
        _ outputs: [[Float]], _ targets: [LossTarget], _ model: DetectionModel, _ size: Int
    ) -> JudgeQuality.Image {
        var detection = DetectionOptions()
        (detection.leastConfidence, detection.keepsEveryClass) = (leastJudged, false)
        let labels = targets.map { target in
            let box = Box(
                cx: Double(target.cx), cy: Double(target.cy), width: Double(target.width), height: Double(target.height)
            )
            return Detection(
                box: ObjectBox(Edges(box.multiplied(width: Double(size), height: Double(size)))), confidence: 1,
                classID: target.classID)
        }
        return JudgeQuality.Image(
            predictions: model.detections(
                outputs: outputs, input: TensorShape(c: 3, h: size, w: size), options: detection), labels: labels)
    }

    /// Less confident predictions hardly change the average precision, and are most of them.
    private static let leastJudged = 0.01

    /// The side of the images of an epoch.
    private func imageSize(_ epoch: Int) -> Int {
        guard options.growsImageSize, 2 * epoch < course.epochs else { return options.imageSize }
        let stride = model.largestStride
        return min(options.imageSize, max(2 * stride, (options.imageSize / 2 + stride - 1) / stride * stride))
    }

    /// Runs one batch of each fold forward and back, and adds what comes of it to the folds.
    private func run(
        _ batches: [TrainingBatch], _ loss: any DetectionLoss, _ size: Int, _ number: Int
    ) throws {
        let (perBatch, group) = (options.batch, options.normalizationBatch)
        let images = images
        let views = ResultSlots<[Float]>(batches.count * perBatch)
        try crew.run(batches.count * perBatch) { _, index in
            views.store(try images.pixels(of: batches[index / perBatch].views[index % perBatch]), index)
        }
        let inputs = views.take()
        let laneCount = (perBatch + group - 1) / group
        let lanes = ResultSlots<FoldState.Lane>(batches.count * laneCount)
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
        _ network: any TrainingNetwork, _ pixels: [[Float]], _ range: Range<Int>, _ batch: TrainingBatch,
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
        lane.gradients = try batch.state.parameters.indices.map { index in
            // Of kernels that nobody trains, such as those of average pools, none is of use.
            try batch.state.trains[index] ? network.withGradient(ofParameter: index) { $0.map(Array.init) ?? [] } : []
        }
        return lane
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
