import CVectorKernels
import Testing

/// A 3 × 3 convolution of one image with all that belongs to it, plain [C, H, W].
struct WinogradCase: CustomTestStringConvertible, Sendable {
    var from: Int
    var to: Int
    var height: Int
    var width: Int

    var testDescription: String { "\(from) to \(to) channels, \(height) × \(width)" }
    var pixels: Int { height * width }

    /// Sides that are no multiple of a tile, smaller than one, and of several runs of tiles; an odd number of blocks; more
    /// channels than are summed in one go; more weights than are kept transformed.
    static let all = [
        WinogradCase(from: 16, to: 16, height: 1, width: 1), WinogradCase(from: 16, to: 48, height: 4, width: 4),
        WinogradCase(from: 48, to: 16, height: 3, width: 6), WinogradCase(from: 32, to: 16, height: 9, width: 7),
        WinogradCase(from: 16, to: 80, height: 5, width: 22), WinogradCase(from: 16, to: 16, height: 37, width: 48),
        WinogradCase(from: 272, to: 16, height: 11, width: 6), WinogradCase(from: 16, to: 144, height: 8, width: 8),
        WinogradCase(from: 144, to: 128, height: 6, width: 5), WinogradCase(from: 256, to: 80, height: 4, width: 9),
    ]
}

@Suite struct WinogradTests {
    private struct Values {
        var input: [Float]
        var arriving: [Float]
        var weight: [Float]
        var bias: [Float]

        init(_ it: WinogradCase) {
            var numbers = SeededNumbers(seed: UInt64(it.from * 1000 + it.width))
            input = numbers.array(it.from * it.pixels)
            arriving = numbers.array(it.to * it.pixels)
            weight = numbers.array(it.from * it.to * 9, scale: 1 / Float(it.from * 9).squareRoot())
            bias = numbers.array(it.to)
        }
    }

    private struct Results: Equatable {
        var output: [Float]
        var inputGradient: [Float]
        var weightGradient: [Float]
        var biasGradient: [Float]
        /// After the same again has been added.
        var twice: [Float]
    }

    /// Memory that begins at a multiple of 64 bytes.
    private final class Aligned {
        let values: UnsafeMutablePointer<Float>
        let count: Int

        init(_ count: Int) {
            self.count = count
            values = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
                .bindMemory(to: Float.self, capacity: max(1, count))
            // Nothing may hang on what was there.
            values.initialize(repeating: .nan, count: max(1, count))
        }

        deinit { UnsafeMutableRawPointer(values).deallocate() }
    }

    private func blocked(_ plain: [Float], _ channels: Int, _ block: Int) -> Aligned {
        let made = Aligned(plain.count)
        assay_copy_channels(plain, 1, 0, made.values, Int32(block), 0, Int32(channels), plain.count / channels, 0)
        return made
    }

    private func plain(_ values: Aligned, _ channels: Int, _ block: Int) -> [Float] {
        var made = [Float](repeating: 0, count: values.count)
        assay_copy_channels(
            values.values, Int32(block), 0, &made, 1, 0, Int32(channels), values.count / channels, 0)
        return made
    }

    private func run(_ it: WinogradCase, _ values: Values, block: Int, form: assay_winograd_form) -> Results {
        func shape(_ from: Int, _ to: Int) -> assay_winograd_shape {
            assay_winograd_shape(
                in_channels: Int32(from), out_channels: Int32(to), height: Int32(it.height), width: Int32(it.width),
                block: Int32(block), form: form)
        }
        var (forward, data) = (shape(it.from, it.to), shape(it.to, it.from))
        let input = blocked(values.input, it.from, block)
        let arriving = blocked(values.arriving, it.to, block)
        func convolve(_ shape: inout assay_winograd_shape, _ from: Aligned, _ bias: [Float]?, turned: Bool) -> [Float] {
            let weight = Aligned(assay_winograd_weight_count(&shape))
            assay_winograd_weights(
                &shape, values.weight, turned ? 9 : it.from * 9, turned ? it.from * 9 : 9, turned ? 1 : 0,
                weight.values)
            let scratch = Aligned(assay_winograd_scratch_size(&shape) / 4)
            let to = Aligned(Int(shape.out_channels) * it.pixels)
            if let bias {
                assay_winograd_convolve(&shape, from.values, weight.values, bias, to.values, scratch.values)
            } else {
                assay_winograd_convolve(&shape, from.values, weight.values, nil, to.values, scratch.values)
            }
            return plain(to, Int(shape.out_channels), block)
        }
        let scratch = Aligned(assay_winograd_gradient_scratch_size(&forward) / 4)
        var weightGradient = [Float](repeating: .nan, count: values.weight.count)
        var biasGradient = [Float](repeating: .nan, count: it.to)
        assay_winograd_gradient(
            &forward, input.values, arriving.values, &weightGradient, &biasGradient, 0, scratch.values)
        var (twice, biasTwice) = (weightGradient, biasGradient)
        assay_winograd_gradient(&forward, input.values, arriving.values, &twice, &biasTwice, 1, scratch.values)
        return Results(
            output: convolve(&forward, input, values.bias, turned: false),
            inputGradient: convolve(&data, arriving, nil, turned: true), weightGradient: weightGradient,
            biasGradient: biasGradient, twice: twice + biasTwice)
    }

