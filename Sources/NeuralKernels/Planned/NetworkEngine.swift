/// What a backend brings to a planned network: convolutions, products of matrices, and the memory with the loops over it,
/// which are `HostLoops` for whoever computes on this machine's own.
package protocol NetworkEngine {
    associatedtype Convolution: ConvolutionPasses
    associatedtype Loops: NetworkLoops

    /// The memory of a network, and the loops over it.
    func loops() throws -> Loops

    /// How many channels its convolutions like to find together; 1 for plain `[C, H, W]`.
    var preferredBlock: Int { get }

    /// Everything that the passes of a convolution need.
    ///
    /// - Parameter loops: those of the network.
    /// - Throws: `GraphError` where it refuses the convolution.
    func convolution(_ request: ConvolutionRequest, _ loops: Loops) throws -> Convolution

    /// `to` = scale · a · b.
    ///
    /// - Parameters:
    ///   - node: by which an error names it.
    ///   - size: of the product, and how many terms each of its values has.
    ///   - rowLength: floats from one row of the product to the next.
    func multiply(
        node: String, _ size: (rows: Int, columns: Int, depth: Int), scale: Float, _ a: PlainMatrix, _ b: PlainMatrix,
        to: UnsafeMutablePointer<Float>, rowLength: Int
    ) throws
}

extension NetworkEngine {
    /// Why a planned network cannot run such a node; nil where it can.
    package static func refusal(of node: NetworkGraph.Node) -> String? {
        node.operation == .add && node.inputs.count < 2 ? "it adds two results or more" : nil
    }
}

/// A matrix as its rows lie in memory.
package struct PlainMatrix {
    /// Its first value.
    package var values: UnsafePointer<Float>
    /// Floats from one row to the next.
    package var rowLength: Int
    /// Whether its columns are taken for rows.
    package var isTransposed = false

    /// The same, with rows and columns exchanged.
    var turned: PlainMatrix {
        PlainMatrix(values: values, rowLength: rowLength, isTransposed: !isTransposed)
    }
}

/// A convolution that an engine is to make.
package struct ConvolutionRequest {
    /// The node's name.
    package var name: String
    /// Its kernel, strides and groups.
    package var convolution: NetworkGraph.Convolution
    /// `[1, c, h, w]` of what it reads.
    package var input: TensorShape
    /// Channels of the input that lie together.
    package var inputBlock: Int
    /// `[1, c, h, w]` of its result.
    package var output: TensorShape
    /// Channels of the result that lie together.
    package var outputBlock: Int
    /// Whether the gradient of the input will be asked for.
    package var needsData: Bool
    /// Whether the gradients of weight and bias will be asked for.
    package var needsWeights: Bool
    /// Whether those are summed over several images.
    package var sumsImages: Bool
    /// Of the gradients.
    package var precision: Precision
}

/// The passes of a convolution, with their scratch memory.
package enum ConvolutionPass {
    case forward, backwardData, backwardWeights
}

/// One convolution of an engine, for one shape: weight and bias, and nothing that follows.
///
/// Activations lie as `[C/block][H·W][block]`. A network calls it from one thread.
package protocol ConvolutionPasses: AnyObject {
    /// Weight and bias as the passes want them; several convolutions of one shape may use the same.
    associatedtype Weights: AnyObject, Sendable

    /// Bytes of scratch memory that a pass needs, aligned to 64.
    func scratchSize(_ pass: ConvolutionPass) -> Int

    /// Room for weight and bias.
    func makeWeights() throws -> Weights

    /// Fills it. Whoever shares weights fills them once, before anybody uses them.
    ///
    /// - Parameters:
    ///   - weight: `[out, in/groups, kh, kw]`.
    ///   - bias: `[out]`.
    func set(_ weights: Weights, weight: [Float], bias: [Float]) throws

    /// Takes these weights in all passes from now on.
    func use(_ weights: Weights) throws

    /// The result of the convolution.
    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer) throws

    /// From the gradient of the result, that of the input.
    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer) throws

    /// From input and the gradient of the result, those of weight and bias: `takeGradients` hands them out.
    ///
    /// - Parameter accumulate: whether to add to what the last call found.
    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool) throws

    /// Writes what `backwardWeights` has found into the network's memory.
    ///
    /// - Parameters:
    ///   - scratch: that of the backward pass.
    ///   - weight: room for `[out, in/groups, kh, kw]`.
    ///   - bias: room for `[out]`.
    func takeGradients(
        scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>) throws
}
