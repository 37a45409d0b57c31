import FileReading
import TestSupport
import Testing
import YOLOModel

/// What a probe starts from, and what is refused.
@Suite struct StartingModelTests {
    /// A YOLOv5 of as many levels, from one of stride 8 on.
    private func yaml(levels: Int) -> String {
        let anchors = (0..<levels).map { "  - [\(8 << $0),\(8 << $0), \(12 << $0),\(9 << $0)]" }
        let down = (0..<levels - 1).map { _ in "  - [-1, 1, Conv, [16, 3, 2]]" }
        let sources = (0..<levels).map { String(3 + $0) }.joined(separator: ", ")
        return """
            nc: 2
            depth_multiple: 1
            width_multiple: 1
            anchors:
            \(anchors.joined(separator: "\n"))
            backbone:
              - [-1, 1, Conv, [8, 3, 2]]
              - [-1, 1, Conv, [8, 3, 2]]
              - [-1, 1, Conv, [16, 3, 2]]
              - [-1, 1, Conv, [16, 1, 1]]
            \(down.joined(separator: "\n"))
            head:
              - [[\(sources)], 1, Detect, [nc, anchors]]

            """
    }

    @Test(arguments: [4, 5]) func aYOLOv5OfMoreLevelsIsRefusedAsThat(levels: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write(yaml(levels: levels), to: "large.yaml")
        let error = #expect(throws: FileError.self) {
            try StartingModel(weights: folder.path + "/large.yaml", classCount: 3, classNames: nil, seed: 0)
        }
        #expect(error?.description.contains("a YOLOv5 of \(levels) levels") == true, "\(String(describing: error))")
    }

    /// The form of attention goes from the weights into the model YAML, in braces as checkpoints have theirs or in lines.
    @Test(arguments: [
        "{nc: 2, backbone: [[-1, 1, Conv, [8, 3, 8]], [-1, 1, A2C2f, [64, true, 1]]], head: [[[1], 1, Detect, [nc]]]}",
        "nc: 2\nbackbone: [[-1, 1, Conv, [8, 3, 8]], [-1, 1, A2C2f, [64, true, 1]]]\nhead: [[[1], 1, Detect, [nc]]]\n",
    ])
    func separateValuesStaySo(text: String) throws {
        let yaml = try ModelYAML.parse(text, file: "own.yaml").separate()
        let part = "model.1.m.0.0.attn.qk.conv.weight"
        #expect(try yaml.makeModel().graph.parameters.contains { $0.name == part })
        #expect(try yaml.separate().makeModel().graph.parameters.contains { $0.name == part })
    }

    /// Models of separate values that say so already, as the folds of a probe do.
    @Test func aFoldIsStartedFromAgain() throws {
        let folder = try TemporaryFolder()
        let text =
            "nc: 2\narea_attention: separate\nbackbone: [[-1, 1, Conv, [8, 3, 8]], [-1, 1, A2C2f, [64, true, 1]]]\n"
            + "head: [[[1], 1, Detect, [nc]]]\n"
        let model = try ModelYAML.parse(text, file: "own.yaml").makeModel()
        let path = try folder.write(try model.safetensors(yaml: text), to: "own.safetensors")
        let start = try StartingModel(weights: path, classCount: 3, classNames: nil, seed: 0)
        let fold = try folder.write(try start.model.safetensors(yaml: start.yaml), to: "fold.safetensors")
        let second = try StartingModel(weights: fold, classCount: 2, classNames: nil, seed: 0)
        #expect(second.model.graph.parameters.contains { $0.name == "model.1.m.0.0.attn.qk.conv.weight" })
    }

    /// No other head is made in place of one that is not known, or not known from a model YAML.
    @Test(arguments: [
        ("IDetect", "read from checkpoints alone"), ("IAuxDetect", "auxiliary heads"),
        ("DualDDetect", "auxiliary heads"),
    ])
    func headsThatAreNotMadeAreRefused(module: String, reason: String) throws {
        let text = yaml(levels: 3).replacing("Detect, [nc, anchors]", with: "\(module), [nc, anchors]")
        let error = #expect(throws: FileError.self) { try ModelYAML.parse(text, file: "small.yaml").makeModel() }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    /// Fused for use, a YOLOv7 has the head of a YOLOv5; its pools tell.
    @Test func aFusedYOLOv7IsKnownByItsModules() throws {
        let text = yaml(levels: 3).replacing(
            "  - [-1, 1, Conv, [16, 1, 1]]", with: "  - [-1, 1, nn.MaxPool2d, [1, 1, 0]]")
        var record = try ModelYAML.parse(text, file: "small.yaml").makeModule(classCount: 2, seed: 0)
        #expect(try GraphBuilder.build(record).family == .v5)
        var layers = try #require(record["model"])
        for (index, layer) in layers.children.enumerated() where layer.module.className == "MaxPool2d" {
            layers.children[index].module = ModuleRecord(
                className: "MP", settings: layer.module.settings, children: [("m", layer.module)])
        }
        record.children = [("model", layers)]
        #expect(try GraphBuilder.build(record).family == .v7)
    }
}
