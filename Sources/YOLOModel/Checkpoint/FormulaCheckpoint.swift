import FileReading
import Foundation

/// A narrow YOLOv5 whose weights follow a formula, so that anybody can make the same network: for tests and fixtures.
///
/// With k the place of a parameter in the order of all names, and i the index of a value:
/// convolution weight √(2/fan-in)·sin(0.7·i + k); bias 0.1·sin(i + k) − 2, and 1.2 + 0.3·sin(i + k) where it is that of
/// distances; batch-norm weight 1 + 0.2·sin(i + k), bias
/// 0.2·sin(1.3·i + k), running mean 0.1·sin(0.9·i + k), running variance 1 + 0.3·sin(1.1·i + k).
/// `scripts/reference/formula_figures.py` computes the same network in PyTorch.
public enum FormulaCheckpoint {
    /// The architecture: yolov5n's layers at a quarter of its width, for three classes.
    public static let modelYAML = StandardModels.yolov5(classCount: 3, depth: "0.33", width: "0.0625")

    /// All parameters by name.
    ///
    /// - Throws: `FileError` where the model YAML does not parse, which a test rules out.
    public static func tensors() throws -> [String: NamedTensor] {
        let model = try ModelYAML.parse(modelYAML, file: "formula.yaml").makeModel()
        return Dictionary(
            uniqueKeysWithValues: filled(model).graph.parameters.map {
                ($0.name, NamedTensor(shape: $0.shape, values: $0.values))
            })
    }

    /// A model with weights by the formula; kernels that nobody trains stay as they are.
    package static func filled(_ model: DetectionModel) -> DetectionModel {
        var values = model.graph.parameters.map(\.values)
        let named = model.graph.parameters.enumerated().filter { _, parameter in
            parameter.isTrainable || parameter.name.contains(".running_")
        }
        for (k, (index, parameter)) in named.sorted(by: { $0.element.name < $1.element.name }).enumerated() {
            values[index] = values[index].indices.map {
                value(parameter.name, parameter.shape, Double(k), Double($0))
            }
        }
        return model.withParameters(values)
    }

    private static func value(_ name: String, _ shape: [Int], _ k: Double, _ i: Double) -> Float {
        if shape.count == 4 {
            let fan = Double(shape[1] * shape[2] * shape[3])
            return Float((2 / fan).squareRoot() * sin(0.7 * i + k))
        }
        if name.hasSuffix("running_mean") { return Float(0.1 * sin(0.9 * i + k)) }
        if name.hasSuffix("running_var") { return Float(1 + 0.3 * sin(1.1 * i + k)) }
        if name.hasSuffix("bn.weight") { return Float(1 + 0.2 * sin(i + k)) }
        if name.hasSuffix("bn.bias") { return Float(0.2 * sin(1.3 * i + k)) }
        if name.contains("cv2."), name.hasSuffix(".2.bias") { return Float(1.2 + 0.3 * sin(i + k)) }
        return Float(0.1 * sin(i + k) - 2)
    }

    /// Writes the checkpoint as safetensors that carry their model YAML.
    public static func write(to path: String, names: [String] = ["circle", "square", "triangle"]) throws {
        let metadata = ["model_yaml": modelYAML, "names": names.joined(separator: "\n")]
        try AtomicFile.write(try Safetensors.encode(tensors(), metadata: metadata), to: path)
    }
}
