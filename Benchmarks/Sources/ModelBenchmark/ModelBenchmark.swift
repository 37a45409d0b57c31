import AvailableBackends
import FileReading
import Foundation
import NeuralKernels
import YOLOModel

/// Loss and full gradient of one image after the other: images a second, and convolutions' share of the time.
///
///     ModelBenchmark MODEL|CHECKPOINT.pt SIZE JOBS IMAGES [PRECISION|winograd]
///
/// Prints: model size jobs images/s ms/image convolution-share
///
/// winograd: one thread, without and with our own 3 × 3 convolutions, image by image in turn. Prints medians:
/// model size ms/image-without ms/image-with ratio
@main struct ModelBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard (5...6).contains(arguments.count), let model = try model(arguments[1]), let size = Int(arguments[2]),
            let jobs = Int(arguments[3]), let images = Int(arguments[4]), size > 0, jobs > 0, images > 0,
            let precision = arguments.count == 6 && arguments[5] != "winograd"
                ? Precision(rawValue: arguments[5]) : .single
        else {
            FileHandle.standardError.write(
                Data(
                    "usage: ModelBenchmark yolov5n|yolov5s|…|CHECKPOINT.pt SIZE JOBS IMAGES [bfloat16|winograd]\n".utf8)
            )
            exit(2)
        }
        let sample = BenchmarkSample(model, size: size)
        guard let backend = Backends.all.first else { exit(2) }
        let shape = TensorShape(c: 3, h: size, w: size)
        if arguments.last == "winograd" {
            let medians = try turns(model, sample, backend, shape, images: images)
            let times = medians.map { short($0 * 1000) }
            print(
                Paths.withoutSuffix(Paths.fileName(of: arguments[1])), size, times[0], times[1],
                short(medians[0] / medians[1]))
            return
        }
        let weights = SharedWeights()
        // Each worker warms up with two images; the clock runs from when all have.
        let warm = Barrier(count: jobs)
        let rates = try WorkerPool.map(
            count: jobs, jobs: jobs,
            makeState: {
                try backend.compile(
                    model.graph, input: shape, gradient: .full, precision: precision, sharing: weights)
            },
            { network, _ -> (seconds: Double, share: Double) in
                for _ in 0..<2 { _ = try sample.run(network) }
                warm.wait()
                let profiled = network as? any ProfiledNetwork
                profiled?.keepsProfile = true
                let start = ContinuousClock.now
                for _ in 0..<images { _ = try sample.run(network) }
                let time = ContinuousClock.now - start
                // Convolutions alone have a node's name.
                let convolutions = (profiled?.profile ?? []).filter { !$0.node.isEmpty }.reduce(.zero) { $0 + $1.time }
                return (time / .seconds(1), convolutions / time)
            })
        let slowest = rates.map(\.seconds).max() ?? 1
        let rate = Double(jobs * images) / slowest
        let share = rates.map(\.share).reduce(0, +) / Double(rates.count)
        print(
            "\(Paths.withoutSuffix(Paths.fileName(of: arguments[1]))) \(size) \(jobs) \(short(rate)) \(short(1000 / rate)) \(short(share))"
        )
    }
}

extension ModelBenchmark {
    private static func short(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    /// Seconds of this thread an image, without and with our own 3 × 3 convolutions: medians of runs that take turns, so
    /// that what else the machine does slows both.
    private static func turns(
        _ model: DetectionModel, _ sample: BenchmarkSample, _ backend: any Backend, _ shape: TensorShape, images: Int
    ) throws -> [Double] {
        let networks = try ["off", "on"].map { choice in
            setenv("ASSAY_WINOGRAD", choice, 1)
            return try backend.compile(model.graph, input: shape, gradient: .full)
        }
        for network in networks { _ = try sample.run(network) }
        var times: [[Double]] = [[], []]
        for image in 0..<images {
            for turn in 0..<2 {
                let which = (image + turn) % 2
                let start = threadSeconds()
                _ = try sample.run(networks[which])
                times[which].append(threadSeconds() - start)
            }
        }
        return times.map { $0.sorted()[$0.count / 2] }
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// A standard model with new weights, or a checkpoint.
    private static func model(_ name: String) throws -> DetectionModel? {
        if name.hasSuffix(".pt") { return try DetectionModel.load(checkpoint: name) }
        return try StandardModels.yaml(named: name).map { try ModelYAML.parse($0, file: name).makeModel() }
    }
}

/// Lets threads go on when all have arrived.
final class Barrier: @unchecked Sendable {
    private let condition = NSCondition()
    private var missing: Int

    init(count: Int) { missing = count }

    func wait() {
        condition.lock()
        missing -= 1
        if missing <= 0 { condition.broadcast() }
        while missing > 0 { condition.wait() }
        condition.unlock()
    }
}
