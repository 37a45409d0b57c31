import Foundation
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

/// Images that were measured in several places are ranked as those that were measured in one.
@Suite struct MeasuredPartsTests {
    private struct Fixture {
        let dataset: Dataset
        let models: ToxicModels
        var options = ToxicOptions()
    }

    private func fixture() throws -> Fixture {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        try FormulaCheckpoint.write(to: path)
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml")
        let model = try ToxicRun.fitted(
            try DetectionModel.load(checkpoint: path), weights: path, dataset: dataset, imageSize: 64)
        // Two models: gradients are compared within each.
        let images = try dataset.distinctSamples(splits: ["train", "val"]).map(\.image)
        let folds = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0 % 2) })
        var fixture = Fixture(dataset: dataset, models: ToxicModels([model, model], folds: folds))
        (fixture.options.imageSize, fixture.options.jobs) = (64, 2)
        return fixture
    }

    /// All that a result says, figure by figure.
    private func text(_ result: ToxicResult) throws -> String {
        let tables = try ToxicWriter.files(result, least: 0).map { file in
            var bytes: [UInt8] = []
            try file.write { bytes += $0 }
            return "\(file.name)\n\(String(decoding: bytes, as: UTF8.self))"
        }.joined()
        let images = result.images.map { image in
            "\(image.sample.image) \(image.boxes) \(image.labels) \(String(describing: image.parts)) "
                + "\(String(describing: image.share)) \(String(describing: image.leaveOneOutCosine))"
        }
        return tables + images.joined(separator: "\n") + "\(result.datasetLoss) \(result.predictions)"
    }

    @Test(arguments: [1, 3, 30], [GradientReach.full, .none])
    func partsGiveWhatOneRunGives(parts: Int, gradient: GradientReach) throws {
        var it = try fixture()
        it.options.gradient = gradient
        let whole = try ToxicRun.run(it.models, dataset: it.dataset, options: it.options)
        let folder = try TemporaryFolder()
        var measured = try MeasuredParts(it.models, it.dataset, it.options)
        let count = try it.dataset.distinctSamples(splits: it.options.splits).count
        for part in 0..<parts {
            let range = count * part / parts..<count * (part + 1) / parts
            let contents = try ToxicRun.measure(it.models, dataset: it.dataset, options: it.options, range: range)
            // Sketches are read where the file has them.
            let path = try folder.write([UInt8](repeating: 7, count: 100) + contents, to: "\(part).part")
            let isTaken = measured.add(contents, of: range, in: path, at: 100)
            #expect(isTaken)
            // Anything cut off, or another range, is none.
            for cut in [1, contents.count / 2, contents.count - 1] where !range.isEmpty {
                var other = try MeasuredParts(it.models, it.dataset, it.options)
                let isCutTaken = other.add(Array(contents.dropLast(cut)), of: 0..<range.count, in: path, at: 100)
                let isMoreTaken = other.add(contents, of: 0..<range.count + 1, in: path, at: 100)
                #expect(!isCutTaken && !isMoreTaken)
            }
        }
        let merged = try ToxicRun.merged(measured, it.models, dataset: it.dataset, options: it.options)
        #expect(try text(merged) == text(whole))
    }

    /// Sketches that do not fit the memory are the same in a file.
    @Test func sketchesInAFileGiveTheSame() throws {
        var it = try fixture()
        let held = try ToxicRun.run(it.models, dataset: it.dataset, options: it.options)
        it.options.mostSketches = 0
        let kept = try ToxicRun.run(it.models, dataset: it.dataset, options: it.options)
        #expect(try text(kept) == text(held))
    }

    /// A table of several pieces of a MiB is the rows of its images, and nothing is lost between the pieces.
    @Test func longTablesAreTheirRows() throws {
        let it = try fixture()
        let images = try ToxicRun.run(it.models, dataset: it.dataset, options: it.options).images
        let one = ToxicWriter.csv(images).split(separator: "\n")
        let rows = one.dropFirst().joined(separator: "\n") + "\n"
        let times = 3 * (1 << 20) / rows.utf8.count
        let many = Array(repeating: images, count: times).flatMap(\.self)
        #expect(ToxicWriter.csv(many) == one[0] + "\n" + String(repeating: rows, count: times))
        let array = try JSONSerialization.jsonObject(with: Data(ToxicWriter.json(many).utf8)) as? [[String: Any]]
        #expect(array?.count == many.count)
        let boxes = ToxicWriter.boxesCSV(many).split(separator: "\n")
        #expect(boxes.count == 1 + many.reduce(0) { $0 + $1.boxes.count })
    }
}
