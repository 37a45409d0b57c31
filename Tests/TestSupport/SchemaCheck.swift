import Foundation

/// The part of JSON Schema (2020-12) that docs/schemas use, so that outputs are held against them without another library.
///
/// A keyword that is not known is an error: a schema cannot demand what nobody checks.
public struct SchemaCheck {
    private let root: [String: Any]

    private static let annotations: Set<String> = ["$schema", "$id", "title", "description", "$defs"]
    private static let known: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems",
        "maxItems", "minimum", "maximum", "$ref", "anyOf", "patternProperties", "pattern", "propertyNames",
    ]

    /// - Parameter text: the schema.
    public init(_ text: String) throws {
        root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// What is wrong with a document, a line each; empty where it fits.
    public func faults(of text: String) throws -> [String] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return faults(value, root, "$")
    }

    private func faults(_ value: Any, _ schema: Any, _ path: String) -> [String] {
        guard let schema = schema as? [String: Any] else {
            return schema as? Bool == false ? ["\(path): is not allowed"] : []
        }
        var faults = schema.keys.filter { !Self.known.contains($0) && !Self.annotations.contains($0) }
            .map { "\(path): the schema has the keyword \($0), which is not checked" }
        if let reference = schema["$ref"] as? String {
            let target = reference.split(separator: "/").dropFirst().reduce(root as Any) { node, key in
                (node as? [String: Any])?[String(key)] ?? [String: Any]()
            }
            guard (target as? [String: Any])?.isEmpty == false else { return ["\(path): \(reference) leads nowhere"] }
            faults += self.faults(value, target, path)
        }
        if let types = schema["type"] as? [String] ?? (schema["type"] as? String).map({ [$0] }),
            !types.contains(where: { isOf(value, $0) })
        {
            return faults + ["\(path): is no \(types.joined(separator: " or ")): \(value)"]
        }
        if let words = schema["enum"] as? [Any], !words.contains(where: { same($0, value) }) {
            faults.append("\(path): \(value) is none of \(words)")
        }
        if let constant = schema["const"], !same(constant, value) {
            faults.append("\(path): \(value) is not \(constant)")
        }
        if let options = schema["anyOf"] as? [Any], !options.contains(where: { self.faults(value, $0, path).isEmpty }) {
            faults.append("\(path): fits nothing of anyOf: \(value)")
        }
        if let number = value as? NSNumber, !isOf(value, "boolean") {
            if let least = schema["minimum"] as? Double, number.doubleValue < least {
                faults.append("\(path): is under \(least)")
            }
            if let most = schema["maximum"] as? Double, number.doubleValue > most {
                faults.append("\(path): is over \(most)")
            }
        }
        if let text = value as? String, let pattern = schema["pattern"] as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            faults.append("\(path): “\(text)” does not match \(pattern)")
        }
        if let array = value as? [Any] { faults += self.faults(ofArray: array, schema, path) }
        if let object = value as? [String: Any] { faults += self.faults(ofObject: object, schema, path) }
        return faults
    }

    private func faults(ofArray array: [Any], _ schema: [String: Any], _ path: String) -> [String] {
        var faults: [String] = []
        let first = schema["prefixItems"] as? [Any] ?? []
        if let least = schema["minItems"] as? Int, array.count < least {
            faults.append("\(path): has \(array.count) elements")
        }
        if let most = schema["maxItems"] as? Int, array.count > most {
            faults.append("\(path): has \(array.count) elements")
        }
        for (index, element) in array.enumerated() {
            guard let wanted = index < first.count ? first[index] : schema["items"] else { continue }
            faults += self.faults(element, wanted, "\(path)[\(index)]")
        }
        return faults
    }

    private func faults(ofObject object: [String: Any], _ schema: [String: Any], _ path: String) -> [String] {
        let properties = schema["properties"] as? [String: Any] ?? [:]
        let patterns = schema["patternProperties"] as? [String: Any] ?? [:]
        var faults = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map { "\(path): lacks \($0)" }
        for (key, element) in object.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).\(key)"
            if let names = schema["propertyNames"] { faults += self.faults(key, names, "the name \(place)") }
            var wanted = properties[key].map { [$0] } ?? []
            wanted += patterns.filter { key.range(of: $0.key, options: .regularExpression) != nil }.map(\.value)
            if wanted.isEmpty, let others = schema["additionalProperties"] { wanted = [others] }
            for schema in wanted { faults += self.faults(element, schema, place) }
        }
        return faults
    }

    private func same(_ first: Any, _ second: Any) -> Bool { (first as? NSObject)?.isEqual(second) ?? false }

    private func isOf(_ value: Any, _ type: String) -> Bool {
        let isBoolean = (value as? NSNumber).map { isTruthValue($0) } ?? (value is Bool)
        return switch type {
        case "null": value is NSNull
        case "boolean": isBoolean
        case "integer": !isBoolean && ((value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false)
        case "number": !isBoolean && value is NSNumber
        case "string": value is String
        case "array": value is [Any]
        case "object": value is [String: Any]
        default: false
        }
    }

    /// JSONSerialization makes numbers and truth values of one class.
    private func isTruthValue(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
