import AuditPlan
import Clusters
import CommandLineSupport
import FileReading
import Sharding
import TextForms
import ToolOptions

/// What a run of a plan has workers do before a stage, where the plan's block `cluster` names an engine.
final class ClusterStep {
    private let path: String
    private let session: AuditSession
    private let common: CommonOptions
    private let options: ClusterOptions
    /// How often parts of a stage were made again that were there and turned out to be wanting.
    private var made: [StageName: Int] = [:]

    /// - Parameters:
    ///   - isAllowed: whether a person has said that the plan may start programs: one that came with a dataset may not.
    ///   - namesTorch: whether the command line says where PyTorch is.
    ///   - isWanted: which stages are run.
    /// - Returns: nil where the stages that are run all run in this process.
    /// - Throws: `FileError` where a stage of the plan cannot be divided, an option would not reach the workers, or a program
    ///   would be started that nobody has allowed.
    init?(
        _ path: String, _ session: AuditSession, _ common: CommonOptions, overrides: [String: String], isAllowed: Bool,
        namesTorch: Bool,
        isWanted: (StageName) -> Bool
    ) throws {
        let plan = try PlanFile.load(path)
        let block = try plan.settings.cluster()
        guard let options = block, options.engine != .none, options.stages.stages.contains(where: isWanted) else {
            if isAllowed {
                throw FileError(
                    file: path, message: "has no worker for what is run, so that --cluster has no effect",
                    wayOut: "leave --cluster out")
            }
            if block?.engine == ClusterEngineName.none {
                common.note("note: cluster.engine is none, so that every stage runs on this machine")
            }
            return nil
        }
        if let program = options.startedProgram, !isAllowed {
            throw FileError(
                file: path, message: "has workers started by what it says itself: \(program)",
                wayOut: "read its block cluster, and where you trust it: assay run \(path) --cluster")
        }
        if overrides["seed"] != nil {
            throw FileError(
                file: "--seed", message: "does not reach the workers of cluster.engine: \(options.engine)",
                wayOut: "write seed: into the plan")
        }
        if namesTorch {
            throw FileError(
                file: "--torch", message: "does not reach the workers of cluster.engine: \(options.engine)",
                wayOut: "set ASSAY_TORCH where they run, and here")
        }
        for stage in options.stages.stages {
            guard let choice = ShardedChoice(rawValue: stage.rawValue) else { continue }
            try PlanShards.checkDivision(of: choice.stage, plan)
        }
        (self.path, self.session, self.common, self.options) = (path, session, common, options)
    }

    /// Has workers make what a stage takes; does nothing for a stage that is not divided, or has nothing to do.
    ///
    /// - Parameter wanting: parts that were found wanting when they were merged.
    func prepare(_ stage: StageName, _ wanting: WantingParts?) throws {
        guard options.stages.stages.contains(stage), let choice = ShardedChoice(rawValue: stage.rawValue) else {
            if let wanting { throw wanting }
            return
        }
        try prepare(choice.stage, wanting)
    }

    private func prepare<Stage: ShardedStage>(_ stage: Stage.Type, _ wanting: WantingParts?) throws {
        let plan = try PlanFile.load(path)
        let status = try ChainRun.chain.only { $0 == Stage.name }.status(plan, session)
        guard try PlanShards.hasShards(stage, plan), status.contains(where: \.isDue) else {
            if let wanting { throw wanting }
            return
        }
        let folder = PlanShards.folder(plan)
        try Folders.make(folder)
        let lock = try FileLock(
            folder + "/lock", patience: 1,
            busy: FileError(
                file: path, message: "another assay run follows the workers of this plan",
                wayOut: "wait until it has ended, or interrupt it"))
        defer { withExtendedLifetime(lock) {} }
        _ = try PlanShards.makeManifest(
            plan, shards: options.shards.count, automatic: options.automaticShards, session)
        let parts = try PlanShards.parts(of: stage, plan, session)
        if let wanting { try makeAgain(wanting, of: Stage.name, parts) }
        let name = Stage.name
        let quiet = common.quiet
        try ClusterRun(
            name, plan: path, parts: parts, program: Siblings.own, options: options,
            ClusterRun.Surroundings(
                isCancelled: session.isCancelled, isStopped: { Interruption.isStop },
                progress: session.progress(of: name), note: { Tool.note("\($0)", quiet: quiet) })
        ).run()
        // What changed while workers were at it has no parts.
        try PlanShards.hand(stage, plan: path, to: session, seenBy: common.session())
    }

    /// Takes parts away that were found wanting, so that workers make them again.
    private func makeAgain(_ wanting: WantingParts, of stage: StageName, _ parts: PartCollection) throws {
        guard wanting.canAllBeMade, made[stage, default: 0] < options.retries.value else { throw wanting }
        made[stage, default: 0] += 1
        common.note("\(stage.rawValue): \(wanting.error.message); made again")
        parts.remove(wanting.indices)
    }
}
