import CTorch
import NeuralKernels

/// A PyTorch that is installed on this machine, opened while the program runs: nothing of it is part of this build.
///
/// Its convolutions and products of matrices compute; what stands between them are loops of this package, as for every
/// planned network. Each compiled network computes on the thread that made it alone.
public struct TorchBackend: Backend {
    /// `torch`
    public static let name = "torch"

    private let library: TorchLibrary

    /// Why no GPU of NVIDIA is to be had, in words to follow "because"; nil where one is. The driver is asked once a process,
    /// and nothing of PyTorch is opened.
    public static let reasonForNoGPU = TorchLibrary.reasonForNoGPU(driver: "libcuda.so.1")

    /// Opens an installation, to compute on the CPU or on a GPU.
    ///
    /// - Throws: `FileError` where it cannot be loaded, lacks a function, has no GPU, or does not compute what it should.
    public init(_ installation: TorchInstallation, on device: ComputeDevice = .cpu) throws {
        try self.init(installation, at: device == .cuda ? .cuda : .cpu)
    }

    /// As `init(_:on:)`, also for tests of what a device needs.
    package init(_ installation: TorchInstallation, at place: TorchPlace) throws {
        library = try TorchLibrary(installation, place)
    }

    /// `torch`
    public var name: String { Self.name }

    /// Where PyTorch computes.
    public var device: ComputeDevice { library.place == .cuda ? .cuda : .cpu }

    /// PyTorch's, for example `2.13.0+cpu`.
    public var libraryVersion: String? { library.installation.version }

    public func refusal(of node: NetworkGraph.Node) -> String? { TorchEngine<HostLoops>.refusal(of: node) }

    public func supports(_ precision: Precision) -> Bool { precision == .single }

    public func prepare(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork {
        try network(graph, input, gradient, trains: false, sharing: sharing)
    }

    public func prepareForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork {
        try network(graph, input, gradient, trains: true, sharing: nil)
    }

    private func network(
        _ graph: NetworkGraph, _ input: TensorShape, _ scope: GradientScope, trains: Bool, sharing: SharedWeights?
    ) throws -> any CompiledNetwork & TrainingNetwork {
        try library.enter()
        let library = library
        guard let device = library.device else {
            let engine = TorchEngine(library: library) { HostLoops() }
            return try PlannedNetwork(
                graph, on: engine, input: input, scope: scope, trains: trains, sharing: sharing)
        }
        let engine = TorchEngine(library: library) { try DeviceLoops(device) }
        return try PlannedNetwork(graph, on: engine, input: input, scope: scope, trains: trains, sharing: sharing)
    }
}
