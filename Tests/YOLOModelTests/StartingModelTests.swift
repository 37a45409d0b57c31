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
