import FileReading
import Foundation
import TestSupport
import Testing
import YOLOModel

/// Checkpoints of before PyTorch 1.6: pickles with the numbers after them.
@Suite struct OldCheckpointTests {
    /// `{"a.weight": [[0, 1, 2], [3, 4, 5]]}`, saved without the ZIP form.
    private let old =
        "gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6"
        + "ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAn1xAFgIAAAAYS53ZWlnaHRxAWN0b3JjaC5fdXRpbHMKX3Jl"
        + "YnVpbGRfdGVuc29yX3YyCnECKChYBwAAAHN0b3JhZ2VxA2N0b3JjaApGbG9hdFN0b3JhZ2UKcQRYDgAAADk0ODUwNTA5MDU1MzI4cQVYAwAAAGNwdXEG"
        + "SwZOdHEHUUsASwJLA4ZxCEsDSwGGcQmJY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEKKVJxC3RxDFJxDXMugAJdcQBYDgAAADk0ODUwNTA5MDU1MzI4"
        + "cQFhLgYAAAAAAAAAAAAAAAAAgD8AAABAAABAQAAAgEAAAKBA"

    private func message(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "old.pt")
        do {
            _ = try DetectionModel.load(checkpoint: path)
            return "loaded"
        } catch {
            return "\(error)"
        }
    }

    @Test func itsWeightsAreRead() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: old)))
        #expect(try message(bytes).contains("holds weights without an architecture"))
        #expect(try message(Array(bytes.dropLast(4))).contains("cut short"))
        #expect(try message(Array(bytes[..<60])).contains("truncated or damaged"))
    }

    @Test func whatItAsksForIsRefused() throws {
        let heading = [UInt8](try #require(Data(base64Encoded: old)))[..<21]
        // An empty dictionary, then os.system("true").
        let call = Array("}.cos\nsystem\n(X".utf8) + [4, 0, 0, 0] + Array("truetR.".utf8)
        #expect(try message(heading + call).contains("os.system"))
    }
}
