import FileReading
import Randomness

@testable import AnchorFitting
@testable import YOLOModel

/// The raw numbers beside a pickle.
private let storages: [(name: String, contents: [UInt8])] = [
    ("archive/data/0", (0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 7) }), ("archive/data/1", [0, 0, 128, 63]),
]

/// A pickle becomes modules and tensors of the shapes that it says.
@Sendable func readPickle(_ pickle: [UInt8]) throws {
    let archive = StoredArchive.bytes([("archive/data.pkl", pickle)] + storages)
    guard let contents = try TorchCheckpoint.contents(of: archive, file: "fuzz.pt") else { return }
    check(contents)
}

/// The same before PyTorch 1.6: what follows the heading, with the numbers after the pickles.
@Sendable func readOldCheckpoint(_ rest: [UInt8]) throws {
    // PyTorch's number, its version, and an empty dictionary for the machine.
    let heading: [UInt8] =
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + Array("}.".utf8)
    guard let contents = try TorchCheckpoint.contents(of: heading + rest, file: "fuzz.pt") else {
        fail("the heading is not known")
    }
    check(contents)
}

private func check(_ contents: TorchCheckpoint.Contents) {
    for (_, tensor) in contents.tensors { check(tensor) }
    for (_, tensor) in contents.module?.flattened() ?? [] { check(tensor) }
}

private func check(_ tensor: NamedTensor) {
    demand(tensor.values.count == tensor.shape.reduce(1, *), "a tensor of another shape")
}

/// Entries lie within the file.
@Sendable func readArchive(_ bytes: [UInt8]) throws {
    let archive = try ZipArchive(bytes, file: "fuzz.pt")
    for (_, range) in archive.entries { demand(range.lowerBound >= 0 && range.upperBound <= bytes.count) }
}

/// A file as it stands, and the input as the header of one; what is written is read as the same.
@Sendable func readSafetensors(_ input: [UInt8]) throws {
    let whole =
        withUnsafeBytes(of: UInt64(input.count).littleEndian) { Array($0) } + input
        + (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 5) }
    for bytes in [input, whole] {
        let contents: Safetensors.Contents
        do {
            contents = try Safetensors.read(bytes, file: "fuzz.safetensors")
        } catch is FileError {
            continue
        }
        var count = 0
        for (_, tensor) in contents.tensors {
            check(tensor)
            count += tensor.values.count
        }
        demand(count <= bytes.count, "more numbers than the file has bytes")
        let written = try Safetensors.encode(contents.tensors, metadata: contents.metadata)
        let again = try Safetensors.read(written, file: "written")
        demand(again.metadata == contents.metadata && again.tensors.count == contents.tensors.count)
        for (name, tensor) in contents.tensors {
            demand(again.tensors[name]?.shape == tensor.shape, "another shape of \(name)")
            demand(
                again.tensors[name]?.values.map(\.bitPattern) == tensor.values.map(\.bitPattern), "other numbers")
        }
    }
}

/// What a checkpoint says becomes a network, or an error.
@Sendable func readCheckpoint(_ file: [UInt8]) throws {
    for name in ["fuzz.pt", "fuzz.safetensors"] {
        do {
            check(try DetectionModel.read(file, file: name))
        } catch is any UserFacingError {
            continue
        }
    }
}

private func check(_ model: DetectionModel) {
    demand(model.classCount > 0 && model.strides.allSatisfy { $0 > 0 })
    demand(model.operations(size: 64).map { $0.isFinite && $0 >= 0 } ?? true)
}

/// An archive with another pickle, and the rest as it was; nil for other files.
@Sendable func mutatedCheckpoint(_ file: [UInt8], _ numbers: inout NumberSequence) -> [UInt8]? {
    guard let archive = try? ZipArchive(file, file: "fuzz.pt") else { return nil }
    let entries = archive.entries.sorted { $0.value.lowerBound < $1.value.lowerBound }
    return StoredArchive.bytes(
        entries.map { name, range in
            let contents = Array(file[range])
            guard name.hasSuffix("data.pkl") else { return (name, contents) }
            return (name, PickleProgram.mutated(contents, &numbers) ?? contents)
        })
}

/// Layers become a network, or an error; other anchors are written into the same file.
@Sendable func readModelYAML(_ text: [UInt8]) throws {
    do {
        check(try DetectionModel.read(text, file: "fuzz.yaml"))
    } catch is any UserFacingError {}
    let file = try ModelYAMLAnchors.parse(text, file: "fuzz.yaml")
    let source = try file.source()
    guard let levels = source.levels, !source.anchors.isEmpty else { return }
    let other = (1...levels.count).map { AnchorSize(width: Double(8 * $0), height: Double(9 * $0)) }
    let written = try file.replacing(other, levels)
    let again = try ModelYAMLAnchors.parse(written, file: "written").source()
    demand(again.anchors == other, "other anchors than were written")
}

/// The anchors of a `.cfg`; other anchors are written into it, and every line that is not theirs stays as it was.
@Sendable func readConfiguration(_ text: [UInt8]) throws {
    let file = try DarknetConfiguration.parse(text, file: "fuzz.cfg")
    let source = try file.source()
    let other = source.anchors.indices.map { AnchorSize(width: Double(8 * $0 + 8), height: Double(9 * $0 + 9)) }
    let written = try file.replacing(other)
    let again = try DarknetConfiguration.parse(written, file: "written").source()
    demand(again.anchors == other, "other anchors")
    // What is not UTF-8 is read as the sign for that.
    let before = Array(String(decoding: text, as: UTF8.self).utf8).split(
        separator: 10, omittingEmptySubsequences: false)
    let after = written.split(separator: 10, omittingEmptySubsequences: false)
    demand(before.count == after.count, "another number of lines")
    for (old, new) in zip(before, after) where !old.elementsEqual(new) {
        let key = String(decoding: old, as: UTF8.self).filter { !$0.isWhitespace }
        demand(key.hasPrefix("anchors=") || key.hasPrefix("num="), "another line changed")
    }
    // Twice as many anchors: masks and filters follow, or the file is refused.
    _ = try file.replacing(other + other)
}
