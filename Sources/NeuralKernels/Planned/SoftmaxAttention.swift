import CVectorKernels

/// Softmax attention between the pixels of an area, over plain [C, N] activations: head by head the queries Q and
/// keys K, `keyChannels` each, and the values V; N pixels are cut into `areas` runs.
///
/// Of a head and run: P = softmax(scale·QᵀK) by rows, result V·Pᵀ. With G the gradient of the result: dV = G·P,
/// dP = GᵀV, dS = scale·P∘(dP − its mean by row under P), dQ = K·dSᵀ, dK = Q·dS.
struct SoftmaxAttention {
    /// The graph node's.
    var name: String
    var shape: NetworkGraph.Attention
    /// N
    var pixels: Int

    private var run: Int { pixels / shape.areas }

    /// A head's part of an area, in floats from the beginning.
    private struct Part {
        var query: Int
        var key: Int
        var value: Int
        var result: Int
        var weights: Int
    }

    private func parts() -> [Part] {
        (0..<shape.heads).flatMap { head in
            (0..<shape.areas).map { area in
                let query = head * (2 * shape.keyChannels + shape.valueChannels) * pixels + area * run
                let key = query + shape.keyChannels * pixels
                return Part(
                    query: query, key: key, value: key + shape.keyChannels * pixels,
                    result: head * shape.valueChannels * pixels + area * run,
                    weights: (head * shape.areas + area) * run * run)
            }
        }
    }

    /// - Parameter weights: where P is kept for the way back, [heads, areas, N/areas, N/areas].
    func forward(
        on engine: some NetworkEngine, _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>,
        weights: UnsafeMutablePointer<Float>
    ) throws {
        for part in parts() {
            let own = weights + part.weights
            try engine.multiply(
                node: name, (run, run, shape.keyChannels), scale: shape.scale, channels(input + part.query).turned,
                channels(input + part.key), to: own, rowLength: run)
            assay_softmax_rows(own, run, run)
            try engine.multiply(
                node: name, (shape.valueChannels, run, run), scale: 1, channels(input + part.value),
                square(own).turned, to: output + part.result, rowLength: pixels)
        }
    }

    /// - Parameter scratch: N/areas squared.
    func backward(
        on engine: some NetworkEngine, _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        gradient: UnsafePointer<Float>, to inputGradient: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) throws {
        let (keys, values) = (shape.keyChannels, shape.valueChannels)
        func multiply(
            _ size: (rows: Int, columns: Int, depth: Int), _ a: PlainMatrix, _ b: PlainMatrix,
            to: UnsafeMutablePointer<Float>, _ rowLength: Int
        ) throws {
            try engine.multiply(node: name, size, scale: 1, a, b, to: to, rowLength: rowLength)
        }
        for part in parts() {
            let own = weights + part.weights
            let arriving = channels(gradient + part.result)
            let query = channels(input + part.query)
            let key = channels(input + part.key)
            try multiply((values, run, run), arriving, square(own), to: inputGradient + part.value, pixels)
            try multiply((run, run, values), arriving.turned, channels(input + part.value), to: scratch, run)
            assay_softmax_rows_backward(own, scratch, run, run, shape.scale)
            let slopes = square(scratch)
            try multiply((keys, run, run), key, slopes.turned, to: inputGradient + part.query, pixels)
            try multiply((keys, run, run), query, slopes, to: inputGradient + part.key, pixels)
        }
    }

    private func channels(_ values: UnsafePointer<Float>) -> PlainMatrix {
        PlainMatrix(values: values, rowLength: pixels)
    }

    private func square(_ values: UnsafePointer<Float>) -> PlainMatrix {
        PlainMatrix(values: values, rowLength: run)
    }
}
