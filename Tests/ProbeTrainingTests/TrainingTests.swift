import AvailableBackends
import Foundation
import Imaging
import NeuralKernels
import ProbeTraining
import TestSupport
import Testing
import YOLODataset
import YOLOModel

@Suite struct TrainingTests {
    /// Coloured squares on grey, one an image.
    private func samples(_ folder: TemporaryFolder, count: Int, size: Int) throws -> [ProbeSample] {
        try (0..<count).map { number in
            var image = RGBImage(width: size, height: size, pixels: Array(repeating: 150, count: 3 * size * size))
            let side = size / 3
            let corner = (size - side) * (number % 4) / 4
            for y in corner..<corner + side {
                for x in corner..<corner + side {
                    for channel in 0..<3 {
                        image.pixels[3 * (y * size + x) + channel] = channel == number % 3 ? 250 : 20
                    }
                }
            }
            let bytes = try #require(ImageEncoder.png(image))
            try folder.write(bytes, to: "images/\(number).png")
            let centre = (Double(corner) + Double(side) / 2) / Double(size)
            let part = Double(side) / Double(size)
            let box = LabelBox(
                classID: Int32(number % 3), cx: centre, cy: centre, width: part, height: part, line: 1)
            return ProbeSample(
                sample: DatasetSample(
                    split: "train", root: folder.path, image: "images/\(number).png", label: "labels/\(number).txt",
                    hasLabelFile: true), boxes: [box], width: size, height: size)
        }
    }

    /// The fastest backend of this build, and `torch` where `ASSAY_TORCH` names a PyTorch.
    private static let backends = Backends.all.prefix(1).map(\.name) + Backends.atHand.filter(Backends.isTorch)

    private func options(
        _ method: TrainingOptions.Method, jobs: Int, on backend: String? = nil
    ) -> TrainingOptions {
        var options = TrainingOptions()
        options.backend = backend
        options.method = method
        options.rate = method == .sgd ? 0.005 : 0.002
        options.momentum = method.usualMomentum
        options.imageSize = 64
        options.epochs = 20
        options.augmentation = .none
        options.batch = 6
        options.normalizationBatch = 3
        options.warmUpEpochs = 1
        options.averageDecay = 0.9
        options.averageRamp = 1
        options.jobs = jobs
        options.seed = 3
        return options
    }

    private func model() throws -> DetectionModel {
        try ModelYAML.parse(FormulaCheckpoint.modelYAML, file: "formula.yaml").makeModel(seed: 1)
    }

    private func values(_ models: [DetectionModel]) -> [[[Float]]] { models.map { $0.graph.parameters.map(\.values) } }

