/// Max-pooling whose padding never wins; of equals, the first in reading order wins.
struct ReferenceMaxPool {
    let inShape: TensorShape
    let outShape: TensorShape
    let kernel: Int
    let stride: Int
    let padding: Int

    /// The values and, for each, the index of the input that won.
    func forward(_ input: [Float]) -> (output: [Float], winners: [Int]) {
        var output = [Float](repeating: -.infinity, count: outShape.count)
        var winners = [Int](repeating: 0, count: outShape.count)
        for channel in 0..<outShape.c {
            for y in 0..<outShape.h {
                for x in 0..<outShape.w {
                    let at = (channel * outShape.h + y) * outShape.w + x
                    for row in max(0, y * stride - padding)..<min(inShape.h, y * stride - padding + kernel) {
                        for column in max(0, x * stride - padding)..<min(inShape.w, x * stride - padding + kernel) {
                            let from = (channel * inShape.h + row) * inShape.w + column
                            if input[from] > output[at] || input[from].isNaN {
                                (output[at], winners[at]) = (input[from], from)
                            }
                        }
                    }
                }
            }
        }
        return (output, winners)
    }

    func backward(_ outGradient: [Float], winners: [Int]) -> [Float] {
        var inGradient = [Float](repeating: 0, count: inShape.count)
        for (gradient, winner) in zip(outGradient, winners) { inGradient[winner] += gradient }
        return inGradient
    }
}

/// Every pixel repeated `factor` times in both directions.
struct ReferenceUpsample {
    let inShape: TensorShape
    let factor: Int

    private func source(_ index: Int) -> Int {
        let width = inShape.w * factor
        let height = inShape.h * factor
        let channel = index / (width * height)
        let y = index / width % height / factor
        let x = index % width / factor
        return (channel * inShape.h + y) * inShape.w + x
    }

    func forward(_ input: [Float]) -> [Float] {
        (0..<inShape.count * factor * factor).map { input[source($0)] }
    }

    func backward(_ outGradient: [Float]) -> [Float] {
        var inGradient = [Float](repeating: 0, count: inShape.count)
        for (index, gradient) in outGradient.enumerated() { inGradient[source(index)] += gradient }
        return inGradient
    }
}
