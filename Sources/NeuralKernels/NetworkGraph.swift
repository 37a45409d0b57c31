import CheckedNumbers
import FileReading

/// The shape of an activation, `[n, c, h, w]`.
public struct TensorShape: Hashable, Sendable {
    /// Images of a batch.
    public var n: Int
    /// Channels.
    public var c: Int
    /// Rows.
    public var h: Int
    /// Columns.
    public var w: Int

    /// `[n, c, h, w]`, of one image unless said otherwise.
    public init(n: Int = 1, c: Int, h: Int, w: Int) {
        self.n = n
        self.c = c
        self.h = h
        self.w = w
    }

    /// Number of values.
    public var count: Int { n * c * h * w }
    /// `h · w`
    public var pixels: Int { h * w }
}

/// A named array of weights, in the framework's order: a convolution's is `[out, in/groups, kh, kw]`.
public struct NetworkParameter: Sendable {
    /// As the framework names it, for example `model.0.conv.weight`.
    public var name: String
    /// `[out, in/groups, kh, kw]` of a convolution, `[channels]` of biases and batch-norms.
    public var shape: [Int]
    /// Row-major, as many as the product of the shape.
    public var values: [Float]
    /// False for running statistics and other buffers.
    public var isTrainable: Bool

    /// Weights that training changes, unless said otherwise.
    public init(name: String, shape: [Int], values: [Float], isTrainable: Bool = true) {
        self.name = name
        self.shape = shape
        self.values = values
        self.isTrainable = isTrainable
    }
}

/// What is wrong with a graph: the node and the reason. Wrapped by whoever knows the file that it came from.
public struct GraphError: UserFacingError, Hashable {
    /// The node's name.
    public let node: String
    /// In words, to follow the node's name.
    public let reason: String

    /// - Parameter reason: in words, to follow the node's name.
    public init(node: String, reason: String) {
        self.node = node
        self.reason = reason
    }

    public var description: String { "\(node): \(reason)" }
}

/// A network as a list of operations, each reading the results of earlier ones.
public struct NetworkGraph: Sendable {
    /// What follows an operation, value by value: SiLU is x·σ(x), the leaky ReLU max(x, slope·x).
    public enum Activation: Hashable, Sendable {
        case none, silu
        case leakyReLU(slope: Float)
    }

    /// Indices of a batch-norm's parameters. Statistics are frozen: y = γ·(x − μ)/√(σ² + ε) + β.
    public struct BatchNorm: Hashable, Sendable {
        /// γ, one a channel.
        public var weight: Int
        /// β, one a channel.
        public var bias: Int
        /// μ, one a channel; not trained.
        public var runningMean: Int
        /// σ², one a channel; not trained.
        public var runningVariance: Int
        /// ε, added to the variance.
        public var epsilon: Float

        /// - Parameters:
        ///   - weight: the index of γ, as the others that of theirs.
        ///   - epsilon: added to the variance.
        public init(weight: Int, bias: Int, runningMean: Int, runningVariance: Int, epsilon: Float) {
            self.weight = weight
            self.bias = bias
            self.runningMean = runningMean
            self.runningVariance = runningVariance
            self.epsilon = epsilon
        }
    }

    /// A convolution with what usually follows it: bias or batch-norm, then an activation.
    public struct Convolution: Hashable, Sendable {
        /// The index of the kernel, `[out, in/groups, kh, kw]`.
        public var weight: Int
        /// The index of the bias, `[out]`; nil where a batch-norm follows.
        public var bias: Int?
        /// What follows instead of a bias; nil for none.
        public var batchNorm: BatchNorm?
        /// Channels of the result.
        public var outChannels: Int
        /// Rows of the kernel.
        public var kernelHeight: Int
        /// Columns of the kernel.
        public var kernelWidth: Int
        /// Input pixels a step, the same both ways.
        public var stride: Int
        /// Rows of zeros above, and as many below.
        public var paddingHeight: Int
        /// Columns of zeros at the left, and as many at the right.
        public var paddingWidth: Int
        /// Input pixels from one tap of the kernel to the next, the same both ways.
        public var dilation: Int
        /// Parts of the channels that see nothing of each other.
        public var groups: Int
        /// What follows in the end.
        public var activation: Activation

