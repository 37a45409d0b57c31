import Foundation
import YAMLText

/// Heads without anchors, with new weights.
extension ModuleMaker {
    /// A branch for distances and one for classes a level, and one for the angle of turned boxes; v10 and 26 have each
    /// twice.
    mutating func distributionHead(
        _ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]
    ) throws -> ModuleRecord {
        guard let narrowest = inputs.first, inputs.allSatisfy({ $0 > 0 }) else { throw fail(layer, "reads nothing") }
        let bins = yaml.bins
        let boxWidth = max(16, narrowest / 4, 4 * bins)
        let classWidth = max(narrowest, min(classCount, 100))
        // v8 has plain 3 × 3 convolutions for classes; from v10 on they are depthwise and pointwise.
        let isPlain =
            layer.module != "v10Detect" && !yaml.layers.contains { ["C3k2", "A2C2f", "C2fCIB"].contains($0.module) }
        let isTurned = layer.module == "OBB" || layer.module == "OBB26"
        func plainBranch(_ maker: inout ModuleMaker, _ width: Int, _ channels: Int, bias: Float) -> ModuleRecord {
            let levels = inputs.map { input -> ModuleRecord in
                let first = maker.convolution(input, width, kernel: 3)
                let second = maker.convolution(width, width, kernel: 3)
                return maker.sequence([first, second, maker.output(width, channels, bias: bias)])
            }
            return maker.sequence(levels, className: "ModuleList")
        }
        func branches(_ maker: inout ModuleMaker, _ prefix: String) -> [(name: String, module: ModuleRecord)] {
            let boxes = plainBranch(&maker, boxWidth, 4 * bins, bias: 2)
            let classes = zip(inputs, scales).map { input, scale -> ModuleRecord in
                // Five objects an image of 640 px, to begin with.
                let cells = Double(640 / max(1, scale))
                let bias = Float(log(5 / Double(maker.classCount) / (cells * cells)))
                let last = maker.output(classWidth, maker.classCount, bias: bias)
                guard !isPlain else {
                    let first = maker.convolution(input, classWidth, kernel: 3)
                    return maker.sequence([first, maker.convolution(classWidth, classWidth, kernel: 3), last])
                }
                let first = maker.sequence([
                    maker.convolution(input, input, kernel: 3, groups: input),
                    maker.convolution(input, classWidth, kernel: 1),
                ])
                let second = maker.sequence([
                    maker.convolution(classWidth, classWidth, kernel: 3, groups: classWidth),
                    maker.convolution(classWidth, classWidth, kernel: 1),
                ])
                return maker.sequence([first, second, last])
            }
            let said = [(prefix + "cv2", boxes), (prefix + "cv3", maker.sequence(classes, className: "ModuleList"))]
            return isTurned ? said + [(prefix + "cv4", plainBranch(&maker, max(1, narrowest / 4), 1, bias: 0))] : said
        }
        var children = branches(&self, "")
        if layer.module == "v10Detect" || yaml.isEndToEnd { children += branches(&self, "one2one_") }
        return ModuleRecord(
            className: layer.module, settings: ["nc": .int(classCount), "reg_max": .int(bins)], children: children,
            tensors: ["stride": NamedTensor(shape: [scales.count], values: scales.map(Float.init))])
    }

    private mutating func output(_ input: Int, _ channels: Int, bias: Float) -> ModuleRecord {
        var conv = plainConvolution(input, channels, kernel: 1, stride: 1, padding: 0, hasBias: true)
        conv.tensors["bias"] = constant(bias, channels)
        return conv
    }
}
