/// Loops over memory that only they can follow: that of a GPU. Gradients stay there until somebody asks for them.
package protocol DistantLoops: NetworkLoops {
    /// What gives such memory back, on any thread.
    var releasing: @Sendable (Target) -> Void { get }
    /// Waits until all is done that was asked for.
    func wait() throws

    /// The gradients of a convolution's own weight and scale from those of the folded weight W' = s·W and bias b' = β − s·μ,
    /// as in `FoldedConvolution`.
    ///
    /// - Parameters:
    ///   - norm: W `[channels, valuesPerChannel]`, then s, 1/√(σ² + ε) and μ, `[channels]` each.
    ///   - weightGradient: of W', becomes that of W.
    ///   - biasGradient: of b', `[channels]`.
    ///   - gamma: becomes the gradient of the scale, `[channels]`.
    func unfold(
        _ norm: Source, weightGradient: Target, biasGradient: Source, gamma: Target, channels: Int,
        valuesPerChannel: Int) throws

    /// Adds a gradient up in double precision, each sum in one order.
    ///
    /// - Parameter table: whole numbers of 32 bits as `GradientTable.values` has them.
    /// - Returns: the squares of each tile, then each bucket.
    func sumUp(_ gradient: Source, _ table: Source, tiles: Int, buckets: Int) throws -> [Double]
}

/// Values in the memory of a device, given back with it. Written once, before anybody else has it: hence sendable.
package final class DistantValues: @unchecked Sendable {
    /// Where the first list begins.
    package let start: UnsafeMutablePointer<Float>
    private let releasing: @Sendable (UnsafeMutablePointer<Float>) -> Void

    /// Lists one behind the other, there for all threads.
    package init(_ lists: [[Float]], _ loops: any DistantLoops) throws {
        start = try loops.allocate(max(1, lists.reduce(0) { $0 + $1.count }))
        releasing = loops.releasing
        var next = start
        for list in lists where !list.isEmpty {
            try loops.load(list, to: next, count: list.count)
            next += list.count
        }
        try loops.wait()
    }

    /// Whole numbers in the places of floats.
    convenience init(_ numbers: [Int32], _ loops: any DistantLoops) throws {
        try self.init([numbers.map { Float(bitPattern: UInt32(bitPattern: $0)) }], loops)
    }

    deinit { releasing(start) }
}
