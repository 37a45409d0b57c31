import Synchronization

/// Weights as a backend lays them out, held once for all networks that are compiled with it.
public final class SharedWeights: Sendable {
    private let byNode = Mutex<[Int: any Sendable]>([:])

    public init() {}

    /// The weights of a node, made when first asked for.
    package func value<Weights: Sendable>(node: Int, make: () throws -> Weights) throws -> Weights {
        try byNode.withLock { held in
            if let known = held[node] as? Weights { return known }
            let made = try make()
            held[node] = made
            return made
        }
    }
}
