import CVectorKernels

/// Reductions and updates over plain arrays, vectorised.
public enum VectorKernels {
    /// Σ x², single precision within runs of 1,024, double between them.
    public static func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
        guard let base = values.baseAddress else { return 0 }
        return assay_sum_of_squares(base, values.count)
    }

    /// target[i] += values[i]
    public static func add(_ values: [Float], to target: inout [Float]) {
        precondition(values.count == target.count)
        assay_add_to(&target, values, values.count)
    }

    /// Adds `values` to a count sketch: bucket[h(i)] += sign(i)·value, with hashes of `first + i` and the seed.
    ///
    /// - Parameter buckets: as many as a power of two.
    public static func addToCountSketch(
        _ values: UnsafeBufferPointer<Float>, first: Int, seed: UInt64, buckets: inout [Double]
    ) {
        precondition(buckets.count & (buckets.count - 1) == 0)
        guard let base = values.baseAddress else { return }
        assay_count_sketch(base, values.count, UInt64(first), seed, &buckets, UInt32(buckets.count - 1))
    }

    /// Σ log(1 + e^x): the cross-entropy of logits whose target is 0.
    ///
    /// - Parameters:
    ///   - scale: of the gradient.
    ///   - gradient: becomes scale·σ(x), unless it is empty.
    public static func softplusSum(_ logits: [Float], scale: Float, gradient: inout [Float]) -> Double {
        precondition(gradient.isEmpty || gradient.count == logits.count)
        guard !gradient.isEmpty else { return assay_softplus_sum(logits, logits.count, 0, nil) }
        return assay_softplus_sum(logits, logits.count, scale, &gradient)
    }
}
