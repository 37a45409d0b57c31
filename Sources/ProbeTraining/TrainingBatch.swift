import YOLOModel

/// One batch of one fold.
struct TrainingBatch: Sendable {
    let state: FoldState
    let chosen: [Int]
    let views: [TrainingView]
    let targets: [[LossTarget]]
    /// What the batch's loss divides by; nil where predictions have a say in it (the v8 family).
    let counts: LossCounts?

    init(
        _ state: FoldState, _ order: [Int], first: Int, epoch: Int, options: TrainingOptions,
        course: TrainingCourse, size: Int, samples: [ProbeSample], loss: any DetectionLoss
    ) {
        self.state = state
        chosen = (first..<first + options.batch).map { order[$0 % order.count] }
        var augmentation = options.augmentation
        if course.progress(epoch) >= 1 - options.plainPart { augmentation.mosaic = 0 }
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
