import FileReading
import Foundation
import ToolOptions

/// What became of a stage.
public enum StageOutcome: Sendable {
    /// Nothing that it reads has changed since it ran.
    case unchanged(StageResult)
    case ran(StageResult)

    /// Of this run, or of the one that is still current.
    public var result: StageResult {
        switch self {
        case .unchanged(let result), .ran(let result): result
        }
    }
}

/// What a stage works with while the plan is locked.
public struct StageContext: Sendable {
    /// The plan as it was when the stage began.
    public let plan: PlanFile
    /// The plan's ledger, open for writing.
    public let ledger: Ledger
    /// Digest of everything that the stage reads.
    public let inputs: String
    let stage: StageName

    /// Writes a file of the stage's own, atomically; returns its path relative to the plan's folder.
    public func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    /// Writes a file of the stage's own, atomically; returns its path relative to the plan's folder.
    public func write(_ bytes: [UInt8], to name: String) throws -> String { try write(to: name) { try $0(bytes) } }

    /// Writes a file of the stage's own piece by piece, atomically; returns its path relative to the plan's folder.
    public func write(to name: String, _ body: (_ emit: ([UInt8]) throws -> Void) throws -> Void) throws -> String {
        let path = plan.outputFolder + "/" + name
        try ledger.takeBack(stage)
        try Folders.make(Paths.directory(of: path))
        try AtomicFile.write(to: path, tidies: false, body)
        return Paths.relative(path, to: plan.folder)
    }
}

/// Runs one stage of a plan: skipped when unchanged, and written so that a crash at any moment leaves a plan that loads.
///
/// A stage writes its rows and files, then notes in the ledger that they are whole and what they were made from, then
/// the plan. Its first row or file takes that note back, so after a crash in between the stage runs again, even where
/// the inputs are meanwhile those of an earlier run that the plan still tells of.
public enum StageRunner {
    /// - Parameters:
    ///   - isAnew: runs the stage even where nothing has changed.
    ///   - inputs: the digest of what the stage reads, the tool's version among it.
    ///   - parts: the same piece by piece, by which a later command says what has changed.
    ///   - check: refuses what the stage would fail with; called before anything is written where it is about to run.
    public static func run(
        _ stage: StageName, plan path: String, isAnew: Bool = false, inputs: (PlanFile) throws -> ContentDigest,
        parts: (PlanFile) throws -> [InputPart] = { _ in [] }, check: (PlanFile) throws -> Void = { _ in },
        body: (StageContext) throws -> StageResult
    ) throws -> StageOutcome {
        let before = try PlanFile.load(path)
        // Whatever is wrong with the inputs is said before anything is written.
        if before.results[stage]?.inputs != (try inputs(before)).hex { try check(before) }
        let lock = try PlanLock(before)
        defer { withExtendedLifetime(lock) {} }
        let plan = try PlanFile.load(path)
        removeRemains(of: plan)
        let digest = try inputs(plan)
        try MachineFaults.checkBeforeKeeping()
        let ledgerWasThere = FileManager.default.fileExists(atPath: plan.ledgerPath)
        let ledger = try Ledger(plan.ledgerPath)
        if !isAnew, ledgerWasThere, let result = plan.results[stage], result.inputs == digest.hex,
            outputsExist(result, plan), try ledger.finishedInputs(of: stage) == digest.hex
        {
            return .unchanged(result)
        }
        var result = try body(StageContext(plan: plan, ledger: ledger, inputs: digest.hex, stage: stage))
        result.inputs = digest.hex
        // What a bad disk left out would pass for the result of these inputs.
        try MachineFaults.checkBeforeKeeping()
        try ledger.finish(stage, inputs: digest.hex, parts: try parts(plan))
        try PlanFile.load(path).saving(result, of: stage)
        return .ran(result)
    }

    private static func outputsExist(_ result: StageResult, _ plan: PlanFile) -> Bool {
        result.outputs.allSatisfy {
            FileManager.default.fileExists(atPath: Paths.absolute($0, relativeTo: plan.folder))
        }
    }

    /// Removes temporary files of writes that a crash cut short. The lock is held: no other tool is writing.
    private static func removeRemains(of plan: PlanFile) {
        AtomicFile.removeRemains(in: plan.folder, startingWith: Paths.fileName(of: plan.path) + ".", isLocked: true)
        for folder in ["", "/probe", "/pictures"] {
            AtomicFile.removeRemains(in: plan.outputFolder + folder, isLocked: true)
        }
    }
}
