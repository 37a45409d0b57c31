import FileReading
import NeuralKernels
import Testing
import YOLOModel

/// Networks are bounded before anything is made of them: one line with the layer and the value.
@Suite struct NetworkBoundsTests {
    private static func convolution(
        _ input: Int, _ output: Int, kernel: Int, settings: [String: PlainValue] = [:]
    ) -> ModuleRecord {
        ModuleRecord(
            className: "Conv2d", settings: settings,
            tensors: [
                "weight": NamedTensor(
                    shape: [output, input, kernel, kernel],
                    values: Array(repeating: 0.01, count: output * input * kernel * kernel))
            ])
    }

    /// One convolution of a stride, then what is given, then a head for three classes.
    private static func model(
        convolution: [String: PlainValue] = ["stride": .int(8)], between: [ModuleRecord] = [], stride: [Float] = [8],
        anchors: [Float] = [1, 2], nc: PlainValue = .int(3)
    ) -> ModuleRecord {
        let first = ModuleRecord(
            className: "Conv", children: [("conv", Self.convolution(3, 8, kernel: 8, settings: convolution))])
        let head = ModuleRecord(
            className: "Detect", settings: ["nc": nc],
            children: [
                ("m", ModuleRecord(className: "ModuleList", children: [("0", Self.convolution(8, 8, kernel: 1))]))
            ],
            tensors: [
                "stride": NamedTensor(shape: [stride.count], values: stride),
                "anchors": NamedTensor(shape: [1, 1, 2], values: anchors),
            ])
        let layers = ([first] + between + [head]).enumerated().map { (name: String($0), module: $1) }
        return ModuleRecord(
            className: "DetectionModel", children: [("model", ModuleRecord(className: "Sequential", children: layers))])
    }

    private func problem(_ model: ModuleRecord) -> String {
        do {
            _ = try GraphBuilder.build(model)
            return "built"
        } catch let error as ModelError { return error.reason } catch { return "\(error)" }
    }

    @Test func theSoundOneIsBuilt() { #expect(problem(Self.model()) == "built") }

    @Test(arguments: ["stride", "padding", "dilation", "groups"])
    func settingsOfConvolutions(_ key: String) {
        for value in [
            PlainValue.int(1 << 62), .int(-1), .double(.nan), .double(1e300), .double(2.5), .string("same"), .list([]),
        ] {
            let words = problem(Self.model(convolution: ["stride": .int(8)].merging([key: value]) { $1 }))
            #expect(words.hasPrefix("model.0.conv (Conv2d) has \(key) \(value.shown), which must be whole"), "\(words)")
        }
    }

    @Test func whatIsNotSaidIsUsual() throws {
        #expect(problem(Self.model(convolution: ["stride": .list([.int(8), .int(8)]), "padding": .none])) == "built")
        #expect(problem(Self.model(convolution: ["stride": .list([.int(8), .int(4)])])).contains("8 and 4"))
    }

    @Test func poolsAndUpsamplings() {
        func layer(_ name: String, _ settings: [String: PlainValue]) -> String {
            problem(Self.model(between: [ModuleRecord(className: name, settings: settings)]))
        }
        #expect(layer("MaxPool2d", [:]) == "model.1 (MaxPool2d) does not say its kernel_size")
        #expect(layer("MaxPool2d", ["kernel_size": .int(5_000)]).contains("kernel_size 5000"))
        #expect(layer("MaxPool2d", ["kernel_size": .int(3), "stride": .int(0)]).contains("stride 0"))
        #expect(layer("MaxPool2d", ["kernel_size": .int(3), "padding": .int(3)]).contains("padding 3"))
        #expect(layer("Upsample", ["scale_factor": .int(0)]).contains("scale_factor 0"))
        #expect(layer("Upsample", ["scale_factor": .double(.infinity)]).contains("scale_factor inf"))
    }

    @Test func aBiasBesideABatchNormIsNotIgnored() {
        let values = NamedTensor(shape: [8], values: Array(repeating: 1, count: 8))
        let norm = ModuleRecord(
            className: "BatchNorm2d",
            tensors: ["weight": values, "bias": values, "running_mean": values, "running_var": values])
        func block(_ bias: NamedTensor?) -> ModuleRecord {
            var conv = Self.convolution(8, 8, kernel: 1)
            conv.tensors["bias"] = bias
            return ModuleRecord(className: "Conv", children: [("conv", conv), ("bn", norm)])
        }
        #expect(problem(Self.model(between: [block(nil)])) == "built")
        #expect(
            problem(Self.model(between: [block(values)]))
                == "model.1.conv has a bias beside its batch-norm, which no model that is known here has")
    }

    private static func block(_ input: Int, _ output: Int) -> ModuleRecord {
        ModuleRecord(className: "Conv", children: [("conv", Self.convolution(input, output, kernel: 1))])
    }

