import COneDNN
import CVectorKernels
import FileReading
import Foundation
import NeuralKernels

/// The fast backend: oneDNN's convolutions, blocked layouts from end to end, batch-norm folded into the weights.
///
/// Each compiled network computes on the thread that made it alone, so that N worker threads give N times the
/// throughput and the same bits as one.
public struct OneDNNBackend: Backend {
    /// `onednn`
    public let name = "onednn"
    /// oneDNN's CPU engine; others are not used.
    public let device = ComputeDevice.cpu

    public init() {}

    /// For example `2.6.3`.
    public var libraryVersion: String? {
        var text = [CChar](repeating: 0, count: 32)
        assay_dnn_version(&text)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// oneDNN's own number for them, such as `0x3ff`, and whether 3 × 3 convolutions are our own on this CPU.
    public var instructions: String? {
        let hasOwn = assay_winograd_form_for(assay_dnn_block()) != assay_winograd_none
        return "0x" + String(assay_dnn_instructions(), radix: 16) + (hasOwn ? " winograd" : "")
    }

    /// The 3 × 3 convolutions of our own, where the CPU has a form of them: the same on all machines, as a plan's digest is,
    /// unless the environment leaves them out.
    public var kernels: String? { assay_winograd_is_wanted() != 0 ? "winograd \(assay_winograd_revision)" : nil }

    /// Refuses a word in the environment that means nothing.
    ///
    /// - Throws: `FileError` of the variable.
    public static func checkEnvironment() throws {
        let variable = "ASSAY_WINOGRAD"
        guard let value = getenv(variable).map({ String(cString: $0) }), !["", "on", "off"].contains(value) else {
            return
        }
        throw FileError(
            file: variable, message: "is \(value), which is neither on nor off",
            wayOut: "set it to off to leave 3 × 3 convolutions to oneDNN, or leave it out")
    }

    public func prepare(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork {
        assay_dnn_use_one_thread()
        return try PlannedNetwork(
            graph, on: OneDNNEngine(), input: input, scope: gradient, precision: precision, sharing: sharing)
    }

    public func refusal(of node: NetworkGraph.Node) -> String? { OneDNNEngine.refusal(of: node) }

    public func supports(_ precision: Precision) -> Bool {
        precision == .single || assay_dnn_has_bfloat16() != 0
    }

    public func prepareForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork {
        assay_dnn_use_one_thread()
        return try PlannedNetwork(graph, on: OneDNNEngine(), input: input, scope: gradient, trains: true)
    }
}

extension GraphError {
    /// - Parameter status: oneDNN's, 0 when all is well.
    static func check(_ status: Int32, node: String) throws {
        guard status == 0 else { throw GraphError(node: node, reason: "oneDNN failed with status \(status)") }
    }
}

/// Owner of one convolution's primitives.
struct ConvolutionHandle: ~Copyable {
    let pointer: OpaquePointer

    init(_ shape: assay_convolution_shape, node: String) throws {
        var shape = shape
        var status: Int32 = 0
        guard let made = assay_convolution_make(&shape, &status) else {
            throw GraphError(node: node, reason: "oneDNN refuses this convolution (status \(status))")
        }
        pointer = made
    }

    deinit { assay_convolution_free(pointer) }
}
