import TextForms
import YOLOModel

/// A checkpoint's layers, for people.
public enum ModelTable {
    /// A line a layer; then the family, its size and cost, strides, anchors and names.
    public static func text(_ model: DetectionModel) -> String {
        func row(_ cells: [String]) -> String {
            zip(cells, [7, 16, 14]).map(Columns.left).joined() + (cells.last ?? "") + "\n"
        }
        var text = row(["layer", "from", "module", "parameters"])
        for layer in model.layers {
            let sources = layer.from.map(String.init).joined(separator: ",")
            text += row(["\(layer.index)", sources, layer.module, "\(layer.parameterCount)"])
        }
        text += "\(model.family.rawValue), \(model.parameterCount) parameters, \(model.classCount) classes"
        if let operations = model.operations(size: 640) {
            text += ", \(Figure.text(operations / 1e9, decimals: 1)) GFLOPs at 640 px"
        }
        text += ", strides \(model.strides.map(String.init).joined(separator: ", "))\n"
        for (level, anchors) in model.anchors.enumerated() {
            let pairs = anchors.map { "\(ExactNumber.text($0.width)),\(ExactNumber.text($0.height))" }
            text += "anchors of stride \(model.strides[level]): \(pairs.joined(separator: " "))\n"
        }
        if let names = model.classNames { text += "names: \(names.joined(separator: ", "))\n" }
        return text
    }
}
