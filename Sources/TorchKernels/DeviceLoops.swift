import CTorch
import CheckedNumbers
import NeuralKernels

/// The loops over a device's memory, in the queue of the thread that made them: on a GPU as NVRTC compiled them.
///
/// Addresses are the device's: nothing here follows them.
package final class DeviceLoops: DistantLoops, TorchLoops {
    private let device: OpaquePointer
    private let queue: OpaquePointer

    /// This machine's memory, by the same loops compiled as C: what tests hold against `HostLoops`.
    package static func ofHost() throws -> DeviceLoops {
        guard let device = assay_device_of_host() else {
            throw GraphError(node: "device", reason: "there is no memory")
        }
        return try DeviceLoops(device)
    }

    /// A GPU by a driver and by a library that has NVRTC, which may stand in for both in tests.
    ///
    /// - Returns: what makes the loops of the thread that calls it.
    /// - Throws: `GraphError` in the words of whichever refuses.
    package static func ofGPU(
        driver: String, compiler: UnsafeMutableRawPointer
    ) throws -> @Sendable () throws -> DeviceLoops {
        var result = assay_device_found
        var detail = [CChar](repeating: 0, count: 4096)
        guard let made = assay_device_of_cuda(driver, compiler, 0, &result, &detail, detail.count) else {
            throw GraphError(node: "device", reason: text(detail))
        }
        let device = Device(pointer: made)
        return { try DeviceLoops(device.pointer) }
    }

    /// The library of PyTorch's that is linked to NVRTC, opened; nil where it cannot be.
    package static func compiler(besides cudaLibrary: String) -> UnsafeMutableRawPointer? {
        assay_torch_compiler(cudaLibrary)
    }

    /// Compiles the loops for GPUs of an architecture, such as 9.0, by a library that has NVRTC; no GPU is needed.
    ///
    /// - Returns: NVRTC's words where it cannot; nil where it can.
    package static func problem(compilingWith library: UnsafeMutableRawPointer, major: Int32, minor: Int32) -> String? {
        var detail = [CChar](repeating: 0, count: 4096)
        guard assay_device_compiles(library, major, minor, &detail, detail.count) == 0 else { return nil }
        return text(detail)
    }

    private static func text(_ detail: [CChar]) -> String {
        String(decoding: detail.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// - Throws: `GraphError` where the thread cannot have a queue.
    init(_ device: OpaquePointer) throws {
        guard let queue = assay_queue_of_thread(device) else {
            throw GraphError(node: "device", reason: "gives this thread no queue of work")
        }
        self.device = device
        self.queue = queue
    }

    private func check(_ status: Int32) throws {
        guard status == 0 else { throw GraphError(node: "device", reason: "failed with the driver's status \(status)") }
    }

    package var releasing: @Sendable (UnsafeMutablePointer<Float>) -> Void {
        let device = Device(pointer: device)
        return { assay_device_release(device.pointer, $0) }
    }

    /// A device may be used on any thread.
    private struct Device: @unchecked Sendable { let pointer: OpaquePointer }

    package func wait() throws { try check(assay_queue_wait(queue)) }

    package func allocate(_ count: Int) throws -> Target {
        guard let bytes = count.checkedTimes(4), let memory = assay_device_allocate(device, bytes) else {
            throw GraphError(
                node: "device", reason: "has no memory for \(count) values; use fewer --jobs or smaller images")
        }
        return memory.bindMemory(to: Float.self, capacity: count)
    }

    package func release(_ block: Target) { assay_device_release(device, block) }

    package func load(_ values: Source, to: Target, count: Int) throws {
        try check(assay_device_load(queue, to, values, count * 4))
    }

    package func loadAdding(_ values: Source, to: Target, count: Int) throws {
        try check(assay_device_load_adding(queue, to, values, count))
    }

    package func store(_ from: Source, to: Target, count: Int) throws {
        try check(assay_device_store(queue, to, from, count * 4))
    }

    package func activate(_ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int) throws {
        switch activation {
        case .silu: try check(assay_device_silu(queue, before, to, count))
        case .leakyReLU(let slope): try check(assay_device_leaky(queue, before, to, slope, count))
        case .none: break
        }
    }

    package func activateKeepingDerivative(
        _ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int
    ) throws {
        switch activation {
        case .silu: try check(assay_device_silu_keeping_derivative(queue, before, to, count))
        case .leakyReLU(let slope): try check(assay_device_leaky_keeping_derivative(queue, before, to, slope, count))
        case .none: break
        }
    }

    package func sum(_ a: Source, _ b: Source, to: Target, count: Int) throws {
        try check(assay_device_add_up(queue, to, a, b, count))
    }

    package func add(_ from: Source, to: Target, count: Int) throws {
        try check(assay_device_add_to(queue, to, from, count))
    }

    package func copy(_ from: Source, to: Target, count: Int) throws {
        try check(assay_device_copy(queue, to, from, count * 4))
    }

    package func multiply(_ to: Target, by: Source, count: Int) throws {
        try check(assay_device_multiply(queue, to, by, count))
    }

    package func zero(_ to: Target, count: Int) throws { try check(assay_device_zero(queue, to, count * 4)) }

    package func copyChannels(
        _ from: (values: Source, block: Int, offset: Int), to: (values: Target, block: Int, offset: Int), count: Int,
        pixels: Int, accumulate: Bool
    ) throws {
        precondition(from.block == 1 && to.block == 1, "a device has plain channels")
        let (source, target) = (from.values + from.offset * pixels, to.values + to.offset * pixels)
        if accumulate {
            try add(source, to: target, count: count * pixels)
        } else {
            try copy(source, to: target, count: count * pixels)
        }
    }

    package func maxPool(_ pool: PoolShape, _ from: Source, to: Target, winners: Target) throws {
        try winners.withMemoryRebound(to: Int32.self, capacity: pool.output.count) { won in
            try check(
                assay_device_max_pool(
                    queue, from, to, won, pool.input.c, Int32(pool.input.h), Int32(pool.input.w), Int32(pool.kernel),
                    Int32(pool.stride), Int32(pool.padding), Int32(pool.output.h), Int32(pool.output.w)))
        }
    }

    package func maxPoolBackward(_ pool: PoolShape, gradient: Source, winners: Target, to: Target) throws {
        try winners.withMemoryRebound(to: Int32.self, capacity: pool.output.count) { won in
            try check(
                assay_device_max_pool_backward(
                    queue, gradient, won, to, pool.input.c, Int32(pool.input.h), Int32(pool.input.w),
                    Int32(pool.kernel), Int32(pool.stride), Int32(pool.padding), Int32(pool.output.h),
                    Int32(pool.output.w)))
        }
    }

    package func upsample(_ shape: UpsampleShape, _ from: Source, to: Target) throws {
        let input = shape.input
        try check(
            assay_device_upsample(queue, from, to, input.c, Int32(input.h), Int32(input.w), Int32(shape.factor)))
    }

    package func upsampleBackward(_ shape: UpsampleShape, gradient: Source, to: Target, accumulate: Bool) throws {
        let input = shape.input
        try check(
            assay_device_upsample_backward(
                queue, gradient, to, input.c, Int32(input.h), Int32(input.w), Int32(shape.factor),
                accumulate ? 1 : 0))
    }

    package func shuffle(_ shuffle: PixelShuffle, _ from: Source, to: Target, isBackward: Bool) throws {
        let (out, factor) = (shuffle.out, shuffle.factor)
        try check(
            assay_device_pixel_shuffle(
                queue, from, to, out.c, Int32(out.h / factor), Int32(out.w / factor), Int32(factor),
                isBackward ? 1 : 0))
    }

    package func softmaxRows(_ scores: Target, rows: Int, length: Int) throws {
        try check(assay_device_softmax_rows(queue, scores, rows, length))
    }

    package func softmaxRowsBackward(_ weights: Source, gradient: Target, rows: Int, length: Int, scale: Float) throws {
        try check(assay_device_softmax_rows_backward(queue, weights, gradient, rows, length, scale))
    }

    package func batchSums(
        _ z: Source, _ shape: NormalizedShape, shift: [Float], sum: inout [Double], squares: inout [Double]
    ) throws {
        try check(assay_device_batch_sums(queue, z, shape.channels, shape.pixels, shift, &sum, &squares))
    }

    package func normalize(_ z: Source, to: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float]) throws {
        let form = shape.form
        try check(
            assay_device_normalize_activate(
                queue, z, to, shape.channels, shape.pixels, scale, offset, form.isSiLU ? 1 : 0, form.slope))
    }

    package func normalizeBackwardSums(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float], shift: [Float],
        sum: inout [Double], products: inout [Double]
    ) throws {
        let form = shape.form
        try check(
            assay_device_normalize_backward_sums(
                queue, z, gradient, shape.channels, shape.pixels, scale, offset, shift, form.isSiLU ? 1 : 0,
                form.slope, &sum, &products))
    }

    package func normalizeBackward(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, byGradient: [Float], byValue: [Float],
        constant: [Float]
    ) throws {
        try check(
            assay_device_normalize_backward(
                queue, z, gradient, shape.channels, shape.pixels, byGradient, byValue, constant))
    }

    package func unfold(
        _ norm: Source, weightGradient: Target, biasGradient: Source, gamma: Target, channels: Int,
        valuesPerChannel: Int
    ) throws {
        try check(
            assay_device_unfold(queue, weightGradient, biasGradient, norm, gamma, channels, valuesPerChannel))
    }

    package func sumUp(_ gradient: Source, _ table: Source, tiles: Int, buckets: Int) throws -> [Double] {
        var sums = [Double](repeating: 0, count: tiles + buckets)
        try table.withMemoryRebound(to: Int32.self, capacity: 2 * tiles + buckets + 1) { table in
            try check(assay_device_sum_up(queue, gradient, table, tiles, buckets, &sums))
        }
        return sums
    }
}
