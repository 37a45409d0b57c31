import TextForms
import YAMLText

/// A node as JSON: plain numbers and truth values as such, every other scalar as text.
extension YAMLNode: JSONWritable {
    /// Writes the node and all below it.
    public func write(to json: inout JSONWriter) {
        switch content {
        case .sequence(let nodes): json.array { json in for node in nodes { json.value(node) } }
        case .mapping(let entries):
            json.object { json in for entry in entries { json.member(entry.key.string ?? "", entry.value) } }
        case .scalar(let text, let style):
            if isNull {
                json.value(JSONFragment("null"))
            } else if style == .plain, let flag = bool {
                json.value(flag)
            } else if style == .plain, let number = double, number.isFinite {
                json.value(number)
            } else {
                json.value(text)
            }
        }
    }
}
