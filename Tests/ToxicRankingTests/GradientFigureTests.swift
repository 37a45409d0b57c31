import Foundation
import NeuralKernels
import Randomness
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

@Suite struct GradientFigureTests {
    /// Gradients with known inner products, sketched as a run does.
    private func gradients(_ count: Int, _ size: Int) -> [[Float]] {
        (0..<count).map { image in
            (0..<size).map { index in
                let own = CounterBasedNumber.symmetricUnit(seed: UInt64(image + 1), counter: UInt64(index))
                let common = CounterBasedNumber.symmetricUnit(seed: 0, counter: UInt64(index))
                return own + (image == 0 ? -2 : 1) * common
            }
        }
    }

    private func entry(_ gradient: [Float]) -> GradientFigures.Entry {
        var sketch = [Double](repeating: 0, count: GradientFigures.sketchSize)
        let square = gradient.withUnsafeBufferPointer { buffer in
            VectorKernels.addToCountSketch(buffer, first: 0, seed: 5, buckets: &sketch)
            return VectorKernels.sumOfSquares(buffer)
        }
        return .init(norm: square.squareRoot(), sketch: sketch.map(Float.init), boxCount: 1)
    }

    @Test func sharesAddUpToOne() throws {
        let figures = try GradientFigures.compute(gradients(12, 5_000).map(entry))
        #expect(abs(figures.reduce(0) { $0 + $1.energyShare } - 1) < 1e-12)
        #expect(abs(figures.reduce(0) { $0 + $1.projectionShare } - 1) < 1e-12)
        // The one that was made to pull the other way does.
        #expect(figures[0].projectionShare < 0 && figures.dropFirst().allSatisfy { $0.projectionShare > 0 })
    }

    @Test func sketchedCosinesAreCloseToExactOnes() throws {
        let all = gradients(10, 20_000)
        let figures = try GradientFigures.compute(all.map(entry))
        for (index, gradient) in all.enumerated() {
            var rest = [Double](repeating: 0, count: gradient.count)
            for (other, values) in all.enumerated() where other != index {
                for at in rest.indices { rest[at] += Double(values[at]) }
            }
            let product = zip(gradient, rest).reduce(0) { $0 + Double($1.0) * $1.1 }
            let norms =
                gradient.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
                * rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs((figures[index].leaveOneOutCosine ?? 9) - product / norms) < 0.04)
        }
    }

    @Test func effectiveSampleSizeCountsTheLoud() {
        #expect(abs(GradientFigures.effectiveSampleSize([1, 1, 1, 1]) - 4) < 1e-12)
        #expect(GradientFigures.effectiveSampleSize([100, 1, 1, 1]) < 1.01)
    }

    private func fixture() throws -> (Dataset, DetectionModel) {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        try FormulaCheckpoint.write(to: path)
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml")
        return (dataset, try DetectionModel.load(checkpoint: path))
    }

    @Test func runsAreTheSameForAnyJobs() throws {
        let (dataset, model) = try fixture()
        var options = ToxicOptions()
        options.imageSize = 96
        options.jobs = 1
        let one = try ToxicRun.run(ToxicModels(model), dataset: dataset, options: options)
        options.jobs = 3
        let three = try ToxicRun.run(ToxicModels(model), dataset: dataset, options: options)
        #expect(ToxicWriter.csv(one.images) == ToxicWriter.csv(three.images))
        #expect(one.images.count == 32 && one.images.map(\.rank) == Array(1...32))
        #expect(abs(one.images.reduce(0) { $0 + ($1.energyShare ?? 0) } - 1) < 1e-9)
    }

    @Test func unreadableImagesAreProblemsNotCrashes() throws {
        let (_, model) = try fixture()
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/broken/data.yaml")
        var options = ToxicOptions()
        options.imageSize = 64
        let result = try ToxicRun.run(ToxicModels(model), dataset: dataset, options: options)
        let problems = result.images.filter { $0.problem != nil }.map(\.sample.image)
        #expect(problems == ["images/train/I001.jpg"])
        #expect(result.images.first?.sample.image == "images/train/I001.jpg")
    }

    @Test func brokenWeightsAreProblemsNotCrashes() throws {
        let (dataset, _) = try fixture()
        var tensors = try FormulaCheckpoint.tensors()
        tensors["model.0.conv.weight"]?.values[0] = .nan
        let folder = try TemporaryFolder()
        let bytes = try Safetensors.encode(tensors, metadata: ["model_yaml": FormulaCheckpoint.modelYAML])
        let path = try folder.write(bytes, to: "nan.safetensors")
        var options = ToxicOptions()
        options.imageSize = 64
        let result = try ToxicRun.run(
            ToxicModels(try DetectionModel.load(checkpoint: path)), dataset: dataset, options: options)
        #expect(result.images.allSatisfy { $0.problem?.contains("not finite") == true })
        #expect(!ToxicWriter.csv(result.images).contains("nan,"))
    }
}
