import COneDNN
import CVectorKernels
import NeuralKernels

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
    /// - Returns: oneDNN's status.
    func forward(
        _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>
    ) -> Int32 {
        for part in parts() {
            let own = weights + part.weights
            var status = multiply(
                (run, run, shape.keyChannels), scale: shape.scale, channels(input + part.query).turned,
                channels(input + part.key), to: own, run)
            guard status == 0 else { return status }
            assay_softmax_rows(own, run, run)
            status = multiply(
                (shape.valueChannels, run, run), channels(input + part.value), square(own).turned,
                to: output + part.result, pixels)
            guard status == 0 else { return status }
        }
        return 0
    }

    /// - Parameter scratch: N/areas squared.
    /// - Returns: oneDNN's status.
    func backward(
        _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        to inputGradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) -> Int32 {
        let (keys, values) = (shape.keyChannels, shape.valueChannels)
        for part in parts() {
            let own = weights + part.weights
            let arriving = channels(gradient + part.result)
            let query = channels(input + part.query)
            let key = channels(input + part.key)
            var status = multiply((values, run, run), arriving, square(own), to: inputGradient + part.value, pixels)
            guard status == 0 else { return status }
            status = multiply(
                (run, run, values), arriving.turned, channels(input + part.value), to: scratch, run)
            guard status == 0 else { return status }
            assay_softmax_rows_backward(own, scratch, run, run, shape.scale)
            let slopes = square(scratch)
            status = multiply((keys, run, run), key, slopes.turned, to: inputGradient + part.query, pixels)
            guard status == 0 else { return status }
            status = multiply((keys, run, run), query, slopes, to: inputGradient + part.key, pixels)
            guard status == 0 else { return status }
        }
        return 0
    }

    private func channels(_ values: UnsafePointer<Float>) -> assay_matrix {
        assay_matrix(values: values, row_length: pixels, transposed: 0)
    }

    private func square(_ values: UnsafePointer<Float>) -> assay_matrix {
        assay_matrix(values: values, row_length: run, transposed: 0)
    }

    private func multiply(
        _ size: (rows: Int, columns: Int, depth: Int), scale: Float = 1, _ a: assay_matrix, _ b: assay_matrix,
        to: UnsafeMutablePointer<Float>, _ rowLength: Int
    ) -> Int32 {
        assay_matrix_product(size.rows, size.columns, size.depth, scale, a, b, to, rowLength)
    }
}

extension assay_matrix {
    var turned: assay_matrix {
        assay_matrix(values: values, row_length: row_length, transposed: 1 - self.transposed)
    }
}