    @Test(arguments: TrainingOptions.Method.allCases, backends)
    func lossFallsAndTheWeightsDoNotDependOnJobs(method: TrainingOptions.Method, backend: String) throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 18, size: 64)
        let folds = [Array(0..<12), Array(6..<18)]
        let one = try ProbeTrainer(options(method, jobs: 1, on: backend)).train(
            try model(), on: samples, folds: folds)
        let three = try ProbeTrainer(options(method, jobs: 3, on: backend)).train(
            try model(), on: samples, folds: folds)
        #expect(one.steps == three.steps && one.traces == three.traces && one.qualities == three.qualities)
        // Little is left to gain from the middle on: what is left of the schedule is run through, and that is decided alike by
        // any number of threads.
        let epochs = one.course.epochs
        #expect(one.course.hasConverged && three.course == one.course && (10..<20).contains(epochs), "\(epochs)")
        #expect(one.steps.count == 2 * 2 * epochs && (one.steps.last?.rate ?? 1) < 0.2 * options(method, jobs: 1).rate)
        for fold in 0..<2 {
            let losses = one.steps.filter { $0.fold == fold }.map(\.parts.total)
            let (before, after) = (losses.prefix(4).reduce(0, +), losses.suffix(4).reduce(0, +))
            #expect(after < (method == .adamW ? 0.85 : 0.95) * before)
        }
        #expect(values(one.models) == values(three.models))
        #expect(values(one.models)[0] != values(one.models)[1])
        // Images that a fold learns from are judged by the other, those of both by none; the loss on them falls too.
        #expect(one.traces.count == one.qualities.count && one.traces.last?.epoch == epochs - 1)
        #expect(
            one.traces.allSatisfy {
                $0.losses.indices.allSatisfy { i in (one.traces[0].losses[i] == nil) == (6..<12).contains(i) }
            })
        let held = one.traces.map { $0.losses.compactMap(\.self).reduce(0, +) }
        #expect((held.last ?? 0) < held[0])
        // Running statistics have followed those of the batches.
        let start = try model()
        let index = try #require(start.graph.parameters.firstIndex { $0.name.hasSuffix("running_mean") })
        #expect(one.models[0].graph.parameters[index].values != start.graph.parameters[index].values)
    }

    /// Batches added up make the step of one large batch where nothing depends on the batch.
    @Test func accumulationTakesFewerSteps() throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 12, size: 64)
        var options = options(.adamW, jobs: 2)
        options.accumulation = 2
        options.epochs = 2
        let steps = try ProbeTrainer(options).train(try model(), on: samples, folds: [Array(0..<12)]).steps
        #expect(steps.count == 2 && steps.allSatisfy { $0.images.count == 12 })
    }

    @Test func aRunThatWasCutShortGoesOnWithTheSameBits() throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 12, size: 64)
        let trainer = ProbeTrainer(options(.adamW, jobs: 2))
        let expected = try trainer.train(try model(), on: samples, folds: [Array(0..<12)])
        let store = try TrainingStore(path: folder.path + "/state.safetensors", identity: "a")
        var epochs = 0
        #expect(throws: CancellationError.self) {
            _ = try trainer.train(
                try model(), on: samples, folds: [Array(0..<12)], store: store,
                isCancelled: { epochs >= 10 }, progress: { done, _ in epochs = done })
        }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/state.safetensors"))
        // Another run's state is not gone on with.
        let foreign = try TrainingStore(path: folder.path + "/state.safetensors", identity: "b")
        var begun = -1
        _ = try? trainer.train(
            try model(), on: samples, folds: [Array(0..<12)], store: foreign,
            isCancelled: { true }, progress: { done, _ in begun = done })
        #expect(begun == 0)
        var first = -1
        let resumed = try trainer.train(
            try model(), on: samples, folds: [Array(0..<12)], store: store,
            progress: { done, _ in if first < 0 { first = done } })
        #expect(first == 10)
        #expect(values(resumed.models) == values(expected.models) && resumed.steps == expected.steps)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/state.safetensors"))
    }

    @Test func aFrozenBackboneStaysAsItCame() throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 6, size: 64)
        let model = try model()
        var options = options(.sgd, jobs: 2)
        options.epochs = 2
        options.freezesBackbone = true
        let trained = try ProbeTrainer(options).train(model, on: samples, folds: [Array(0..<6)]).models[0]
        var moved = 0
        for (index, parameter) in model.graph.parameters.enumerated() {
            let isSame = trained.graph.parameters[index].values == parameter.values
            if model.parameterGroup(index) == .backbone { #expect(isSame, "\(parameter.name)") }
            if !isSame { moved += 1 }
        }
        #expect(moved > 10)
    }

    @Test func warmUpRisesAndTheCosineFalls() {
        var options = options(.sgd, jobs: 1)
        options.epochs = 10
        options.warmUpEpochs = 2
        let schedule = RateSchedule(options: options, stepsPerEpoch: 5)
        let rates = (0..<50).map { schedule.rates(step: $0) }
        #expect(rates[0].weights == 0)
        #expect(rates[0].biases == 10 * options.rate)
        #expect(rates[0].momentum == 0.8)
        for step in 1..<10 { #expect(rates[step].weights > rates[step - 1].weights) }
        for step in 11..<50 { #expect(rates[step].weights <= rates[step - 1].weights) }
        #expect(rates[49].weights < 0.1 * options.rate)
    }

    @Test func aProbeFolderIsReadBack() throws {
        let folder = try TemporaryFolder()
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml")
        let split = try ProbeSplit(dataset, splits: ["train"], folds: 2, seed: 1, jobs: 2)
        let start = try StartingModel(
            weights: nil, classCount: dataset.classCount, classNames: dataset.classNames,
            anchors: (0..<3).map { level in (0..<3).map { (Double(8 * level + $0 + 4), 9.5) } }, seed: 4)
        for file in try ProbeFolder.files([start.model, start.model], start, split, imageSize: 96, steps: []) {
            try folder.write(file.bytes, to: file.name)
        }
        let read = try ProbeFolder.read(folder.path)
        #expect(read.imageSize == 96 && read.models.count == 2 && read.folds.count == split.samples.count)
        #expect(values(read.models)[1] == start.model.graph.parameters.map(\.values))
        #expect(read.models[0].anchors[2][1].width == 21)
        #expect(read.models[0].classNames == dataset.classNames)
        #expect(throws: (any Error).self) { try ProbeFolder.read(folder.path + "/none") }
    }

    /// Pretrained weights keep everything but the head.
    @Test func aNewHeadKeepsTheRest() throws {
        let folder = try TemporaryFolder()
        let pretrained = try StartingModel(weights: nil, classCount: 80, classNames: nil, seed: 7)
        let path = try folder.write(try pretrained.model.safetensors(yaml: pretrained.yaml), to: "w.safetensors")
        let start = try StartingModel(weights: path, classCount: 3, classNames: nil, seed: 1)
        #expect(start.name == "yolov5n" && start.model.classCount == 3)
        for (index, parameter) in start.model.graph.parameters.enumerated()
        where start.model.parameterGroup(index) != .head {
            #expect(parameter.values == pretrained.model.graph.parameters[index].values, "\(parameter.name)")
        }
        let odd = try FormulaCheckpoint.tensors()
        let bytes = try Safetensors.encode(odd, metadata: ["model_yaml": FormulaCheckpoint.modelYAML])
        let other = try folder.write(bytes, to: "odd.safetensors")
        #expect(throws: (any Error).self) {
            try StartingModel(weights: other, classCount: 3, classNames: nil, seed: 1)
        }
    }
}

