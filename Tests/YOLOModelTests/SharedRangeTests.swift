import FileReading
import Testing
import YOLOModel

/// A safetensors file says of each tensor where it is: no byte may be two tensors', and none lie outside.
@Suite struct SharedRangeTests {
    private func read(_ header: String, numbers: Int = 32) -> String {
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        do {
            let bytes = length + Array(header.utf8) + [UInt8](repeating: 0, count: numbers)
            return try Safetensors.read(bytes, file: "a.safetensors").tensors.keys.sorted().joined(separator: ",")
        } catch {
            return "\(error)"
        }
    }

    private func entry(_ name: String, _ count: Int, _ from: Int, _ to: Int) -> String {
        "\"\(name)\": {\"dtype\": \"F32\", \"shape\": [\(count)], \"data_offsets\": [\(from), \(to)]}"
    }

    @Test func rangesBesideEachOtherAreRead() {
        #expect(read("{\(entry("b", 4, 16, 32)), \(entry("a", 4, 0, 16)), \(entry("c", 0, 16, 16))}") == "a,b,c")
    }

    @Test func overlappingRangesAreRefused() {
        #expect(
            read("{\(entry("a", 4, 0, 16)), \(entry("b", 4, 12, 28))}").contains("the place of b, which is another's"))
        #expect(read("{\(entry("a", 4, 0, 16)), \(entry("b", 4, 0, 16))}").contains("which is another's"))
    }

    @Test func placesOutsideAreRefused() {
        #expect(read("{\(entry("a", 4, 20, 36))}").contains("the place of a"))
        #expect(read("{\(entry("a", 4, -16, 0))}").contains("the place of a"))
        #expect(read("{\(entry("a", 4, Int.max - 15, Int.max))}").contains("the place of a"))
        #expect(read("{\(entry("a", 1 << 62, 0, 16))}").contains("the size of a"))
    }

    @Test(arguments: [
        "5", "[1]", "{\"a\": 5}", "{\"a\": null}", "{\"a\": {}}", "{\"a\": {\"dtype\": 1}}", "nonsense", "",
    ])
    func headersThatAreNoneAreRefused(_ header: String) {
        #expect(read(header).hasPrefix("a.safetensors: the safetensors file is truncated or damaged"))
    }
}
