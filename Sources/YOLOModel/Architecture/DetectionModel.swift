import FileReading
import NeuralKernels

/// The kinds of head, which decide the loss.
public enum ModelFamily: String, Sendable, Hashable {
    /// YOLOv5, and v3 in that framework: anchors.
    case v5
    /// v7 in its own framework: anchors, whose labels are assigned by what is predicted.
    case v7
    /// v6, v8, v9, 11, 12: no anchors, a distribution for each distance.
    case v8
    /// v10: the same with a second head for one match a label.
    case v10
    /// 26: two heads, and distances as they are instead of distributions.
    case v26

    /// Whether there is a second head that learns one match a label.
    public var isEndToEnd: Bool { self == .v10 || self == .v26 }

    /// The overlap of suppression with which the trainer validates.
    public var usualOverlap: Double {
        switch self {
        case .v5: 0.6
        case .v7: 0.65
        case .v8, .v10, .v26: 0.7
        }
    }

    /// Whether boxes are corrections of anchors, and there is an objectness.
    public var hasAnchors: Bool { self == .v5 || self == .v7 }
}

/// Which part of a network a parameter belongs to.
public enum ParameterGroup: String, Sendable, Hashable, CaseIterable {
    case backbone, neck, head
}

/// A detection network: its graph with weights, and what its head means.
public struct DetectionModel: Sendable {
    /// Decides what the head's outputs mean, and the loss.
    public let family: ModelFamily
    /// Input `[1, 3, H, W]` of 0…1; one to three outputs a level, as the family's loss says.
    public let graph: NetworkGraph
    /// `nc` of the head.
    public let classCount: Int
    /// As the checkpoint names them, when it does.
    public let classNames: [String]?
    /// Pixels a cell, a level each.
    public let strides: [Int]
    /// Of the distribution of a distance, 1 where distances are said as they are; 0 for families with anchors.
    public let bins: Int
    /// How the head says the angle of its boxes; nil where they are upright.
    public let angles: AngleCoding?
    /// For each class of the labels, the model's own number; nil where they are the same.
    public private(set) var classOrder: [Int]?
    /// The model YAML that it was made of, in one line or several; nil where a checkpoint does not carry it.
    public internal(set) var modelYAML: String?
    /// Whose loss it is, and with which gains: as the checkpoint says, where it does.
    public var lossSettings = LossSettings()
    /// In pixels, a level each; empty for anchor-free families.
    public let anchors: [[(width: Double, height: Double)]]
    /// The model's layers, for tables.
    public let layers: [LayerSummary]
    private let groups: [ParameterGroup]

    init(
        family: ModelFamily, graph: NetworkGraph, classCount: Int, classNames: [String]?, strides: [Int],
        bins: Int, angles: AngleCoding?, anchors: [[(width: Double, height: Double)]], layers: [LayerSummary],
        groups: [ParameterGroup]
    ) {
        self.family = family
        self.graph = graph
        self.classCount = classCount
        self.classNames = classNames
        self.strides = strides
        self.bins = bins
        self.angles = angles
        self.anchors = anchors
        self.layers = layers
        self.groups = groups
    }

    /// Of each head: the level's only one, distances and classes, or those and the angles.
    var outputsPerLevel: Int { family.hasAnchors ? 1 : angles == nil ? 2 : TurnedDecoder.perLevel }

    /// How labels find the cells that learn them, for people.
    public var assigner: String {
        switch family {
        case .v5: "by the shape of anchors, as YOLOv5"
        case .v7: "by SimOTA among anchors of like shape, as YOLOv7 trains by default (loss_ota: 1)"
        case .v8, .v10, .v26: "by task alignment, as Ultralytics \(lossSettings.anchorFree.release.words)"
        }
    }

    /// How many classes labels and predictions have.
    public var labelClassCount: Int { classOrder?.count ?? classCount }

    /// The same for labels whose classes are some of the model's, in another order.
    ///
    /// - Parameter order: for each class of the labels, the model's, each once.
    public func reordered(_ order: [Int]) -> DetectionModel {
        precondition(order.allSatisfy { (0..<classCount).contains($0) })
        var model = self
        model.classOrder = order
        return model
    }