@Suite struct TrainingDiagnosisTests {
    private func step(_ number: Int, _ loss: Double, norm: Double = 1, clip: Double = 0.1) -> TrainingStep {
        TrainingStep(
            fold: 0, epoch: 0, step: number, parts: LossParts(box: loss / 2, classification: loss / 2),
            gradientNorm: norm, clipRatio: clip, rate: 0.01, images: [number % 3])
    }

    @Test func healthyCurvesSayNothing() {
        let steps = (0..<40).map { step($0, 1 / Double(1 + $0)) }
        #expect(TrainingDiagnosis.sentences(steps, images: ["a", "b", "c"]).isEmpty)
    }

    @Test func classicFailuresAreNamed() {
        let flat = TrainingDiagnosis.sentences((0..<40).map { step($0, 1) }, images: ["a", "b", "c"])
        #expect(flat.count == 1 && flat[0].contains("hardly falls"))
        var spiky = (0..<40).map { step($0, 1 / Double(1 + $0)) }
        spiky[31] = step(31, 0.1, norm: 50)
        let spike = TrainingDiagnosis.sentences(spiky, images: ["a", "b", "c"])
        #expect(spike.count == 1 && spike[0].contains("step 32") && spike[0].contains("begin with b"))
        let clipped = TrainingDiagnosis.sentences(
            (0..<40).map { step($0, 1 / Double(1 + $0), clip: 2) }, images: ["a", "b", "c"])
        #expect(clipped.count == 1 && clipped[0].contains("clipped"))
    }
}

@Suite struct TrainingViewTests {
    /// A bright square on black: the labels of every view frame it, mosaics included.
    @Test(arguments: [0.0, 1.0])
    func labelsFollowThePixels(mosaic: Double) throws {
        let folder = try TemporaryFolder()
        var image = RGBImage(width: 80, height: 60, pixels: Array(repeating: 0, count: 3 * 80 * 60))
        for y in 24..<36 {
            for x in 44..<64 { for channel in 0..<3 { image.pixels[3 * (y * 80 + x) + channel] = 255 } }
        }
        let bytes = try #require(ImageEncoder.png(image))
        try folder.write(bytes, to: "a.png")
        let box = LabelBox(classID: 0, cx: 54.0 / 80, cy: 0.5, width: 0.25, height: 0.2, line: 1)
        let sample = ProbeSample(
            sample: DatasetSample(
                split: "train", root: folder.path, image: "a.png", label: "a.txt", hasLabelFile: true),
            boxes: [box], width: 80, height: 60)
        let images = TrainingImages([sample, sample], size: 96)
        var augmentation = Augmentation()
        augmentation.light = 0
        augmentation.saturation = 0
        augmentation.upsideDown = 0.5
        augmentation.mosaic = mosaic
        var seen = 0
        for epoch in 0..<20 {
            let view = TrainingView(
                sample: 0, others: [0, 1], size: 96, augmentation: augmentation, seed: 5, epoch: epoch, place: 3,
                extent: { _ in (80, 60) })
            #expect(view.tiles.count == (mosaic > 0 ? 4 : 1))
            let pixels = try images.pixels(of: view)
            let targets = view.targets({ _ in [box] }, extent: { _ in (80, 60) })
            seen += targets.count
            // What is bright is inside a target, and each target is bright in its middle.
            for target in targets {
                let (x, y) = (Int(target.cx * 96), Int(target.cy * 96))
                #expect(pixels[min(95, y) * 96 + min(95, x)] > 0.6)
            }
            for at in 0..<96 * 96 where pixels[at] > 0.9 {
                let (x, y) = (Float(at % 96), Float(at / 96))
                let isFramed = targets.contains { it in
                    abs(x + 0.5 - it.cx * 96) <= it.width * 48 + 1.5
                        && abs(y + 0.5 - it.cy * 96) <= it.height * 48 + 1.5
                }
                // A sliver that is left of a box is no target any more.
                #expect(isFramed || mosaic > 0)
            }
        }
        #expect(seen >= 20)
    }

