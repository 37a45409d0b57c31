/// A convolution over one image, written to be read: forward, backward-data and backward-weights side by side.
struct ReferenceConvolution {
    let inShape: TensorShape
    let outShape: TensorShape
    let convolution: NetworkGraph.Convolution

    /// One kernel position with the output pixels for which it falls inside the input.
    private struct Position {
        let weight: Int
        let inChannel: Int
        let outChannel: Int
        let rows: Range<Int>
        let columns: Range<Int>
        let rowOffset: Int
        let columnOffset: Int
    }

    /// Calls `body` for each weight with the output rows and columns that it takes part in.
    private func forEachPosition(_ body: (Position) -> Void) {
        let c = convolution
        let inPerGroup = inShape.c / c.groups
        let outPerGroup = outShape.c / c.groups
        for outChannel in 0..<outShape.c {
            let group = outChannel / outPerGroup
            for inner in 0..<inPerGroup {
                for ky in 0..<c.kernelHeight {
                    let rowOffset = ky * c.dilation - c.paddingHeight
                    let rows = reach(rowOffset, inShape.h, outShape.h)
                    for kx in 0..<c.kernelWidth {
                        let columnOffset = kx * c.dilation - c.paddingWidth
                        let weight = ((outChannel * inPerGroup + inner) * c.kernelHeight + ky) * c.kernelWidth + kx
                        body(
                            Position(
                                weight: weight, inChannel: group * inPerGroup + inner, outChannel: outChannel,
                                rows: rows, columns: reach(columnOffset, inShape.w, outShape.w),
                                rowOffset: rowOffset, columnOffset: columnOffset))
                    }
                }
            }
        }
    }

    /// Output positions o for which o·stride + offset lies in 0..<count.
    private func reach(_ offset: Int, _ count: Int, _ outCount: Int) -> Range<Int> {
        let stride = convolution.stride
        let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
        let end = min(outCount, count > offset ? (count - 1 - offset) / stride + 1 : 0)
        return first..<max(first, end)
    }

    /// out[o, y, x] = Σ weight[o, i, ky, kx] · in[i, y·s + ky − p, x·s + kx − p]
    func forward(_ input: [Float], weight: [Float]) -> [Float] {
        var output = [Float](repeating: 0, count: outShape.count)
        let stride = convolution.stride
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                forEachPosition { p in
                    let w = weight[p.weight]
                    for y in p.rows {
                        let to = (p.outChannel * outShape.h + y) * outShape.w
                        let from = (p.inChannel * inShape.h + y * stride + p.rowOffset) * inShape.w + p.columnOffset
                        for x in p.columns { output[to + x] += w * input[from + x * stride] }
                    }
                }
            }
        }
        return output
    }

    /// The transpose of `forward` in the input.
    func backwardData(_ outGradient: [Float], weight: [Float]) -> [Float] {
        var inGradient = [Float](repeating: 0, count: inShape.count)
        let stride = convolution.stride
        outGradient.withUnsafeBufferPointer { outGradient in
            inGradient.withUnsafeMutableBufferPointer { inGradient in
                forEachPosition { p in
                    let w = weight[p.weight]
                    for y in p.rows {
                        let from = (p.outChannel * outShape.h + y) * outShape.w
                        let to = (p.inChannel * inShape.h + y * stride + p.rowOffset) * inShape.w + p.columnOffset
                        for x in p.columns { inGradient[to + x * stride] += w * outGradient[from + x] }
                    }
                }
            }
        }
        return inGradient
    }

    /// The transpose of `forward` in the weight.
    func backwardWeights(_ input: [Float], _ outGradient: [Float]) -> [Float] {
        let c = convolution
        var weightGradient = [Float](
            repeating: 0, count: outShape.c * (inShape.c / c.groups) * c.kernelHeight * c.kernelWidth)
        let stride = c.stride
        input.withUnsafeBufferPointer { input in
            outGradient.withUnsafeBufferPointer { outGradient in
                forEachPosition { p in
                    var total: Double = 0
                    for y in p.rows {
                        let out = (p.outChannel * outShape.h + y) * outShape.w
                        let into = (p.inChannel * inShape.h + y * stride + p.rowOffset) * inShape.w + p.columnOffset
                        var sum: Float = 0
                        for x in p.columns { sum += outGradient[out + x] * input[into + x * stride] }
                        total += Double(sum)
                    }
                    weightGradient[p.weight] = Float(total)
                }
            }
        }
        return weightGradient
    }
}