    @Test func gatheredPixelsAndSeparateValues() {
        let focus = ModuleRecord(className: "Focus", children: [("conv", Self.block(80_000, 1))])
        #expect(
            problem(Self.model(between: [Self.convolution(8, 20_000, kernel: 1), focus]))
                == "model.2 gathers pixels of more channels than a network may have")
        func attention(pairs: Int, values: Int) -> ModuleRecord {
            ModuleRecord(
                className: "AAttn", settings: ["num_heads": .int(2), "head_dim": .int(4)],
                children: [
                    ("qk", Self.block(8, pairs)), ("v", Self.block(8, values)), ("pe", Self.block(8, 8)),
                    ("proj", Self.block(8, 8)),
                ])
        }
        #expect(problem(Self.model(between: [attention(pairs: 16, values: 8)])) == "built")
        for (pairs, values) in [(8, 8), (16, 4)] {
            #expect(
                problem(Self.model(between: [attention(pairs: pairs, values: values)]))
                    == "model.1.qk and model.1.v do not have the channels of 2 heads of 4")
        }
    }

    @Test(arguments: [Float.nan, .infinity, 0, -8, 7.5, 1e30]) func stridesOfHeads(_ stride: Float) {
        #expect(problem(Self.model(stride: [stride])).contains("stride \(stride), which must be whole"))
    }

    @Test func levelsFitTheirStrides() {
        #expect(
            problem(Self.model(stride: [16]))
                == "level 0 of the head makes maps of 80 × 80 of an image of 640 × 640, its stride of 16 needs 40 × 40")
        #expect(problem(Self.model(stride: [8, 16])).contains("2 strides for 1 levels"))
    }

    @Test(arguments: [Float.nan, -1, .infinity]) func anchorsAreSizes(_ side: Float) {
        #expect(problem(Self.model(anchors: [1, side])).contains("anchor side \(side)"))
    }

    @Test(arguments: [PlainValue.int(100_001), .int(0), .double(.nan), .string("x")])
    func classCounts(_ nc: PlainValue) { #expect(problem(Self.model(nc: nc)).contains("nc \(nc.shown)")) }

    @Test func sharedModulesAreCountedEachTime() {
        var inner = ModuleRecord(className: "Identity")
        for _ in 0..<20 { inner = ModuleRecord(className: "Sequential", children: [("0", inner), ("1", inner)]) }
        #expect(problem(Self.model(between: [inner])).contains("more than 65536 modules"))
    }

    // MARK: What it costs

    private func graph(_ add: (inout NetworkGraph, Int) -> Int) -> NetworkGraph {
        var graph = NetworkGraph()
        let input = graph.add(.input, name: "input")
        graph.outputs = [add(&graph, input)]
        return graph
    }

    @Test func memoryIsBoundedBeforeItIsAskedFor() throws {
        let wide = graph { $0.add(.upsampleNearest(factor: 64), inputs: [$1], name: "model.1") }
        let input = TensorShape(c: 3, h: 640, w: 640)
        let cost = try #require(try wide.costProblem(input: input, gradient: .none))
        #expect(cost.problem.node == "model.1")
        #expect(
            cost.problem.reason.hasPrefix("needs 18.8 GB for its 3 × 40960 × 40960 values"), "\(cost.problem.reason)")
        #expect(cost.wayOut.contains("--memory"))
        #expect(try wide.costProblem(input: input, gradient: .none, limit: 32 << 30) == nil)
        #expect(throws: GraphError.self) { try ReferenceBackend().compile(wide, input: input, gradient: .none) }
    }

    @Test func whatCannotBeCountedIsRefused() throws {
        let endless = graph { graph, input in
            (0..<9).reduce(input) { at, number in
                graph.add(.upsampleNearest(factor: 4_096), inputs: [at], name: "model.\(number)")
            }
        }
        #expect(throws: GraphError.self) { try endless.shapes(input: TensorShape(c: 3, h: 640, w: 640)) }
    }

    @Test func aNetworkWithoutAnEndIsRefused() throws {
        let slow = graph { graph, input in
            (0..<4).reduce(input) { at, number in
                graph.add(.maxPool(kernel: 4_095, stride: 1, padding: 2_047), inputs: [at], name: "model.\(number)")
            }
        }
        let cost = try #require(try slow.costProblem(input: TensorShape(c: 64, h: 1_280, w: 1_280), gradient: .none))
        #expect(cost.problem.reason.contains("more multiplications"), "\(cost.problem)")
    }

    /// The limit leaves room for a step on one image with the largest published YOLOv5.
    @Test func theLargestPublishedNetworkFits() throws {
        let yaml = try #require(StandardModels.yaml(named: "yolov5x", classCount: 80, anchors: nil))
        let model = try ModelYAML.parse(yaml, file: "yolov5x.yaml").makeModel()
        let bytes = try #require(
            try model.graph.activationBytes(input: TensorShape(c: 3, h: 640, w: 640), gradient: .full))
        #expect(bytes < MemoryLimit.usual, "\(MemoryLimit.text(bytes))")
    }
}
