import FileReading
import Foundation

/// Reads JSON of other tools: what cannot be read is nil, and never a reason to give up the rest.
enum JSONText {
    /// - Throws: `FileError` where the text is no JSON, or not of the form.
    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], file: String) throws -> Value {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0)))
        } catch {
            throw FileError(file: file, message: "is not the JSON that was expected", wayOut: "export it again")
        }
    }
}

/// The elements of a list that can be read, and how many cannot.
struct LenientList<Element: Decodable & Sendable>: Decodable, Sendable {
    var elements: [Element] = []
    var unreadable = 0

    private struct Slot: Decodable {
        let value: Element?
        init(from decoder: any Decoder) throws { value = try? Element(from: decoder) }
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let slots = try decoder.singleValueContainer().decode([Slot].self)
        elements = slots.compactMap(\.value)
        unreadable = slots.count - elements.count
    }
}

/// A number, a text or a truth value, as the text that it is.
struct LooseText: Decodable, Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(String.self) {
            text = value
        } else if let value = try? container.decode(Bool.self) {
            text = value ? "true" : "false"
        } else if let value = try? container.decode(Int.self) {
            text = String(value)
        } else {
            text = "\(try container.decode(Double.self))"
        }
    }

    var number: Double? { Double(text) }
    /// Of an `iscrowd`, say.
    var isSet: Bool { text == "true" || (number ?? 0) != 0 }
}

/// A value that may be of another type than expected: then it is as if it were not there.
@propertyWrapper struct Lenient<Value: Decodable & Sendable>: Decodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
    // Not `Value(from:)`: the keys of a dictionary are names, and stay as they are.
    init(from decoder: any Decoder) throws { wrappedValue = try? decoder.singleValueContainer().decode(Value.self) }
}

extension KeyedDecodingContainer {
    func decode<Value>(_ type: Lenient<Value>.Type, forKey key: Key) throws -> Lenient<Value> {
        try decodeIfPresent(type, forKey: key) ?? Lenient(wrappedValue: nil)
    }
}

extension [String: LooseText] {
    /// The texts alone.
    var texts: [String: String] { mapValues(\.text) }
}
