import AvailableBackends
import FileReading
import NeuralKernels
import Testing

@Suite struct BackendRegistryTests {
    /// The reference backend under another name, without some of its operations.
    private struct PartialBackend: Backend {
        var name: String
        let device = ComputeDevice.cpu

        func refusal(of node: NetworkGraph.Node) -> String? {
            switch node.operation {
            case .attention: "it has no attention"
            case .detach: "it cannot stop gradients"
            default: nil
            }
        }

        func supports(_ precision: Precision) -> Bool { precision == .single }

        func prepare(
            _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
            sharing: SharedWeights?
        ) throws -> any CompiledNetwork {
            try ReferenceBackend().compile(graph, input: input, gradient: gradient)
        }

        func prepareForTraining(
            _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
        ) throws -> any TrainingNetwork {
            try ReferenceBackend().compileForTraining(graph, input: input, gradient: gradient)
        }
    }

    private let registry = {
        var registry = BackendRegistry()
        registry.register(PartialBackend(name: "second"))
        registry.register(PartialBackend(name: "first"))
        return registry
    }()

    @Test func orderIsThatOfRegistration() throws {
        #expect(registry.all.map(\.name) == ["second", "first"])
        #expect(registry.named(nil)?.name == "second")
        #expect(registry.named("first")?.name == "first")
        #expect(registry.named("third") == nil)
        #expect(BackendRegistry().named(nil) == nil)
    }

    @Test func anUnknownNameListsTheRegisteredOnes() throws {
        let error = #expect(throws: FileError.self) { try registry.required("cuda") }
        #expect(
            error?.description
                == "--backend: cuda is not part of this build; use second (cpu) or first (cpu)")
    }

    @Test func aPrecisionThatIsMissingIsExplained() throws {
        let error = #expect(throws: FileError.self) { try registry.required("first", precision: .bfloat16) }
        #expect(error?.message == "the backend first does not compute in bfloat16 on this CPU")
    }

    @Test func thisBuildEndsWithTheReference() {
        #expect(Backends.all.last?.name == "reference")
        #expect(Set(Backends.all.map(\.name)).count == Backends.all.count)
    }

    /// Every node that is refused is named, and the first one ends the compilation, for training too.
    @Test func graphsThatABackendCannotRunAreRefused() throws {
        let network = NetworkBuilder.everything(seed: 3, width: 8)
        let backend = PartialBackend(name: "partial")
        guard case .lacking(let refused) = backend.supports(network.graph) else {
            Issue.record("the graph holds attention")
            return
        }
        let attentions = network.graph.nodes.filter { if case .attention = $0.operation { true } else { false } }
        #expect(refused.map(\.node) == attentions.map(\.name) + ["loose"])
        let line =
            "\(attentions[0].name): the backend partial cannot run this: it has no attention; choose another (--backend)"
        let compiling = #expect(throws: GraphError.self) {
            try backend.compile(network.graph, input: network.input, gradient: .none)
        }
        let training = #expect(throws: GraphError.self) {
            try backend.compileForTraining(network.graph, input: network.input, gradient: .none)
        }
        #expect(compiling?.description == line && training?.description == line)
    }

    @Test(arguments: Backends.atHand)
    func everyOperationIsSupported(backend name: String) throws {
        let backend = try #require(Backends.named(name))
        #expect(backend.supports(NetworkBuilder.everything(seed: 3, width: 8).graph) == .whole)
    }

    /// A sum of one result: either backend computes it or says that it does not.
    @Test(arguments: Backends.atHand)
    func aSumOfOneIsComputedOrRefused(backend name: String) throws {
        let backend = try #require(Backends.named(name))
        var builder = NetworkBuilder(seed: 1, input: TensorShape(c: 2, h: 3, w: 3))
        builder.graph.outputs = [builder.graph.add(.add, inputs: [0], name: "sum")]
        let input = builder.numbers.array(18)
        do {
            let network = try backend.compile(builder.graph, input: builder.input, gradient: .none)
            #expect(try network.forward(input) == [input])
        } catch let error as GraphError {
            #expect(error.node == "sum" && error.reason.contains(name))
        }
    }
}
