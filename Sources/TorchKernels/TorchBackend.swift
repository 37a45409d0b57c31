import NeuralKernels

/// A PyTorch that is installed on this machine, opened while the program runs: nothing of it is part of this build.
///
/// Its convolutions and products of matrices compute; what stands between them are loops of this package, as for every
/// planned network. Each compiled network computes on the thread that made it alone.
public struct TorchBackend: Backend {
    /// `torch`
    public static let name = "torch"

    private let library: TorchLibrary

    /// Opens an installation.
    ///
    /// - Throws: `FileError` where it cannot be loaded, lacks a function, or does not compute what it should.
    public init(_ installation: TorchInstallation) throws {
        library = try TorchLibrary(installation)
    }

    /// `torch`
    public var name: String { Self.name }

    /// PyTorch's CPU device; others are not used.
    public var device: ComputeDevice { .cpu }

    /// PyTorch's, for example `2.13.0+cpu`.
    public var libraryVersion: String? { library.installation.version }

    public func refusal(of node: NetworkGraph.Node) -> String? { TorchEngine.refusal(of: node) }

    public func supports(_ precision: Precision) -> Bool { precision == .single }

    public func prepare(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork {
        library.enter()
        return try PlannedNetwork(
            graph, on: TorchEngine(library: library), input: input, scope: gradient, precision: precision,
            sharing: sharing)
    }

    public func prepareForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork {
        library.enter()
        return try PlannedNetwork(
            graph, on: TorchEngine(library: library), input: input, scope: gradient, trains: true)
    }
}
