import FileReading
import Foundation
import NeuralKernels
import TestSupport
import Testing
import YOLOModel

/// Model YAMLs of every family become the networks that the frameworks make of them.
@Suite struct ModelYAMLTests {
    /// The heads of v8, v10, 11 and 12 in few words: `{}` is the neck's block.
    private static func neck(_ block: String, _ last: String, down: String, four: Int, three: Int, five: Int)
        -> [String]
    {
        [
            "[-1, 1, nn.Upsample, [None, 2, nearest]]", "[[-1, \(four)], 1, Concat, [1]]", "[-1, \(block), [512]]",
            "[-1, 1, nn.Upsample, [None, 2, nearest]]", "[[-1, \(three)], 1, Concat, [1]]", "[-1, \(block), [256]]",
            "[-1, 1, Conv, [256, 3, 2]]", "[[-1, \(five + 3)], 1, Concat, [1]]", "[-1, \(block), [512]]",
            "[-1, 1, \(down), [512, 3, 2]]", "[[-1, \(five)], 1, Concat, [1]]", "[-1, \(last)]",
        ]
    }

    private static func yaml(_ scale: String, _ backbone: [String], _ neck: [String], _ head: String) -> String {
        let last = backbone.count
        let levels = "[\(last + 5), \(last + 8), \(last + 11)]"
        return "nc: 80\nscales:\n  n: \(scale)\n  x: [1.0, 1.5, 512]\nbackbone:\n"
            + backbone.map { "  - \($0)\n" }.joined() + "head:\n" + neck.map { "  - \($0)\n" }.joined()
            + "  - [\(levels), 1, \(head), [nc]]\n"
    }

    private static func stages(_ blocks: [String], down: [String]) -> [String] {
        ["[-1, 1, Conv, [64, 3, 2]]", "[-1, 1, Conv, [128, 3, 2]]", "[-1, \(blocks[0])]"]
            + zip(down, blocks.dropFirst()).flatMap { ["[-1, 1, \($0)]", "[-1, \($1)]"] }
    }

    static let yamls: [String: String] = [
        "yolov8n": yaml(
            "[0.33, 0.25, 1024]",
            stages(
                ["3, C2f, [128, True]", "6, C2f, [256, True]", "6, C2f, [512, True]", "3, C2f, [1024, True]"],
                down: ["Conv, [256, 3, 2]", "Conv, [512, 3, 2]", "Conv, [1024, 3, 2]"]) + ["[-1, 1, SPPF, [1024, 5]]"],
            neck("3, C2f", "3, C2f, [1024]", down: "Conv", four: 6, three: 4, five: 9), "Detect"),
        "yolov10n": yaml(
            "[0.33, 0.25, 1024]",
            stages(
                ["3, C2f, [128, True]", "6, C2f, [256, True]", "6, C2f, [512, True]", "3, C2f, [1024, True]"],
                down: ["Conv, [256, 3, 2]", "SCDown, [512, 3, 2]", "SCDown, [1024, 3, 2]"])
                + ["[-1, 1, SPPF, [1024, 5]]", "[-1, 1, PSA, [1024]]"],
            neck("3, C2f", "3, C2fCIB, [1024, True, True]", down: "SCDown", four: 6, three: 4, five: 10), "v10Detect"),
        "yolo11n": yaml(
            "[0.50, 0.25, 1024]",
            stages(
                [
                    "2, C3k2, [256, False, 0.25]", "2, C3k2, [512, False, 0.25]", "2, C3k2, [512, True]",
                    "2, C3k2, [1024, True]",
                ], down: ["Conv, [256, 3, 2]", "Conv, [512, 3, 2]", "Conv, [1024, 3, 2]"])
                + ["[-1, 1, SPPF, [1024, 5]]", "[-1, 2, C2PSA, [1024]]"],
            neck("2, C3k2", "2, C3k2, [1024, True]", down: "Conv", four: 6, three: 4, five: 10), "Detect"),
        "yolo12n": yaml(
            "[0.50, 0.25, 1024]",
            stages(
                [
                    "2, C3k2, [256, False, 0.25]", "2, C3k2, [512, False, 0.25]", "4, A2C2f, [512, True, 4]",
                    "4, A2C2f, [1024, True, 1]",
                ], down: ["Conv, [256, 3, 2]", "Conv, [512, 3, 2]", "Conv, [1024, 3, 2]"]),
            neck("2, A2C2f", "2, C3k2, [1024, True]", down: "Conv", four: 6, three: 4, five: 8)
                .map {
                    $0.replacing("A2C2f, [512]", with: "A2C2f, [512, False, -1]").replacing(
                        "A2C2f, [256]", with: "A2C2f, [256, False, -1]")
                },
            "Detect"),
    ]

