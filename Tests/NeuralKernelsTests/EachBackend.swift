import AvailableBackends
import Foundation
import NeuralKernels

extension Backends {
    /// Those of this build, and `torch` where `ASSAY_TORCH` names a PyTorch: on a GPU where `ASSAY_TEST_DEVICE` says cuda.
    static func eachAtHand() throws -> [any Backend] { try atHand.map(forTests) }

    /// The backend of that name, as `eachAtHand` has it.
    static func forTests(_ name: String) throws -> any Backend {
        let device = ProcessInfo.processInfo.environment["ASSAY_TEST_DEVICE"].flatMap(ComputeDevice.init)
        return try required(name, on: mayBeTorch(name) ? device ?? .cpu : .cpu)
    }
}