        /// A convolution of the graph's parameters; shapes are checked when the graph's shapes are inferred.
        public init(
            weight: Int, bias: Int? = nil, batchNorm: BatchNorm? = nil, outChannels: Int, kernelHeight: Int,
            kernelWidth: Int, stride: Int = 1, paddingHeight: Int = 0, paddingWidth: Int = 0, dilation: Int = 1,
            groups: Int = 1, activation: Activation = .none
        ) {
            self.weight = weight
            self.bias = bias
            self.batchNorm = batchNorm
            self.outChannels = outChannels
            self.kernelHeight = kernelHeight
            self.kernelWidth = kernelWidth
            self.stride = stride
            self.paddingHeight = paddingHeight
            self.paddingWidth = paddingWidth
            self.dilation = dilation
            self.groups = groups
            self.activation = activation
        }
    }

    /// Softmax attention between the pixels of an area.
    ///
    /// The input holds, head by head, `keyChannels` of queries, as many of keys, and `valueChannels` of values. Pixels in
    /// reading order are cut into `areas` runs of one length, which see nothing of each other. A head's result at pixel i
    /// is Σⱼ valueⱼ · softmaxⱼ(scale · queryᵢ · keyⱼ); the output holds `heads · valueChannels` channels.
    public struct Attention: Hashable, Sendable {
        /// How many there are, one after the other in the channels.
        public var heads: Int
        /// Channels of a head's queries, and of its keys.
        public var keyChannels: Int
        /// Channels of a head's values.
        public var valueChannels: Int
        /// Runs of pixels that see nothing of each other; 1 for attention over the whole image.
        public var areas: Int
        /// Factor of the products of queries and keys, mostly 1/√`keyChannels`.
        public var scale: Float

        /// Attention whose input has `heads · (2 · keyChannels + valueChannels)` channels.
        public init(heads: Int, keyChannels: Int, valueChannels: Int, areas: Int, scale: Float) {
            self.heads = heads
            self.keyChannels = keyChannels
            self.valueChannels = valueChannels
            self.areas = areas
            self.scale = scale
        }
    }

    /// What a node does with the results of the nodes that it reads, each `[n, c, h, w]`.
    public enum Operation: Hashable, Sendable {
        case input
        case convolution(Convolution)
        /// Padding never wins.
        case maxPool(kernel: Int, stride: Int, padding: Int)
        case upsampleNearest(factor: Int)
        /// Channels become pixels: channel c·f² + y·f + x is the pixel at row y and column x of channel c's f × f.
        case pixelShuffle(factor: Int)
        /// Along the channels.
        case concatenate
        case add
        /// Channels `from ..< from + count`.
        case slice(from: Int, count: Int)
        case activation(Activation)
        /// Softmax attention between pixels.
        case attention(Attention)
        /// The input, from which no gradient goes back.
        case detach

        /// Whether a gradient is of use here and before.
        package var passesGradient: Bool { self != .input && self != .detach }
    }

    /// One operation and what it reads.
    public struct Node: Hashable, Sendable {
        /// For example `model.2.cv1`.
        public var name: String
        /// What it does.
        public var operation: Operation
        /// Indices of earlier nodes.
        public var inputs: [Int]
    }

    /// Each reads earlier ones alone.
    public private(set) var nodes: [Node] = []
    /// Nodes whose results the forward pass returns.
    public var outputs: [Int] = []
    /// Weights and running statistics, in the order in which they were added.
    public private(set) var parameters: [NetworkParameter] = []

    public init() {}

    /// Adds a node and returns its index.
    public mutating func add(_ operation: Operation, inputs: [Int] = [], name: String) -> Int {
        nodes.append(Node(name: name, operation: operation, inputs: inputs))
        return nodes.count - 1
    }

    /// Adds a parameter and returns its index.
    public mutating func addParameter(_ parameter: NetworkParameter) -> Int {
        parameters.append(parameter)
        return parameters.count - 1
    }

    /// Replaces a parameter's values; the count must stay.
    public mutating func setValues(_ values: [Float], ofParameter index: Int) {
        precondition(values.count == parameters[index].values.count)
        parameters[index].values = values
    }

