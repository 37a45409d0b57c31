import TextForms
import YOLOModel

/// A checkpoint's layers, for people.
public enum ModelTable {
    /// A line a layer; then the family, its size and cost, strides, anchors, assigner and names.
    public static func text(_ model: DetectionModel) -> TerminalText {
        func row(_ cells: [String]) -> TerminalText {
            "\(zip(cells.map(TerminalText.shown), [7, 16, 14]).map(Columns.left).joined())\(cells.last ?? "")\n"
        }
        var text = row(["layer", "from", "module", "parameters"])
        for layer in model.layers {
            let sources = layer.from.map(String.init).joined(separator: ",")
            text += row(["\(layer.index)", sources, layer.module, "\(layer.parameterCount)"])
        }
        text +=
            "\(model.family.rawValue), \(Counted.text(model.parameterCount, "parameter")), \(Counted.text(model.classCount, "class"))"
        if let operations = model.operations(size: 640) {
            text += ", \(Figure.text(operations / 1e9, decimals: 1)) GFLOPs at 640 px"
        }
        text += ", strides \(model.strides.map(String.init).joined(separator: ", "))\n"
        for (level, anchors) in model.anchors.enumerated() {
            let pairs = anchors.map { "\(ExactNumber.text($0.width)),\(ExactNumber.text($0.height))" }
            text += "anchors of stride \(model.strides[level]): \(pairs.joined(separator: " "))\n"
        }
        text += "labels are assigned \(model.assigner)\n"
        if let names = model.classNames { text += "names: \(names.joined(separator: ", "))\n" }
        return text
    }

    /// One object: family, counts, assigner, strides, anchors (a list of pairs a level, in pixels), names and layers.
    public static func json(_ model: DetectionModel) -> String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("family", model.family.rawValue)
            json.member("parameters", model.parameterCount)
            json.member("classes", model.classCount)
            json.member("assigner", model.assigner)
            json.member("operations_640", model.operations(size: 640).map { Double($0) })
            json.array("strides") { json in for stride in model.strides { json.value(stride) } }
            json.array("anchors") { json in
                for level in model.anchors {
                    json.array { json in
                        for anchor in level { for side in [anchor.width, anchor.height] { json.value(Double(side)) } }
                    }
                }
            }
            json.array("names") { json in for name in model.classNames ?? [] { json.value(name) } }
            json.array("layers", .lines) { json in
                for layer in model.layers {
                    json.object { json in
                        json.member("index", layer.index)
                        json.array("from") { json in for source in layer.from { json.value(source) } }
                        json.member("module", layer.module)
                        json.member("parameters", layer.parameterCount)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }
}
