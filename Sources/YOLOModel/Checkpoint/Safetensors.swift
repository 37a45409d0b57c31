import CheckedNumbers
import FileReading
import Foundation

/// The safetensors format: a JSON header with names, shapes and places, then the numbers.
public enum Safetensors {
    /// What a file holds.
    public struct Contents: Sendable {
        /// In single precision, whatever the file has.
        public var tensors: [String: NamedTensor]
        /// Texts by name; the format allows no others.
        public var metadata: [String: String]
    }

    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    /// The header's entries by name.
    private struct Header: Decodable {
        var entries: [(name: String, entry: Entry)] = []
        var metadata: [String: String] = [:]

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for name in container.allKeys {
                if name.stringValue == "__metadata__" {
                    metadata = try container.decode([String: String].self, forKey: name)
                } else {
                    entries.append((name.stringValue, try container.decode(Entry.self, forKey: name)))
                }
            }
        }
    }

    /// The header of the largest published model has a few hundred kilobytes.
    static let largestHeader = 16 << 20

    private static let kinds: [String: StoredTensor.Kind] = [
        "F16": .half, "BF16": .bfloat16, "F32": .single, "F64": .double, "I64": .int64, "I32": .int32, "I16": .int16,
        "I8": .int8, "U8": .uint8, "BOOL": .bool,
    ]

    /// Reads every tensor.
    ///
    /// - Throws: `FileError` where the header is not valid or a tensor reaches outside of the file.
    public static func read(_ bytes: [UInt8], file: String) throws -> Contents {
        func damaged(_ what: String) -> FileError {
            FileError(
                file: file, message: "the safetensors file is truncated or damaged: \(what)", wayOut: "copy it again")
        }
        let budget = ReadingBudget(file: file, size: bytes.count, wayOut: "save it again from the trainer")
        guard let length = LittleEndianBytes(bytes).int(0, 8), length <= largestHeader,
            let text = bytes.slice(at: 8, count: length)
        else { throw damaged("the header is cut short, or has more than \(largestHeader) bytes") }
        try JSONShape.check(text, budget)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(text))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.keyNotFound(_, let context),
            DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context)
        {
            let name = context.codingPath.first?.stringValue
            throw damaged(name.map { "the entry of \($0)" } ?? "the header is not JSON")
        }
        var contents = Contents(tensors: [:], metadata: header.metadata)
        let data = bytes[text.endIndex...]
        var end = 0
        // In the order of their places, so that no byte is read as two tensors.
        let entries = header.entries.sorted { $0.entry.dataOffsets.lexicographicallyPrecedes($1.entry.dataOffsets) }
        for (name, entry) in entries {
            guard let kind = kinds[entry.dtype], entry.dataOffsets.count == 2 else {
                throw damaged("the entry of \(name)")
            }
            guard let count = entry.shape.checkedProduct(), let size = count.checkedTimes(kind.size) else {
                throw damaged("the size of \(name)")
            }
            let (from, to) = (entry.dataOffsets[0], entry.dataOffsets[1])
            guard to.checkedPlus(0) == from.checkedPlus(size), let start = from.checkedPlus(data.startIndex),
                let numbers = data.slice(at: start, count: size)
            else { throw damaged("the place of \(name)") }
            guard from >= end || size == 0 else { throw damaged("the place of \(name), which is another's as well") }
            end = max(end, to)
            try budget.make(bytes: count.checkedTimes(MemoryLayout<Float>.size))
            let values = numbers.withUnsafeBytes { raw in
                (0..<count).map { TorchCheckpoint.number(raw, $0 * kind.size, kind) }
            }
            contents.tensors[name] = NamedTensor(shape: entry.shape, values: values)
        }
        return contents
    }

    /// The bytes of a file with single-precision tensors in the order of their names.
    public static func encode(_ tensors: [String: NamedTensor], metadata: [String: String]) throws -> [UInt8] {
        var header: [String: Any] = ["__metadata__": metadata]
        var offset = 0
        let names = tensors.keys.sorted()
        for name in names {
            guard let tensor = tensors[name] else { continue }
            let end = offset + 4 * tensor.values.count
            header[name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end]] as [String: Any]
            offset = end
        }
        var text = Array(
            try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes]))
        // The numbers begin at a multiple of eight.
        text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        var bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        bytes += text
        bytes.reserveCapacity(bytes.count + offset)
        for name in names {
            // Every platform that Swift runs on here stores numbers the way the format does, the lowest byte first.
            (tensors[name]?.values ?? []).withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
