import Randomness
import YOLODataset

@testable import FileReading
@testable import LabelRules
@testable import Sharding
@testable import ToxicRanking

// A file of shards carries digests of its own contents: whatever is damaged is refused before it is read. So the digests
// of mutated input are made anew, and what follows them is read.

/// A part whose contents are taken for facts, and for measured images; or a manifest.
@Sendable func readShardFile(_ bytes: [UInt8]) throws {
    if bytes.starts(with: Array("ASSAYMF1".utf8)) {
        let manifest = try ShardManifest(bytes, file: "fuzz", root: "/fuzz")
        for listing in manifest.listings {
            for folder in listing.folders {
                demand(folder.labelPlaces.count == folder.images.count)
                demand(folder.labelPlaces.allSatisfy { (-1..<folder.labels.count).contains(Int($0)) })
            }
        }
        let again = ShardManifest(
            program: manifest.program, state: manifest.state, listed: manifest.listed, shards: manifest.shards,
            listings: manifest.listings)
        demand(again.shards == manifest.shards)
        return
    }
    guard let part = try? ShardPart(bytes) else { return }
    let range = part.header.origin.range
    demand(part.contents.count == part.header.size && range.lowerBound <= range.upperBound)
    // As many as there are bytes at most; a larger range is no part of this file.
    guard range.count <= bytes.count else { return }
    var facts = LabelFacts(classCount: 3)
    if facts.add(part.contents, of: range) {
        for number in range { _ = facts.record(number) }
    }
    demand(facts.record(range.upperBound) == nil, "a fact about an image of another shard")
    readMeasured(part)
}

private func readMeasured(_ part: ShardPart) {
    let count = part.header.origin.range.count
    let samples = (0..<count).map {
        DatasetSample(split: "train", root: "/fuzz", image: "\($0).jpg", label: "\($0).txt", hasLabelFile: false)
    }
    var parts = MeasuredParts(samples, models: 2)
    guard parts.add(part.contents, of: 0..<count, in: "/fuzz", at: part.start) else { return }
    demand(parts.images.count == count)
    for image in parts.images {
        var writer = ByteWriter()
        image.write(to: &writer)
        let again = writer.bytes.withUnsafeBufferPointer { buffer in
            var scanner = ByteScanner(buffer)
            return MeasuredImage(&scanner, sample: image.image.sample, models: 2) { .held([]) }
        }
        demand(again != nil, "a record that is not read back")
    }
}

/// Other contents or another header, with digests that fit again.
@Sendable func sealed(_ input: [UInt8], _ numbers: inout NumberSequence) -> [UInt8]? {
    func changed(_ bytes: [UInt8], _ numbers: inout NumberSequence) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &numbers) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: Int.random(in: 0..<256, using: &numbers))
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: Int.random(in: 0..<256, using: &numbers)), at: at)
            default: bytes[at] = [0, 0x7F, 0x80, 0xFF][Int.random(in: 0..<4, using: &numbers)]
            }
        }
        return bytes
    }
    let manifest = Array("ASSAYMF1".utf8)
    if input.starts(with: manifest), input.count > manifest.count + 32 {
        let contents = changed(Array(input[(manifest.count + 32)...]), &numbers)
        return manifest + ContentDigest.of(contents).bytes + contents
    }
    guard let (header, start) = PartHeader.read(input) else { return nil }
    let contents = changed(Array(input[start...]), &numbers)
    return PartHeader(origin: header.origin, size: contents.count, digest: .of(contents)).bytes + contents
}
