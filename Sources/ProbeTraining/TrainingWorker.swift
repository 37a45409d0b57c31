import NeuralKernels

/// A thread's networks, a size each, with the weights of whichever fold they hold at the moment.
final class TrainingWorker {
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
