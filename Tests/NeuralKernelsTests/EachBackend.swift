import AvailableBackends
import NeuralKernels

extension Backends {
    /// Those of this build, and `torch` where `ASSAY_TORCH` names a PyTorch.
    static func eachAtHand() throws -> [any Backend] { try atHand.map { try required($0) } }
}