    /// The shape of every node's result for an input.
    ///
    /// - Throws: `GraphError` naming the first node that does not fit.
    public func shapes(input: TensorShape) throws -> [TensorShape] {
        var shapes: [TensorShape] = []
        shapes.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            guard node.inputs.allSatisfy({ $0 >= 0 && $0 < index }) else {
                throw GraphError(node: node.name, reason: "reads a node that does not stand before it")
            }
            let inputs = node.inputs.map { shapes[$0] }
            guard node.operation == .input || !inputs.isEmpty else {
                throw GraphError(node: node.name, reason: "reads nothing")
            }
            let shape = try shape(of: node, inputs: inputs, networkInput: input)
            // What these add up to stands in `checkCost`; here it is made sure that it can be counted.
            guard max(shape.c, shape.h, shape.w) <= 1 << 24,
                [shape.n, shape.c, shape.h, shape.w].checkedProduct() != nil
            else {
                throw GraphError(
                    node: node.name, reason: "makes \(shape.c) × \(shape.h) × \(shape.w) values, which is beyond reason"
                )
            }
            shapes.append(shape)
        }
        return shapes
    }

    private func shape(of node: Node, inputs: [TensorShape], networkInput: TensorShape) throws -> TensorShape {
        func refuse(_ reason: String) -> GraphError { GraphError(node: node.name, reason: reason) }
        guard var shape = inputs.first else { return networkInput }
        switch node.operation {
        case .input:
            return networkInput
        case .convolution(let convolution):
            return try self.shape(of: convolution, input: shape, refuse)
        case .maxPool(let kernel, let stride, let padding):
            guard shape.h + 2 * padding >= kernel, shape.w + 2 * padding >= kernel else {
                throw refuse("the input of \(shape.h) × \(shape.w) is smaller than the window of \(kernel)")
            }
            shape.h = (shape.h + 2 * padding - kernel) / stride + 1
            shape.w = (shape.w + 2 * padding - kernel) / stride + 1
        case .upsampleNearest(let factor):
            shape.h *= factor
            shape.w *= factor
        case .pixelShuffle(let factor):
            guard factor > 0, factor <= 64, shape.c % (factor * factor) == 0 else {
                throw refuse("\(shape.c) channels cannot be laid out as \(factor) × \(factor) pixels")
            }
            shape.c /= factor * factor
            shape.h *= factor
            shape.w *= factor
        case .concatenate:
            guard inputs.allSatisfy({ $0.h == shape.h && $0.w == shape.w }) else {
                throw refuse("inputs of different sizes cannot be concatenated: the image size must fit the strides")
            }
            shape.c = inputs.reduce(0) { $0 + $1.c }
        case .add:
            guard inputs.allSatisfy({ $0 == shape }) else { throw refuse("inputs of different shapes cannot be added") }
        case .slice(let from, let count):
            guard from >= 0, count > 0, from + count <= shape.c else {
                throw refuse("channels \(from)..<\(from + count) of \(shape.c)")
            }
            shape.c = count
        case .activation, .detach: break
        case .attention(let attention):
            let channels = attention.heads * (2 * attention.keyChannels + attention.valueChannels)
            guard attention.heads > 0, attention.keyChannels > 0, attention.valueChannels > 0, attention.areas > 0,
                shape.c == channels
            else { throw refuse("attention needs \(channels) channels, not \(shape.c)") }
            guard shape.pixels % attention.areas == 0 else {
                throw refuse(
                    "\(shape.pixels) pixels cannot be cut into \(attention.areas) areas: use another image size")
            }
            shape.c = attention.heads * attention.valueChannels
        }
        return shape
    }

    private func shape(
        of convolution: Convolution, input: TensorShape, _ refuse: (String) -> GraphError
    ) throws -> TensorShape {
        guard convolution.groups > 0, convolution.stride > 0, convolution.dilation > 0,
            input.c % convolution.groups == 0, convolution.outChannels % convolution.groups == 0
        else { throw refuse("\(input.c) channels do not divide into \(convolution.groups) groups") }
        let weight = parameters[convolution.weight]
        let expected = [
            convolution.outChannels, input.c / convolution.groups, convolution.kernelHeight, convolution.kernelWidth,
        ]
        guard weight.shape == expected, weight.values.count == expected.reduce(1, *) else {
            throw refuse("\(weight.name) has the shape \(weight.shape), \(expected) is needed")
        }
        guard convolution.bias == nil || convolution.batchNorm == nil else {
            throw refuse("has a bias of its own before a batch-norm, which is not supported")
        }
        let rest =
            [convolution.bias, convolution.batchNorm?.weight, convolution.batchNorm?.bias]
            + [convolution.batchNorm?.runningMean, convolution.batchNorm?.runningVariance]
        for index in rest.compactMap(\.self) where parameters[index].values.count != convolution.outChannels {
            throw refuse("\(parameters[index].name) has not \(convolution.outChannels) values")
        }
        let height = input.h + 2 * convolution.paddingHeight - convolution.dilation * (convolution.kernelHeight - 1) - 1
        let width = input.w + 2 * convolution.paddingWidth - convolution.dilation * (convolution.kernelWidth - 1) - 1
        guard height >= 0, width >= 0 else {
            throw refuse("the input of \(input.h) × \(input.w) is smaller than the kernel")
        }
        return TensorShape(
            n: input.n, c: convolution.outChannels, h: height / convolution.stride + 1,
            w: width / convolution.stride + 1)
    }
}
