/// Channels laid out as pixels, `[c·f², h, w]` to `[c, h·f, w·f]`, all plain; the way back is the same, turned round.
package struct PixelShuffle {
    /// The shape of the result.
    package let out: TensorShape
    /// Pixels that a group of channels becomes, each way.
    package let factor: Int

    /// - Parameter out: the shape of the result, whose sides are multiples of the factor.
    package init(_ factor: Int, to out: TensorShape) {
        self.out = out
        self.factor = factor
    }

    /// How many values there are on either side.
    package var count: Int { out.count }

    /// Calls `body` with each value's place in the result, and before.
    private func forEach(_ body: (_ after: Int, _ before: Int) -> Void) {
        let (columns, rows) = (out.w / factor, out.h / factor)
        for channel in 0..<out.c {
            for y in 0..<out.h {
                for x in 0..<out.w {
                    let part = (channel * factor + y % factor) * factor + x % factor
                    body((channel * out.h + y) * out.w + x, (part * rows + y / factor) * columns + x / factor)
                }
            }
        }
    }

    /// - Parameters:
    ///   - from: `count` values.
    ///   - to: room for as many.
    package func forward(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
        forEach { to[$0] = from[$1] }
    }

    /// The gradient at the input, of that at the result.
    package func backward(_ gradient: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
        forEach { to[$1] = gradient[$0] }
    }

    func forward(_ input: [Float]) -> [Float] {
        Array(unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { forward(input, base) }
            filled = count
        }
    }

    func backward(_ gradient: [Float]) -> [Float] {
        Array(unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { backward(gradient, base) }
            filled = count
        }
    }
}