    /// - Parameter parameter: its place in the graph's parameters.
    public func parameterGroup(_ parameter: Int) -> ParameterGroup { groups[parameter] }

    /// Number of trainable values.
    public var parameterCount: Int {
        graph.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
    }

    /// Floating-point operations of a forward pass over one square image, a multiplication and an addition counted as two:
    /// those of convolutions and of attention. Nil where the size does not fit the model.
    public func operations(size: Int) -> Double? { operationsByNode(size: size)?.reduce(0, +) }

    /// The same for each node of the graph.
    public func operationsByNode(size: Int) -> [Double]? {
        guard let shapes = try? graph.shapes(input: TensorShape(c: 3, h: size, w: size)) else { return nil }
        return graph.nodes.enumerated().map { index, node in
            switch node.operation {
            case .convolution(let convolution):
                let weights = graph.parameters[convolution.weight].values.count
                return 2 * Double(weights) * Double(shapes[index].pixels)
            case .attention(let attention):
                let run = Double(shapes[index].pixels / attention.areas)
                let channels = Double(attention.heads * (attention.keyChannels + attention.valueChannels))
                return 2 * Double(attention.areas) * run * run * channels
            default: return 0
            }
        }
    }

    /// The largest stride: an image size must be a multiple of it.
    public var largestStride: Int { strides.max() ?? 32 }

    /// - Parameter file: where the model is from, for the message.
    /// - Throws: `FileError` where the size does not fit the strides, or the network needs too much for one such image.
    public func checkImageSize(_ size: Int, file: String) throws {
        guard size % largestStride == 0 else {
            throw FileError(
                file: file, message: "needs an image size that is a multiple of \(largestStride), not \(size)",
                wayOut: "use \((size / largestStride + 1) * largestStride)")
        }
        let (problem, wayOut): (GraphError, String)
        do {
            let cost = try graph.costProblem(input: TensorShape(c: 3, h: size, w: size), gradient: .full)
            guard let cost else { return }
            (problem, wayOut) = (cost.problem, cost.wayOut)
        } catch let error as GraphError {
            (problem, wayOut) = (error, "use another image size, or another model")
        }
        throw FileError(file: file, message: problem.description, wayOut: wayOut)
    }

    /// The first convolution whose weights belong to such a part of the network; 0 where there is none.
    public func firstNode(where isWanted: (ParameterGroup) -> Bool) -> Int {
        graph.nodes.firstIndex { node in
            guard case .convolution(let convolution) = node.operation else { return false }
            return isWanted(parameterGroup(convolution.weight))
        } ?? 0
    }

    /// The loss of square images of a size.
    public func loss(size: Int) -> any DetectionLoss { loss(input: TensorShape(c: 3, h: size, w: size)) }

    /// The loss of images of a shape; its longer side is the image size that the gains of YOLOv5 are scaled by.
    public func loss(input: TensorShape) -> any DetectionLoss {
        func head(_ hyperparameters: YOLOv8Hyperparameters) -> any DetectionLoss {
            if let angles {
                return TurnedBoxLoss(
                    classCount: classCount, bins: bins, angles: angles, strides: strides, input: input,
                    hyperparameters: hyperparameters)
            }
            return YOLOv8Loss(
                classCount: classCount, bins: bins, strides: strides, input: input, hyperparameters: hyperparameters)
        }
        let loss: any DetectionLoss =
            switch family {
            case .v5, .v7:
                YOLOv5Loss(
                    classCount: classCount, anchorsInPixels: anchors, strides: strides, input: input,
                    assignment: family == .v7 ? .optimalTransport : .shape, hyperparameters: lossSettings.anchorBased)
            case .v8: head(lossSettings.anchorFree)
            case .v10, .v26: EndToEndLoss(lossSettings.anchorFree, head: head)
            }
        return classOrder.map { ReorderedLoss(loss: loss, order: $0) } ?? loss
    }
}

/// One layer of a model, for people.
public struct LayerSummary: Sendable, Hashable {
    /// From 0, as in the model YAML.
    public let index: Int
    /// Layers whose results it reads, by index; −1 for the one before it.
    public let from: [Int]
    /// The class, for example `C3`.
    public let module: String
    /// Numbers that training changes.
    public let parameterCount: Int
    /// The graph node of the layer's result.
    public let node: Int
}
