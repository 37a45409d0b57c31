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

    private struct Entry: Codable {
        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

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
        guard let length = LittleEndianBytes(bytes).int(0, 8), length <= bytes.count - 8, length <= 100 << 20 else {
            throw damaged("the header is cut short")
        }
        guard let header = try? JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any] else {
            throw damaged("the header is not JSON")
        }
        var contents = Contents(tensors: [:], metadata: header["__metadata__"] as? [String: String] ?? [:])
        let start = 8 + length
        for (name, value) in header where name != "__metadata__" {
            guard let data = try? JSONSerialization.data(withJSONObject: value),
                let entry = try? JSONDecoder().decode(Entry.self, from: data), let kind = kinds[entry.dtype],
                entry.dataOffsets.count == 2, entry.shape.allSatisfy({ $0 >= 0 && $0 < 1 << 31 })
            else { throw damaged("the entry of \(name)") }
            var count = 1
            for size in entry.shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                guard !overflow, product <= 1 << 34 else { throw damaged("the size of \(name)") }
                count = product
            }
            let (from, to) = (entry.dataOffsets[0], entry.dataOffsets[1])
            guard from >= 0, to >= from, to - from == count * kind.size, to <= bytes.count - start else {
                throw damaged("the place of \(name)")
            }
            let values = bytes.withUnsafeBytes { raw in
                (0..<count).map { TorchCheckpoint.number(raw, start + from + $0 * kind.size, kind) }
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