    /// A head without anchors keeps what does not depend on the number of classes, and the model is read back with it.
    @Test(arguments: [true, false])
    func aProbeStartsFromModelsWithoutAnchors(isEndToEnd: Bool) throws {
        let folder = try TemporaryFolder()
        let yaml = """
            nc: 80
            scales: {n: [1.0, 1.0, 64], s: [1.0, 2.0, 64]}
            \(isEndToEnd ? "end2end: True" : "end2end: False")
            \(isEndToEnd ? "reg_max: 1" : "reg_max: 16")
            backbone:
              - [-1, 1, Conv, [8, 3, 2]]
              - [-1, 1, Conv, [16, 3, 2]]
              - [-1, 1, AConv, [16]]
            head:
              - [-1, 1, C2f, [16]]
              - [[1, 3], 1, Detect, [nc]]
            """
        let given = try ModelYAML.parse(yaml, file: "yolo7s.yaml").makeModel(seed: 3)
        let text = try #require(given.modelYAML)
        let path = try folder.write(try given.safetensors(yaml: text), to: "own.safetensors")
        let start = try StartingModel(weights: path, classCount: 3, classNames: ["a", "b", "c"], seed: 1)
        #expect(start.name == "own" && start.model.classCount == 3 && start.model.family == (isEndToEnd ? .v26 : .v8))
        let known = Dictionary(given.graph.parameters.map { ($0.name, $0) }) { first, _ in first }
        var kept = 0
        for (index, parameter) in start.model.graph.parameters.enumerated() {
            let own = try #require(known[parameter.name])
            let isKept = parameter.values == own.values
            if start.model.parameterGroup(index) != .head { #expect(isKept, "\(parameter.name)") }
            if own.shape == parameter.shape, parameter.name.contains("cv2.") { #expect(isKept, "\(parameter.name)") }
            kept += isKept ? 1 : 0
        }
        #expect(kept > 20 && kept < start.model.graph.parameters.count)
        let bytes = try start.model.safetensors(yaml: start.yaml)
        let again = try DetectionModel.load(checkpoint: try folder.write(bytes, to: "again.safetensors"))
        #expect(again.graph.parameters.map(\.values) == start.model.graph.parameters.map(\.values))
        // Two steps of training: what nobody trains stays, the rest moves.
        let dataset = try Dataset.open(SharedMaterial.checkout.path + "/Fixtures/shapes/data.yaml")
        let split = try ProbeSplit(dataset, splits: ["train"], folds: 2, seed: 1, jobs: 2)
        var options = TrainingOptions()
        (options.imageSize, options.epochs, options.batch, options.normalizationBatch) = (64, 1, 2, 2)
        options.warmUpEpochs = 0
        let trained = try ProbeTrainer(options).train(
            start.model, on: Array(split.samples.prefix(4)), folds: [[0, 1], [2, 3]])
        for (index, parameter) in start.model.graph.parameters.enumerated() where parameter.name.contains("average") {
            #expect(trained.models[0].graph.parameters[index].values == parameter.values)
        }
        #expect(trained.models[0].graph.parameters[0].values != start.model.graph.parameters[0].values)
        #expect(trained.steps.allSatisfy { $0.parts.total.isFinite && $0.gradientNorm > 0 })
    }
}
