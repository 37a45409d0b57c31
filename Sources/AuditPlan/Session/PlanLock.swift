import FileReading

/// One tool at a time on a plan. The lock goes with the process, however that ends.
public struct PlanLock: ~Copyable {
    private let lock: FileLock

    /// - Throws: `FileError` where another tool is at work, or the plan's folder cannot be written.
    public init(_ plan: PlanFile) throws {
        try Folders.make(plan.outputFolder)
        // A tool whose `assay run` was killed ends within moments; wait for that long.
        lock = try FileLock(
            plan.outputFolder + "/lock", patience: 1,
            busy: FileError(
                file: plan.path, message: "another assay tool is working on this plan",
                wayOut: "wait until it has ended"))
    }
}
