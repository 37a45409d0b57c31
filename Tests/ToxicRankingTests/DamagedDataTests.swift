import FileReading
import Foundation
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

/// What one bad image does to the figures of all the others: nothing.
@Suite struct DamagedDataTests {
    private func model(damaged: Bool = false) throws -> DetectionModel {
        let folder = try TemporaryFolder()
        var tensors = try FormulaCheckpoint.tensors()
        if damaged { tensors["model.0.conv.weight"]?.values[0] = .nan }
        let bytes = try Safetensors.encode(tensors, metadata: ["model_yaml": FormulaCheckpoint.modelYAML])
        return try DetectionModel.load(checkpoint: try folder.write(bytes, to: "m.safetensors"))
    }

    private func run(
        _ model: DetectionModel, _ yaml: String, gradientOfShare: Bool = false, jobs: Int = 1
    ) throws -> ToxicResult {
        var options = ToxicOptions()
        options.imageSize = 64
        options.splits = ["train"]
        options.gradientOfShare = gradientOfShare
        options.jobs = jobs
        return try ToxicRun.run(ToxicModels(model), dataset: try Dataset.open(yaml), options: options)
    }

    /// A copy of the shapes in which one image has been replaced by its first `bytes` bytes, or left out.
    private func shapes(first bytes: Int?) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        for item in ["data.yaml", "images", "labels"] {
            try files.copyItem(
                atPath: SharedMaterial.checkout.path + "/Fixtures/shapes/" + item, toPath: folder.path + "/" + item)
        }
        let victim = folder.path + "/images/train/shape22.png"
        let whole = try FileReading.bytes(ofFile: victim)
        try files.removeItem(atPath: victim)
        if let bytes { try folder.write(Array(whole.prefix(bytes)), to: "images/train/shape22.png") }
        return folder
    }

    @Test(arguments: [false, true])
    func anImageWithoutPixelsChangesNoOtherShare(gradientOfShare: Bool) throws {
        // The header tells its size, so that its labels look usable; its pixels are not there.
        let damaged = try shapes(first: 60)
        let without = try shapes(first: nil)
        let model = try model()
        let a = try run(model, damaged.path + "/data.yaml", gradientOfShare: gradientOfShare, jobs: 2)
        let b = try run(model, without.path + "/data.yaml", gradientOfShare: gradientOfShare)
        #expect(a.images.count { $0.problem != nil } == 1 && a.images.count == b.images.count + 1)
        #expect(a.datasetLoss == b.datasetLoss)
        let expected = Dictionary(uniqueKeysWithValues: b.images.map { ($0.sample.image, $0) })
        for image in a.images where image.problem == nil {
            let other = try #require(expected[image.sample.image])
            #expect(image.share == other.share && image.norms == other.norms, "\(image.sample.image)")
        }
    }

    @Test func theMeanShareIsTheLossOfTheDataset() throws {
        let damaged = try shapes(first: 60)
        let result = try run(try model(), damaged.path + "/data.yaml")
        let shares = result.images.compactMap { $0.share?.total }
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect(abs(mean - result.datasetLoss.total) < 1e-9 * mean)
    }

    @Test(arguments: [nil, 60])
    func anImageThatCannotBeReadLeavesTheOthersSuspicionsAlone(first: Int?) throws {
        let damaged = try shapes(first: first)
        let model = try model()
        let list = try run(model, damaged.path + "/data.yaml").suspicions
        let whole = list.suspicions.filter { $0.kind == .image && $0.probability == 1 }
        #expect(whole.map(\.image) == (first == nil ? [] : ["images/train/shape22.png"]))
        #expect(list.suspicions.allSatisfy { (0...1).contains($0.probability) && $0.impact.isFinite })
    }

    @Test func aBrokenCheckpointAccusesNoLabel() throws {
        let yaml = SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml"
        let result = try run(try model(damaged: true), yaml)
        #expect(result.suspicions.suspicions.allSatisfy { $0.kind == .image })
        #expect(result.suspicions.suspicions.count == result.images.count)
    }

    @Test func lessGradientLeavesLossesAndSuspicionsAsTheyAre() throws {
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml")
        let model = try model()
        func run(_ reach: GradientReach) throws -> ToxicResult {
            var options = ToxicOptions()
            options.imageSize = 64
            options.gradient = reach
            return try ToxicRun.run(ToxicModels(model), dataset: dataset, options: options)
        }
        func named(_ result: ToxicResult) -> [ImageLoss] {
            result.images.sorted { $0.sample.image < $1.sample.image }
        }
        let (full, head, none) = (try run(.full), try run(.head), try run(.none))
        for other in [head, none] {
            #expect(other.suspicions.suspicions == full.suspicions.suspicions && other.datasetLoss == full.datasetLoss)
        }
        for (a, b) in zip(named(full), named(head)) {
            let (whole, part) = (try #require(a.norms), try #require(b.norms))
            #expect(
                part.backbone == 0 && part.head == whole.head && part.total == part.head && part.total < whole.total)
        }
        #expect(none.images.allSatisfy { $0.norms == nil && $0.energyShare == nil && $0.problem == nil })
        #expect(zip(none.images, none.images.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    }

    @Test func tablesHoldNoNumberThatIsNone() throws {
        let yaml = SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml"
        let images = try run(try model(damaged: true), yaml).images
        let text = ToxicWriter.boxesCSV(images) + ToxicWriter.csv(images)
        #expect(!text.contains(",nan") && !text.contains(",inf") && !text.contains("null"))
        let json = try JSONSerialization.jsonObject(with: Data(ToxicWriter.json(images).utf8)) as? [[String: Any]]
        #expect(json?.count == images.count)
    }
}
