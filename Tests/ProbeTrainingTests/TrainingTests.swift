import Imaging
import NeuralKernels
import TestSupport
import Testing
import YOLODataset
import YOLOModel

@testable import ProbeTraining

@Suite struct TrainingTests {
    /// Dark squares on grey, one an image.
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
            let path = try folder.write(try ImageEncoder.png(image), to: "images/\(number).png")
            let centre = (Double(corner) + Double(side) / 2) / Double(size)
            let part = Double(side) / Double(size)
            let box = LabelBox(
                classID: Int32(number % 3), cx: centre, cy: centre, width: part, height: part, line: 1)
            return ProbeSample(
                sample: DatasetSample(
                    split: "train", imagePath: path, image: "images/\(number).png", labelPath: "", label: "",
                    hasLabelFile: true), boxes: [box])
        }
    }

    private func options(_ method: TrainingOptions.Method, jobs: Int) -> TrainingOptions {
        var options = TrainingOptions()
        options.method = method
        options.rate = method == .sgd ? 0.005 : 0.002
        options.imageSize = 64
        options.epochs = 8
        options.batch = 6
        options.warmUpEpochs = 1
        options.jobs = jobs
        options.seed = 3
        return options
    }

    @Test(arguments: TrainingOptions.Method.allCases)
    func lossFallsAndTheWeightsDoNotDependOnJobs(method: TrainingOptions.Method) throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 12, size: 64)
        let model = try ModelYAML.parse(FormulaCheckpoint.modelYAML, file: "formula.yaml").makeModel(seed: 1)
        var losses: [Double] = []
        let one = try ProbeTrainer(options(method, jobs: 1)).train(model, on: samples) { losses.append($0.loss) }
        let three = try ProbeTrainer(options(method, jobs: 3)).train(model, on: samples)
        #expect(losses.count == 16)
        #expect(losses.suffix(4).reduce(0, +) < 0.8 * losses.prefix(4).reduce(0, +))
        #expect(one.graph.parameters.map(\.values) == three.graph.parameters.map(\.values))
    }

    @Test func aFrozenBackboneStaysAsItCame() throws {
        let folder = try TemporaryFolder()
        let samples = try samples(folder, count: 6, size: 64)
        let model = try ModelYAML.parse(FormulaCheckpoint.modelYAML, file: "formula.yaml").makeModel(seed: 1)
        var options = options(.sgd, jobs: 2)
        options.epochs = 2
        options.freezesBackbone = true
        let trained = try ProbeTrainer(options).train(model, on: samples)
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            let isSame = trained.graph.parameters[index].values == parameter.values
            #expect(isSame == (model.parameterGroup(index) == .backbone), "\(parameter.name)")
        }
    }

    /// A network given new parameters answers as one compiled with them.
    @Test(arguments: Backends.all.map(\.name))
    func newParametersAreWhatANewNetworkWouldHave(name: String) throws {
        let backend = try #require(Backends.named(name))
        let yaml = try ModelYAML.parse(FormulaCheckpoint.modelYAML, file: "formula.yaml")
        let (first, second) = (try yaml.makeModel(seed: 1), try yaml.makeModel(seed: 2))
        let shape = TensorShape(c: 3, h: 64, w: 64)
        let input = (0..<shape.count).map { Float($0 % 17) / 17 }
        let old = try #require(
            try backend.compile(first.graph, input: shape, gradient: .full) as? any TrainableNetwork)
        _ = try old.forward(input)
        try old.setParameters(second.graph.parameters.map(\.values))
        let fresh = try backend.compile(second.graph, input: shape, gradient: .full)
        let outputs = try old.forward(input)
        #expect(outputs == (try fresh.forward(input)))
        try old.backward(outputs)
        try fresh.backward(outputs)
        for index in second.graph.parameters.indices {
            #expect(old.gradient(ofParameter: index) == fresh.gradient(ofParameter: index))
        }
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
}

@Suite struct TrainingViewTests {
    /// A bright square on black: the label of every view frames it.
    @Test func labelsFollowThePixels() throws {
        var image = RGBImage(width: 80, height: 60, pixels: Array(repeating: 0, count: 3 * 80 * 60))
        for y in 24..<36 {
            for x in 44..<64 { for channel in 0..<3 { image.pixels[3 * (y * 80 + x) + channel] = 255 } }
        }
        let box = LabelBox(classID: 0, cx: 54 / 80, cy: 0.5, width: 0.25, height: 0.2, line: 1)
        var augmentation = Augmentation()
        augmentation.light = 0
        augmentation.upsideDown = 0.5
        for epoch in 0..<20 {
            let view = TrainingView(
                image, size: 96, augmentation: augmentation, seed: 5, epoch: epoch, sample: 3)
            let pixels = view.pixels(of: image)
            let target = try #require(view.targets([box], of: image).first)
            let bright = (0..<96 * 96).filter { pixels[$0] > 0.6 }
            let (left, right) = (bright.map { $0 % 96 }.min() ?? 0, bright.map { $0 % 96 }.max() ?? 0)
            let (top, bottom) = (bright.map { $0 / 96 }.min() ?? 0, bright.map { $0 / 96 }.max() ?? 0)
            #expect(abs(Float(left) - (target.cx - target.width / 2) * 96) <= 1.5)
            #expect(abs(Float(right + 1) - (target.cx + target.width / 2) * 96) <= 1.5)
            #expect(abs(Float(top) - (target.cy - target.height / 2) * 96) <= 1.5)
            #expect(abs(Float(bottom + 1) - (target.cy + target.height / 2) * 96) <= 1.5)
        }
    }
}
