import FileReading
import NeuralKernels
import TestSupport
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

/// A checkpoint's classes are those of a dataset by their names, not by their number.
@Suite struct ClassMatchingTests {
    private func dataset(_ names: [String], in folder: TemporaryFolder) throws -> Dataset {
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        return try Dataset.open(
            try folder.write("train: images\nval: images\nnames: [\(list)]\n", to: "data.yaml"))
    }

    private func model(_ names: [String], in folder: TemporaryFolder) throws -> DetectionModel {
        let start = try StartingModel(weights: nil, classCount: names.count, classNames: names, seed: 1)
        let path = try folder.write(try start.model.safetensors(yaml: start.yaml), to: "own.safetensors")
        return try DetectionModel.load(checkpoint: path)
    }

    private func fitted(_ theirs: [String], _ own: [String], maps: Bool) throws -> DetectionModel {
        let folder = try TemporaryFolder()
        return try ToxicRun.fitted(
            try model(theirs, in: folder), weights: "best.pt", dataset: try dataset(own, in: folder), imageSize: 320,
            mapsClasses: maps)
    }

    @Test(arguments: [
        (["cat", "dog"], ["dog", "cat"], "in another order"), (["cat", "dog", "cow"], ["dog", "cow"], "more classes"),
        (["cat", "dog"], ["cat", "wolf"], "no class wolf"), (["cat"], ["cat", "dog"], "no class dog"),
    ])
    func whatDiffersIsSaidBeforeAnythingIsRanked(theirs: [String], own: [String], words: String) throws {
        let error = #expect(throws: FileError.self) { try fitted(theirs, own, maps: false) }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        for (id, name) in theirs.enumerated() { #expect(error?.message.contains("\(id) \(name)") == true) }
        for (id, name) in own.enumerated() { #expect(error?.message.contains("\(id) \(name)") == true) }
    }

    @Test(arguments: [
        (["cat", "dog"], ["Dog", "cat"], [1, 0]), (["a", "b", "c d"], ["c-d", "a"], [2, 0]),
        // What has no counterpart stands at the same place.
        (["cat", "dog"], ["cat", "wolf"], [0, 1]),
    ])
    func namesAreMapped(theirs: [String], own: [String], order: [Int]) throws {
        let model = try fitted(theirs, own, maps: true)
        #expect(model.classOrder == order && model.labelClassCount == own.count && model.classCount == theirs.count)
    }

    @Test func whatCannotBeMappedIsRefused() {
        #expect(throws: FileError.self) { try fitted(["cat"], ["cat", "dog"], maps: true) }
        #expect(throws: FileError.self) { try fitted(["cat", "dog"], ["dog", "wolf"], maps: true) }
        // Nothing to map.
        #expect(throws: FileError.self) { try fitted(["cat", "dog"], ["cat", "dog"], maps: true) }
    }

    /// Names that programs write which were told none say nothing: the number is compared.
    @Test func namesThatAreNumbersAreNone() throws {
        #expect(try fitted(["0", "1"], ["cat", "dog"], maps: false).classOrder == nil)
        #expect(try fitted(["class0", "class1"], ["cat", "dog"], maps: false).classOrder == nil)
        #expect(throws: FileError.self) { try fitted(["0", "1", "2"], ["cat", "dog"], maps: false) }
    }

    /// Loss and predictions of a model whose classes are mapped are those of labels that were renumbered.
    @Test func mappingIsRenumbering() throws {
        let plain = try ModelYAML.parse(
            StandardModels.yolov5(classCount: 3, depth: "0.33", width: "0.0625"), file: "a.yaml"
        )
        .makeModel(seed: 3)
        let mapped = plain.reordered([2, 0])
        let input = TensorShape(c: 3, h: 64, w: 64)
        let outputs = [8, 16, 32].map { stride -> [Float] in
            let count = 24 * (64 / stride) * (64 / stride)
            return (0..<count).map { index -> Float in Float(index * 37 % 11) / 4 - 1 }
        }
        let own = LossTarget(classID: 0, cx: 0.4, cy: 0.5, width: 0.3, height: 0.2)
        let theirs = LossTarget(classID: 2, cx: 0.4, cy: 0.5, width: 0.3, height: 0.2)
        let a = mapped.loss(input: input).evaluate(outputs: outputs, targets: [own], wantsGradient: true)
        let b = plain.loss(input: input).evaluate(outputs: outputs, targets: [theirs], wantsGradient: true)
        #expect(a.parts == b.parts && a.outputGradients == b.outputGradients)
        let found = mapped.candidates(outputs: outputs, input: input, least: 0.4)
        let whole = plain.candidates(outputs: outputs, input: input, least: 0.4)
        #expect(found.count == whole.count && found.count > 10)
        for (few, all) in zip(found, whole) { #expect(few.classes == [all.classes[2], all.classes[0]]) }
        let best = plain.candidates(outputs: outputs, input: input, least: 0.4, most: 10)
        #expect(best.count == 10)
        let tenth = whole.map { $0.objectness }.sorted(by: >)[9]
        #expect(best.allSatisfy { $0.objectness >= tenth })
    }
}