    /// Parameters with 80 classes, as published by the frameworks' own summaries (less the 16 that are no parameters).
    @Test(arguments: [("yolov8n", 3_157_184), ("yolo11n", 2_624_064), ("yolo12n", 2_602_272), ("yolov10n", 2_775_504)])
    func sizesAreThePublishedOnes(name: String, count: Int) throws {
        let model = try ModelYAML.parse(try #require(Self.yamls[name]), file: name + ".yaml").makeModel()
        let parameters = model.graph.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
        #expect(parameters == count && model.strides == [8, 16, 32])
    }

    /// A checkpoint's own module tree and the YAML make one and the same network, operation by operation.
    @Test(
        .enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"),
        arguments: ["yolov8n", "yolov10n", "yolo11n", "yolo12n"])
    func theYAMLMakesTheCheckpointsNetwork(name: String) throws {
        let theirs = try DetectionModel.load(checkpoint: SharedMaterial.path("weights/\(name)-deeppcb.pt"))
        let ours = try ModelYAML.parse(try #require(Self.yamls[name]), file: name + ".yaml")
            .makeModel(classCount: theirs.classCount)
        #expect(ours.graph.nodes == theirs.graph.nodes)
        #expect(ours.graph.parameters.map(\.name) == theirs.graph.parameters.map(\.name))
        #expect(ours.graph.parameters.map(\.shape) == theirs.graph.parameters.map(\.shape))
    }

    /// Weights without an architecture and a YAML are a model again, with the classes that the weights know.
    @Test(arguments: ["yolov8n", "yolov10n", "yolo12n"])
    func weightsAndYAMLAreAModel(name: String) throws {
        let folder = try TemporaryFolder()
        let yaml = try #require(Self.yamls[name])
        try folder.write(yaml, to: name + ".yaml")
        let model = try ModelYAML.parse(yaml, file: name + ".yaml").makeModel(classCount: 3, seed: 5)
        let tensors = Dictionary(
            uniqueKeysWithValues: model.graph.parameters.map {
                ($0.name, NamedTensor(shape: $0.shape, values: $0.values))
            })
        let path = folder.path + "/weights.safetensors"
        try AtomicFile.write(Safetensors.encode(tensors, metadata: [:]), to: path)
        let again = try DetectionModel.load(checkpoint: path, yamlPath: folder.path + "/\(name).yaml")
        #expect(again.classCount == 3)
        #expect(again.graph.parameters.map(\.values) == model.graph.parameters.map(\.values))
        #expect(throws: FileError.self) { try DetectionModel.load(checkpoint: path) }
    }

    @Test func theNameOfTheFileChoosesTheScale() throws {
        let yaml = try #require(Self.yamls["yolo12n"])
        func parameters(_ file: String) throws -> Int {
            try ModelYAML.parse(yaml, file: file).makeModel().graph.parameters.reduce(0) { $0 + $1.values.count }
        }
        #expect(try parameters("yolo12x.yaml") > 20 * (try parameters("yolo12n.yaml")))
        #expect(try parameters("yolo12.yaml") == parameters("yolo12n.yaml"))
    }

    @Test(arguments: [
        ("[-1, 1, Transformer, [64]]", "Transformer: is a module that is not known here"),
        ("[-1, 1, Conv, [nothing]]", "number of channels"), ("[-9, 1, Conv, [64]]", "not before it"),
        ("[-1, 1, Conv, [64, 0]]", "argument 2 0 must be whole, from 1 to 4096"),
        ("[-1, 1, Conv, [64, 3, -2]]", "argument 3"),
        ("[-1, 1, nn.Upsample, [None, 0]]", "argument 2"), ("[-1, 1, nn.MaxPool2d, [99999]]", "argument 1"),
        ("[-1, 1, Conv, [100000, 1]]", "65536 are the most"), ("[-1, 1, Conv, [64, .nan]]", "argument 2"),
        ("[-1, 1, Conv, [65536, 4096]]", "makes more than 268435456 weights"),
        ("[-1, 1, Conv, [64, 3, 1, 1, 2]]", "cannot divide 3 and 64 channels into 2 groups"),
        ("[-1, 1, Conv, [64, 3, 1, 1, 1, 2]]", "has 6 arguments, of which only 5 are read"),
        ("[-1, 1, C3, [64, True, 1, 0.25]]", "has 4 arguments, of which only 2 are read"),
    ])
    func whatIsNotKnownIsNamed(layer: String, words: String) throws {
        let yaml = "nc: 3\nbackbone:\n  - \(layer)\nhead:\n  - [[0], 1, Detect, [nc]]\n"
        do {
            _ = try ModelYAML.parse(yaml, file: "own.yaml").makeModel()
            Issue.record("made")
        } catch {
            #expect("\(error)".contains(words) && "\(error)".contains("own.yaml:3"), "\(error)")
        }
    }

    @Test(arguments: ["depth_multiple: nan", "width_multiple: inf", "width_multiple: -1", "depth_multiple: 1e300"])
    func multiplesBeyondReasonAreRefused(line: String) {
        let yaml = "nc: 3\n\(line)\nbackbone:\n  - [-1, 3, C2f, [64]]\nhead:\n  - [[0], 1, Detect, [nc]]\n"
        let error = #expect(throws: FileError.self) { _ = try ModelYAML.parse(yaml, file: "own.yaml").makeModel() }
        #expect(error?.message.contains("multiples") == true)
    }

    @Test(arguments: [
        ("apart", "A2C2f", "is joined or separate"), ("[separate]", "A2C2f", "is joined or separate"),
        ("separate", "C2f", "has no effect"),
    ])
    func formsOfAttentionAreTwo(form: String, module: String, words: String) {
        let yaml =
            "nc: 3\narea_attention: \(form)\nbackbone:\n  - [-1, 3, \(module), [64]]\nhead:\n  - [[0], 1, Detect, [nc]]\n"
        let error = #expect(throws: FileError.self) { _ = try ModelYAML.parse(yaml, file: "own.yaml") }
        #expect(error?.message.hasPrefix("area_attention \(words)") == true, "\(String(describing: error))")
        #expect(error?.line == 2)
    }

    /// Models that are no detectors of boxes are named as what they are, in a line.
    @Test(arguments: [
        ("Classify", "is a classifier"), ("RTDETRDecoder", "is RT-DETR"), ("WorldDetect", "is YOLO-World"),
        ("YOLOEDetect", "is YOLOE"),
    ])
    func otherHeadsAreNamed(head: String, words: String) {
        let yaml = "nc: 3\nbackbone:\n  - [-1, 1, Conv, [64]]\nhead:\n  - [[0], 1, \(head), [nc]]\n"
        let error = #expect(throws: FileError.self) { _ = try ModelYAML.parse(yaml, file: "own.yaml").makeModel() }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
}
