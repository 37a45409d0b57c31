import ArgumentParser
import AuditPlan
import FileReading
import TextForms
import ToolOptions

/// Options that every command has.
public struct CommonOptions: ParsableArguments {
    @Option("Worker threads (default: all cores). Results do not depend on it.")
    public var jobs: Whole<JobBounds>?

    @Option("Gigabytes of memory that a file may ask for, and a network for one image (default: 2).")
    public var memory: Whole<MemoryBounds>?

    @Flag(name: .shortAndLong, help: "No progress and no notes on stderr.")
    public var quiet = false

    public init() {}

    /// Memory is about the process: it is allowed as soon as it is asked for.
    public func validate() {
        if let memory { MemoryLimit.allow(gigabytes: memory.value) }
    }

    /// Threads.
    public var workers: Int { jobs?.value ?? WorkerPool.defaultJobs }

    /// What the command works with.
    public func session() -> AuditSession {
        let lines = ProgressLines(quiet: quiet)
        let quiet = quiet
        return AuditSession(
            jobs: workers, hasColour: Terminal.hasColour, isCancelled: { Interruption.isRequested },
            note: { Tool.note("note: \($0)", quiet: quiet) },
            progress: { lines.update($0, $1, of: $2) })
    }

    /// A line on stderr for people.
    public func note(_ text: TerminalText) { Tool.note(text, quiet: quiet) }
}

/// The seed of a command that makes no random choice: taken as everywhere, and said to be idle.
public struct IdleSeedOption: ParsableArguments {
    @Option("Where every random choice comes from; this command makes none.")
    public var seed: Seed?

    public init() {}

    /// Tells on stderr that a seed that was given has no effect; says nothing without one.
    public func say(_ common: CommonOptions) {
        if seed != nil { common.note("note: --seed changes nothing: this command makes no random choice") }
    }
}

/// The options of a command that makes no random choice and shows one result.
public struct PlainOptions: ParsableArguments {
    @Option("The form of the result.")
    public var format = OutputFormat.text

    @OptionGroup public var common: CommonOptions
    @OptionGroup public var idle: IdleSeedOption

    public init() {}

    /// Prints a result in the form that is asked for.
    public func show(_ json: String, _ kind: ResultKind, text: () throws -> TerminalText) rethrows {
        guard format != .text else { return Tool.output(try text()) }
        Tool.output(json: json, kind, hasEnvelope: format == .jsonV2)
    }
}

/// The plan that a command works with.
public struct PlanArgument: ParsableArguments {
    @Argument(help: "The plan, or the folder of one (default: assay.yaml here or above).", completion: .file())
    public var plan: String?

    public init() {}

    /// Its path; that of the one that is found where none was given.
    ///
    /// - Throws: `FileError` where there is none.
    public func path(saying common: CommonOptions) throws -> String {
        try AuditInput.openPlan(plan, saying: common)
    }
}

/// The help of an input that may be left out.
public let inputHelp: ArgumentHelp =
    "A data.yaml, a plan, or the folder of one (default: assay.yaml here or above, else the one data.yaml that is found)."