    /// The sums of the definition, in double precision.
    private func direct(_ it: WinogradCase, _ values: Values) -> Results {
        var output = values.bias.flatMap { Array(repeating: Double($0), count: it.pixels) }
        var inputGradient = [Double](repeating: 0, count: values.input.count)
        var weightGradient = [Double](repeating: 0, count: values.weight.count)
        for out in 0..<it.to {
            for from in 0..<it.from {
                for tap in 0..<9 {
                    let (down, across) = (tap / 3 - 1, tap % 3 - 1)
                    let place = (out * it.from + from) * 9 + tap
                    let weight = Double(values.weight[place])
                    for y in max(0, -down)..<max(0, -down, min(it.height, it.height - down)) {
                        for x in max(0, -across)..<max(0, -across, min(it.width, it.width - across)) {
                            let here = out * it.pixels + y * it.width + x
                            let there = from * it.pixels + (y + down) * it.width + x + across
                            output[here] += weight * Double(values.input[there])
                            inputGradient[there] += weight * Double(values.arriving[here])
                            weightGradient[place] += Double(values.input[there]) * Double(values.arriving[here])
                        }
                    }
                }
            }
        }
        let biasGradient = (0..<it.to).map { out in
            values.arriving[out * it.pixels..<(out + 1) * it.pixels].reduce(0) { $0 + Double($1) }
        }
        return Results(
            output: output.map { Float($0) }, inputGradient: inputGradient.map { Float($0) },
            weightGradient: weightGradient.map { Float($0) }, biasGradient: biasGradient.map { Float($0) },
            twice: (weightGradient + biasGradient).map { Float(2 * $0) })
    }

    /// oneDNN's own Winograd errs as much: up to 2e-6 of the largest value with a hundred channels.
    @Test(arguments: WinogradCase.all)
    func plainFormIsTheConvolution(it: WinogradCase) {
        let values = Values(it)
        let expected = direct(it, values)
        for block in [8, 16] {
            let found = run(it, values, block: block, form: assay_winograd_plain)
            #expect(difference(expected.output, found.output) < 3e-6)
            #expect(difference(expected.inputGradient, found.inputGradient) < 3e-6)
            #expect(difference(expected.weightGradient, found.weightGradient) < 3e-6)
            #expect(difference(expected.biasGradient, found.biasGradient) < 2e-6)
            #expect(difference(expected.twice, found.twice) < 3e-6)
        }
    }

    /// To the bit, each time.
    @Test(arguments: WinogradCase.all)
    func everyFormOfThisCPUIsThePlainOne(it: WinogradCase) {
        let values = Values(it)
        let expected = run(it, values, block: 16, form: assay_winograd_plain)
        #expect(expected == run(it, values, block: 8, form: assay_winograd_plain))
        for block in [8, 16] {
            let form = assay_winograd_form_for(Int32(block))
            guard form != assay_winograd_none else { continue }
            for _ in 0..<2 { #expect(run(it, values, block: block, form: form) == expected) }
        }
    }

    @Test func otherBlocksHaveNoForm() {
        for block in [1, 4, 32] { #expect(assay_winograd_form_for(Int32(block)) == assay_winograd_none) }
    }
}
