import NeuralKernels
import Synchronization
import YOLOModel

/// Compiles a run's models for the shapes of its images. Networks of one model, shape and scope share their weights.
final class NetworkSource: Sendable {
    let models: [DetectionModel]
    private let backend: any Backend
    private let precision: Precision

    private struct Key: Hashable {
        var model: Int
        var input: TensorShape
    }

    private struct Shelf {
        weak var weights: SharedWeights?
    }

    private let shelves = Mutex<[Key: Shelf]>([:])

    init(_ models: [DetectionModel], backend: any Backend, precision: Precision) {
        self.models = models
        self.backend = backend
        self.precision = precision
    }

    /// A worker's networks.
    func networks(gradient: @Sendable @escaping (DetectionModel) -> GradientScope) -> JudgingNetworks {
        JudgingNetworks { index, input in
            let model = self.models[index]
            let weights = self.weights(Key(model: index, input: input))
            let network = try self.backend.compile(
                model.graph, input: input, gradient: gradient(model), precision: self.precision, sharing: weights)
            return (network, weights)
        }
    }

    /// Kept for as long as a network uses them.
    private func weights(_ key: Key) -> SharedWeights {
        shelves.withLock { held in
            if let known = held[key]?.weights { return known }
            let made = SharedWeights()
            held[key] = Shelf(weights: made)
            return made
        }
    }
}

/// The networks of one worker: those of the input shape that it met last, made when first needed.
final class JudgingNetworks {
    typealias Network = (network: any CompiledNetwork, weights: SharedWeights)
    private let make: (Int, TensorShape) throws -> Network
    private var input: TensorShape?
    private var byModel: [Int: Network] = [:]

    init(_ make: @escaping (Int, TensorShape) throws -> Network) { self.make = make }

    func network(_ model: Int, input: TensorShape) throws -> any CompiledNetwork {
        if input != self.input {
            byModel = [:]
            self.input = input
        }
        if let known = byModel[model] { return known.network }
        let made = try make(model, input)
        byModel[model] = made
        return made.network
    }
}
