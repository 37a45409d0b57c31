import CVectorKernels
import CheckedNumbers

/// The loops over this machine's memory: `CVectorKernels`.
package final class HostLoops: NetworkLoops {
    package init() {}

    package func allocate(_ count: Int) -> Target {
        UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64).bindMemory(
            to: Float.self, capacity: count)
    }

    package func release(_ block: Target) { UnsafeMutableRawPointer(block).deallocate() }

    package func load(_ values: Source, to: Target, count: Int) { to.update(from: values, count: count) }

    package func loadAdding(_ values: Source, to: Target, count: Int) { assay_add_to(to, values, count) }

    package func store(_ from: Source, to: Target, count: Int) { to.update(from: from, count: count) }

    package func activate(_ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int) {
        switch activation {
        case .silu: assay_silu(before, to, count)
        case .leakyReLU(let slope): assay_leaky(before, to, slope, count)
        case .none: break
        }
    }

    package func activateKeepingDerivative(
        _ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int
    ) {
        switch activation {
        case .silu: assay_silu_keeping_derivative(before, to, count)
        case .leakyReLU(let slope): assay_leaky_keeping_derivative(before, to, slope, count)
        case .none: break
        }
    }

    package func sum(_ a: Source, _ b: Source, to: Target, count: Int) { assay_sum(to, a, b, count) }

    package func add(_ from: Source, to: Target, count: Int) { assay_add_to(to, from, count) }

    package func copy(_ from: Source, to: Target, count: Int) { to.update(from: from, count: count) }

    package func multiply(_ to: Target, by: Source, count: Int) { assay_multiply(to, by, count) }

    package func zero(_ to: Target, count: Int) { to.update(repeating: 0, count: count) }

    package func copyChannels(
        _ from: (values: Source, block: Int, offset: Int), to: (values: Target, block: Int, offset: Int), count: Int,
        pixels: Int, accumulate: Bool
    ) {
        assay_copy_channels(
            from.values, Int32(from.block), from.offset, to.values, Int32(to.block), to.offset, Int32(count), pixels,
            accumulate ? 1 : 0)
    }

    package func maxPool(_ pool: PoolShape, _ from: Source, to: Target, winners: Target) {
        winners.withMemoryRebound(to: Int32.self, capacity: pool.output.count) { won in
            assay_max_pool(
                from, to, won, Int32(pool.input.c / pool.block), Int32(pool.block), Int32(pool.input.h),
                Int32(pool.input.w), Int32(pool.kernel), Int32(pool.stride), Int32(pool.padding),
                Int32(pool.output.h), Int32(pool.output.w))
        }
    }

    package func maxPoolBackward(_ pool: PoolShape, gradient: Source, winners: Target, to: Target) {
        winners.withMemoryRebound(to: Int32.self, capacity: pool.output.count) { won in
            assay_max_pool_backward(
                gradient, won, to, Int32(pool.input.c / pool.block), Int32(pool.block), Int32(pool.input.pixels),
                Int32(pool.output.pixels))
        }
    }

    package func upsample(_ shape: UpsampleShape, _ from: Source, to: Target) {
        assay_upsample(
            from, to, Int32(shape.input.c / shape.block), Int32(shape.block), Int32(shape.input.h),
            Int32(shape.input.w), Int32(shape.factor))
    }

    package func upsampleBackward(_ shape: UpsampleShape, gradient: Source, to: Target, accumulate: Bool) {
        assay_upsample_backward(
            gradient, to, Int32(shape.input.c / shape.block), Int32(shape.block), Int32(shape.input.h),
            Int32(shape.input.w), Int32(shape.factor), accumulate ? 1 : 0)
    }

    package func shuffle(_ shuffle: PixelShuffle, _ from: Source, to: Target, isBackward: Bool) {
        if isBackward { shuffle.backward(from, to) } else { shuffle.forward(from, to) }
    }

    package func softmaxRows(_ scores: Target, rows: Int, length: Int) { assay_softmax_rows(scores, rows, length) }

    package func softmaxRowsBackward(_ weights: Source, gradient: Target, rows: Int, length: Int, scale: Float) {
        assay_softmax_rows_backward(weights, gradient, rows, length, scale)
    }

    package func batchSums(
        _ z: Source, _ shape: NormalizedShape, shift: [Float], sum: inout [Double], squares: inout [Double]
    ) {
        assay_batch_sums(z, Int32(shape.channels), Int32(shape.block), shape.pixels, shift, &sum, &squares)
    }

    package func normalize(_ z: Source, to: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float]) {
        let form = shape.form
        assay_normalize_activate(
            z, to, Int32(shape.channels), Int32(shape.block), shape.pixels, scale, offset, form.isSiLU ? 1 : 0,
            form.slope)
    }

    package func normalizeBackwardSums(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float], shift: [Float],
        sum: inout [Double], products: inout [Double]
    ) {
        let form = shape.form
        assay_normalize_backward_sums(
            z, gradient, Int32(shape.channels), Int32(shape.block), shape.pixels, scale, offset, shift,
            form.isSiLU ? 1 : 0, form.slope, &sum, &products)
    }

    package func normalizeBackward(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, byGradient: [Float], byValue: [Float],
        constant: [Float]
    ) {
        assay_normalize_backward(
            z, gradient, Int32(shape.channels), Int32(shape.block), shape.pixels, byGradient, byValue, constant)
    }
}
