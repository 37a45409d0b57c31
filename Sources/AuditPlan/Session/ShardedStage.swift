import FileReading
import Foundation
import Sharding
import ToolOptions
import YOLODataset

/// A stage whose images several machines can divide among them: each works on a run of images, and a merge makes of their
/// parts what one machine makes of all images.
public protocol ShardedStage: AuditStage {
    /// Whether a run of the plan would have the stage look at images at all.
    static func hasShards(_ plan: PlanFile, _ options: Options) -> Bool

    /// How many images are divided.
    static func images(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws -> Int

    /// Refuses settings with which an image cannot be measured without all others.
    static func checkDivision(_ plan: PlanFile, _ options: Options) throws

    /// Refuses where there is no work for shards: such settings, or results that are not there.
    static func checkShards(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws

    /// Of the files of the models that compute; of nothing where none does.
    static func models(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws -> ContentDigest

    /// What is found in the images of a shard: the contents of its part, a pure function of the images and of all that
    /// the part's header names.
    static func measure(_ work: ShardWork<Options>) throws -> [UInt8]
}

extension ShardedStage {
    public static func hasShards(_ plan: PlanFile, _ options: Options) -> Bool { true }

    public static func checkDivision(_ plan: PlanFile, _ options: Options) throws {}

    public static func checkShards(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws {}

    public static func models(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws -> ContentDigest {
        .of("")
    }
}

/// What a worker works with. The plan is not locked: nothing of it is written.
public struct ShardWork<Options: StageOptions> {
    /// What the command has opened: its listings are the manifest's.
    public let session: AuditSession
    /// As it was when the worker began.
    public let plan: PlanFile
    /// The stage's block.
    public let options: Options
    /// The images, by their places in the listing.
    public let range: Range<Int>
    /// When they were listed, in seconds since 1970.
    public let listed: Int64

    /// Tells how much is done, from any thread.
    public var progress: @Sendable (Int, Int) -> Void { session.progress(of: Options.stage) }
}

/// The shards of a plan: its manifest, the work on a part, and the parts that a merge takes.
public enum PlanShards {
    /// What became of a shard.
    public struct Outcome: Sendable {
        /// Which one.
        public let shard: ShardIndex
        /// The file of the part.
        public let path: String
        /// How many images it has.
        public let images: Int
        /// Whether the part was there already, whole.
        public let wasThere: Bool
    }

    /// A part could not be written, or the machine could not read what it is made from: another try may do it.
    public struct MachineTrouble: UserFacingError {
        /// What went wrong.
        public let description: String
    }

    /// Where a plan keeps its shards.
    public static func folder(_ plan: PlanFile) -> String { plan.outputFolder + "/shards" }

    /// Where a plan keeps its manifest.
    public static func manifestPath(_ plan: PlanFile) -> String { folder(plan) + "/manifest" }

    /// Lists the plan's images once, for all workers. A manifest that says the same stays, and the parts that are of it.
    ///
    /// - Parameter shards: how many; nil for as many as a manifest that says the same has, or else what `automatic` makes of
    ///   the number of images.
    public static func makeManifest(
        _ plan: PlanFile, shards: Int?, automatic: (Int) -> Int = { _ in 1 }, _ session: AuditSession
    ) throws -> ShardManifest {
        let path = plan.settings.dataset
        let dataset = try session.dataset(path)
        let labels: LabelOptions = try plan.settings.options()
        var readings = [(dataset.trainer, dataset)]
        if labels.reader.trainer != dataset.trainer {
            readings.append((labels.reader.trainer, try session.dataset(path, readBy: labels.reader.trainer)))
        }
        let listings = try readings.map { trainer, dataset in
            ShardManifest.Listing(trainer: trainer.rawValue, folders: try dataset.listSamples().folders)
        }
        let program = try ProgramIdentity.current().program
        let state = try session.state(of: dataset)
        func manifest(listed: Int64, shards: Int) -> ShardManifest {
            ShardManifest(program: program, state: state, listed: listed, shards: shards, listings: listings)
        }
        try MachineFaults.checkBeforeKeeping()
        if let known = try? ShardManifest.read(manifestPath(plan), root: dataset.root),
            known.digest == manifest(listed: known.listed, shards: shards ?? known.shards).digest
        {
            return known
        }
        let images = try dataset.listSamples().samples.count
        let manifest = manifest(
            listed: Int64(clamping: Int(clamping: Date().timeIntervalSince1970)), shards: shards ?? automatic(images))
        try manifest.write(to: manifestPath(plan))
        return manifest
    }

    /// How many images a stage of the plan divides; nil where it looks at none.
    public static func images<Stage: ShardedStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ session: AuditSession
    ) throws -> Int? {
        let options: Stage.Options = try plan.settings.options()
        return Stage.hasShards(plan, options) ? try Stage.images(plan, options, session) : nil
    }

    /// Makes the part of a shard, if it is not there.
    ///
    /// - Parameters:
    ///   - shard: as a person writes it; nil where the engine says which.
    ///   - environment: of the process.
    /// - Throws: `MachineTrouble` and `CancellationError` where another try may do it; any other error stays.
    public static func work<Stage: ShardedStage>(
        _ stage: Stage.Type, plan path: String, shard: String?, environment: [String: String], _ session: AuditSession
    ) throws -> Outcome {
        let plan = try PlanFile.load(path)
        let manifest = try manifest(of: plan)
        let shard = try ShardIndex.chosen(shard, of: manifest.shards, environment: environment)
        try session.adopt(manifest, of: plan)
        let options: Stage.Options = try plan.settings.options()
        try Stage.check(plan, options, session)
        try Stage.checkShards(plan, options, session)
        let origins = try origins(stage, plan, options, manifest, session)
        let origin = origins(shard)
        let path = partsFolder(stage, plan, origin.inputs) + "/" + shard.fileName
        if (try? ShardPart.read(path, of: origin)) != nil {
            return Outcome(shard: shard, path: path, images: origin.range.count, wasThere: true)
        }
        let contents = try Stage.measure(
            ShardWork(
                session: session, plan: plan, options: options, range: origin.range, listed: manifest.listed))
        do {
            try MachineFaults.checkBeforeKeeping()
            try ShardPart.write(contents, of: origin, to: path)
        } catch let error as any UserFacingError {
            throw MachineTrouble(description: error.description)
        }
        return Outcome(shard: shard, path: path, images: origin.range.count, wasThere: false)
    }

    /// Gives a session the parts of a stage, which its next run then takes.
    ///
    /// - Parameter fresh: a session that sees the dataset as it is now; nil for the same one.
    /// - Throws: `FileError` where the dataset has changed since it was listed.
    public static func hand<Stage: ShardedStage>(
        _ stage: Stage.Type, plan path: String, to session: AuditSession, seenBy fresh: AuditSession? = nil
    ) throws {
        let plan = try PlanFile.load(path)
        let manifest = try manifest(of: plan)
        let dataset = try (fresh ?? session).dataset(plan.settings.dataset)
        guard try (fresh ?? session).state(of: dataset) == manifest.state else {
            throw FileError(
                file: plan.settings.dataset, message: "or a file of its dataset has changed since it was listed",
                wayOut: "run assay shard again; then the workers, for there are no parts of what is there now")
        }
        session.hand(try parts(of: stage, plan, session), to: Stage.name)
    }

    /// The parts that a stage of the plan takes, whether they are there or not.
    ///
    /// - Throws: `FileError` where there is no manifest, or the stage cannot be divided.
    public static func parts<Stage: ShardedStage>(
        of stage: Stage.Type, _ plan: PlanFile, _ session: AuditSession
    ) throws -> PartCollection {
        let manifest = try manifest(of: plan)
        let options: Stage.Options = try plan.settings.options()
        try Stage.checkShards(plan, options, session)
        let origins = try origins(stage, plan, options, manifest, session)
        guard let first = ShardIndex(0, of: manifest.shards) else { preconditionFailure("a manifest without shards") }
        return PartCollection(
            partsFolder(stage, plan, origins(first).inputs), shards: manifest.shards, origin: origins)
    }

    /// Refuses settings of a plan with which the stage cannot be divided; says nothing of one that looks at no image.
    public static func checkDivision<Stage: ShardedStage>(of stage: Stage.Type, _ plan: PlanFile) throws {
        let options: Stage.Options = try plan.settings.options()
        if Stage.hasShards(plan, options) { try Stage.checkDivision(plan, options) }
    }

    /// Whether a run of the plan has the stage look at images.
    public static func hasShards<Stage: ShardedStage>(_ stage: Stage.Type, _ plan: PlanFile) throws -> Bool {
        let options: Stage.Options = try plan.settings.options()
        return Stage.hasShards(plan, options)
    }

    /// What an error about parts says is to be done.
    public static func wayOut(_ stage: StageName, _ plan: PlanFile) -> String {
        "run assay work \(Paths.fileName(of: plan.path)) --stage \(stage.rawValue) --shard I for each of them, then merge again"
    }

    private static func manifest(of plan: PlanFile) throws -> ShardManifest {
        let path = manifestPath(plan)
        guard FileIdentity(ofFile: path) != nil else {
            throw FileError(
                file: plan.path, message: "has no manifest of shards", wayOut: "make one: assay shard \(plan.path)")
        }
        let dataset = try Dataset.open(plan.settings.dataset)
        let manifest = try ShardManifest.read(path, root: dataset.root)
        guard try ProgramIdentity.current().program == manifest.program else {
            throw FileError(
                file: path, message: "was made by another build of assay",
                wayOut: "run the same executable everywhere, or assay shard again")
        }
        return manifest
    }

    private static func partsFolder<Stage: ShardedStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ inputs: ContentDigest
    ) -> String {
        "\(folder(plan))/\(Stage.name.rawValue)/\(inputs.hex.prefix(16))"
    }

    private static func origins<Stage: ShardedStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ options: Stage.Options, _ manifest: ShardManifest,
        _ session: AuditSession
    ) throws -> @Sendable (ShardIndex) -> PartHeader.Origin {
        let images = try Stage.images(plan, options, session)
        let inputs = try StageRunner.inputs(stage, plan, options, session)
        let models = try Stage.models(plan, options, session)
        let program = try ProgramIdentity.current()
        let (name, digest) = (Stage.name.rawValue, manifest.digest)
        return { shard in
            PartHeader.Origin(
                stage: name, shard: shard, range: shard.range(of: images), manifest: digest, inputs: inputs,
                models: models, program: program)
        }
    }
}
