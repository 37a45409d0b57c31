import FileReading
import Foundation
import Sharding
import TestSupport
import Testing
import YOLODataset

@Suite struct ManifestTests {
    private let dataset = SharedMaterial.checkout.path + "/Fixtures/broken/data.yaml"

    private func manifest() throws -> (ShardManifest, Dataset) {
        let dataset = try Dataset.open(dataset)
        let manifest = ShardManifest(
            program: .of("program"), state: .of("state"), listed: 5, shards: 7,
            listings: [ShardManifest.Listing(trainer: "ultralytics", folders: try dataset.listSamples().folders)])
        return (manifest, dataset)
    }

    /// A worker sees the images that the listing had, in its order, split by split, without looking for them.
    @Test func whatWasListedReadsBack() throws {
        let (manifest, dataset) = try manifest()
        let folder = try TemporaryFolder()
        try manifest.write(to: folder.path + "/deep/manifest")
        let again = try ShardManifest.read(folder.path + "/deep/manifest", root: dataset.root)
        #expect(again.digest == manifest.digest && again.shards == 7)
        #expect(again.listed == 5 && again.listed(at: 6).digest != again.digest)
        #expect(again.program == .of("program") && again.state == .of("state"))
        #expect(again.folders(of: "darknet") == nil)
        let listed = dataset.listed(as: try #require(again.folders(of: "ultralytics")))
        for splits in [nil, ["val"], ["train"], ["val", "train"], []] as [[String]?] {
            let (known, fresh) = (try listed.listSamples(splits: splits), try dataset.listSamples(splits: splits))
            #expect(known.samples == fresh.samples)
            #expect(known.samples.map(\.label) == fresh.samples.map(\.label))
            #expect(known.samples.map(\.image) == fresh.samples.map(\.image))
            #expect(known.samples.map(\.hasLabelFile) == fresh.samples.map(\.hasLabelFile))
        }
    }

    @Test func everyFlippedBitAndEveryCutIsRefused() throws {
        let (manifest, dataset) = try manifest()
        let folder = try TemporaryFolder()
        try manifest.write(to: folder.path + "/manifest")
        let bytes = try FileReading.bytes(ofFile: folder.path + "/manifest")
        for at in stride(from: 0, to: bytes.count, by: 7) {
            var flipped = bytes
            flipped[at] ^= 1 << (at % 8)
            #expect(throws: FileError.self, "byte \(at)") {
                try ShardManifest(flipped, file: "manifest", root: dataset.root)
            }
            #expect(throws: FileError.self, "\(at) bytes") {
                try ShardManifest(Array(bytes[..<at]), file: "manifest", root: dataset.root)
            }
        }
    }
}
