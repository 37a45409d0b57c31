import FileReading
import Foundation

/// What became of a stage.
public enum StageOutcome: Sendable {
    /// Nothing that it reads has changed since it ran.
    case unchanged(StageResult)
    case ran(StageResult)

    public var result: StageResult {
        switch self {
        case .unchanged(let result), .ran(let result): result
        }
    }
}

/// What a stage works with while the plan is locked.
public struct StageContext: Sendable {
    public let plan: PlanFile
    public let ledger: Ledger

    /// Writes a file of the stage's own, atomically; returns its path relative to the plan's folder.
    public func write(_ text: String, to name: String) throws -> String {
        let path = plan.outputFolder + "/" + name
        try AtomicFile.write(text, to: path)
        return Paths.relative(path, to: plan.folder)
    }
}

/// Runs one stage of a plan: skipped when unchanged, and written so that a crash at any moment leaves a plan that loads.
///
/// Ledger rows and files are written first and the plan last: after a crash in between, the plan does not know of the
/// stage, which is simply run again.
public enum StageRunner {
    /// - Parameters:
    ///   - version: part of the inputs: another version of the tool runs the stage again.
    ///   - inputs: the digest of what the stage reads.
    ///   - force: run it although nothing has changed.
    public static func run(
        _ stage: StageName, plan path: String, force: Bool = false, inputs: (PlanFile) throws -> ContentDigest,
        body: (StageContext) throws -> StageResult
    ) throws -> StageOutcome {
        let before = try PlanFile.load(path)
        // Whatever is wrong with the inputs is said before anything is written.
        _ = try inputs(before)
        try FileManager.default.createDirectory(atPath: before.outputFolder, withIntermediateDirectories: true)
        let lock = try PlanLock(before)
        defer { withExtendedLifetime(lock) {} }
        let plan = try PlanFile.load(path)
        let digest = try inputs(plan)
        if !force, let result = plan.results[stage], result.inputs == digest.hex, outputsExist(result, plan) {
            return .unchanged(result)
        }
        var result = try body(StageContext(plan: plan, ledger: try Ledger(plan.ledgerPath)))
        result.inputs = digest.hex
        try PlanFile.load(path).saving(result, of: stage)
        return .ran(result)
    }

    private static func outputsExist(_ result: StageResult, _ plan: PlanFile) -> Bool {
        let files = result.outputs.map { Paths.absolute($0, relativeTo: plan.folder) } + [plan.ledgerPath]
        return files.allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }
}

/// One tool at a time on a plan. The lock goes with the process, however that ends.
private struct PlanLock: ~Copyable {
    private let descriptor: Int32

    init(_ plan: PlanFile) throws {
        descriptor = open(plan.outputFolder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw FileError(
                file: plan.path, message: "another assay tool is working on this plan",
                wayOut: "wait until it has ended")
        }
    }

    deinit { close(descriptor) }
}
