import FileReading
import Imaging
import YOLODataset

/// The order in which a run passes its images: those of one shape together, so that networks are made once a shape.
struct JudgingOrder: Sendable {
    private let order: [Int]
    private let jobs: Int
    private let isCancelled: @Sendable () -> Bool

    init(
        _ samples: [DatasetSample], _ models: ToxicModels, _ options: ToxicOptions,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        jobs = options.jobs
        self.isCancelled = isCancelled
        guard options.outline != .square else {
            order = Array(samples.indices)
            return
        }
        let shapes = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled, makeState: {},
            { _, index -> SIMD2<Int> in
                guard let header = try? ImageHeader.readFile(samples[index].imagePath), header.width > 0,
                    header.height > 0
                else { return .zero }
                let model = models.models[models.index(samples[index].image)]
                let letterbox = options.letterbox(width: header.width, height: header.height, model)
                return SIMD2(letterbox.width, letterbox.height)
            })
        order = samples.indices.sorted { (shapes[$0].x, shapes[$0].y, $0) < (shapes[$1].x, shapes[$1].y, $1) }
    }

    /// As `WorkerPool.map` over the samples, but in this order. Results come back in that of the samples.
    func map<State, Result: Sendable>(
        progress: @Sendable @escaping (Int) -> Void = { _ in }, makeState: @Sendable @escaping () throws -> State,
        _ body: @Sendable @escaping (inout State, Int) throws -> Result
    ) throws -> [Result] {
        let results = try WorkerPool.map(
            count: order.count, jobs: jobs, isCancelled: isCancelled, progress: progress, makeState: makeState,
            { state, place in try body(&state, order[place]) })
        return zip(order, results).sorted { $0.0 < $1.0 }.map(\.1)
    }
}
