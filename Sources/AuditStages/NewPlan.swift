import AuditPlan
import FileReading
import ProbeTraining
import ToolOptions
import ToxicRanking
import YOLODataset
import YOLOModel

/// A plan that is about to be written, with every setting explained.
public struct NewPlan {
    /// Where it goes.
    private let path: String
    private var template: PlanTemplate

    /// - Parameters:
    ///   - path: where it goes; what the plan names is relative to its folder, or absolute where it was named so.
    ///   - named: the data.yaml, as the person named it.
    ///   - shared: the settings at the top.
    ///   - pretrained: of the probe; checked here, so that no run fails for it later.
    /// - Throws: `FileError` where weights cannot be read or do not fit the dataset.
    public init(
        _ path: String, dataset opened: Dataset, named: String, _ shared: SharedOptions, pretrained: String? = nil
    ) throws {
        self.path = path
        if let weights = shared.model.weights?.path {
            let model = try DetectionModel.load(checkpoint: weights)
            _ = try ToxicRun.fitted(model, weights: weights, dataset: opened, imageSize: shared.image.pixels)
        }
        if let pretrained {
            _ = try StartingModel(
                weights: pretrained, classCount: opened.classCount, classNames: opened.classNames, seed: 0)
        }
        template = PlanTemplate(dataset: "", splits: opened.splits.map(\.name))
        template.dataset = place(named)
        template.set("image_size", to: "\(shared.image.pixels)")
        template.set("seed", to: shared.seeding.seed.description)
        if let weights = shared.model.weights?.path { template.set("weights", to: place(weights)) }
        template.schema = Paths.relative(schemaPath, to: Paths.directory(of: Paths.absolute(path)))
    }

    /// Gives the plan a probe.
    ///
    /// - Parameter settings: by key; a file among them as it was named on the command line.
    public mutating func addProbe(_ settings: [(key: String, text: String)]) {
        template.included.insert(.probe)
        for (key, text) in settings {
            template.set(key, of: .probe, to: key == "weights" ? place(text) : text)
        }
    }

    /// The whole plan.
    public var text: String { template.text }

    /// Writes the plan, and the schema by which editors complete it.
    public func write() throws {
        try Folders.make(Paths.directory(of: schemaPath))
        try AtomicFile.write(PlanSchema.text, to: schemaPath)
        try AtomicFile.write(text, to: path)
    }

    private var schemaPath: String { Paths.absolute(Paths.withoutSuffix(path) + ".assay/schema.json") }

    /// A path as the plan names it.
    private func place(_ named: String) -> String {
        named.hasPrefix("/")
            ? named : Paths.relative(Paths.absolute(named), to: Paths.directory(of: Paths.absolute(path)))
    }
}
