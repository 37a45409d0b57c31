import FileReading
import Sharding
import TextForms
import ToolOptions
import YOLODataset

/// A stage of the chain: what it reads, what it writes, and what it shows.
///
/// Its inputs are the dataset, its settings, and the results of the stages that it needs; `StageRunner` makes the digest
/// of them.
public protocol AuditStage {
    associatedtype Options: StageOptions

    /// Stages whose results it reads, where there are some.
    static var needs: [StageName] { get }

    /// Refuses what would fail later, before anything is written. Called where the stage is about to run.
    static func check(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws

    /// Adds what the stage depends on beyond dataset, settings and needs.
    static func addInputs(_ plan: PlanFile, _ options: Options, to digest: inout DigestBuilder) throws

    /// Computes, and writes rows and files. The result's digest is filled in by the runner.
    static func run(_ work: StageWork<Options>) throws -> StageResult

    /// What a person is shown after the stage has run in a chain: the same, short.
    static func brief(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws -> StageOutput

    /// What its results say, in a few words.
    static func found(_ plan: PlanFile) -> String

    /// What a person or a program is shown of the results that the plan holds.
    static func show(_ plan: PlanFile, _ options: Options, _ session: AuditSession, as format: ResultFormat) throws
        -> StageOutput
}

extension AuditStage {
    public static var name: StageName { Options.stage }
    public static var needs: [StageName] { [] }
    public static func check(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws {}
    public static func addInputs(_ plan: PlanFile, _ options: Options, to digest: inout DigestBuilder) throws {}
}

/// Text for people, or one JSON value.
public enum ResultFormat: String, SettingWord { case text, json }

/// What a stage that is blocked shows: why.
extension StageOutput {
    static func blocked(_ plan: PlanFile, _ stage: StageName, as format: ResultFormat) -> StageOutput {
        let reason = plan.summary(stage, "reason")?.string ?? "blocked"
        guard format == .json else { return StageOutput("\(stage.rawValue): \(reason)\n") }
        return StageOutput(json: ["status": StageResult.Status.blocked.rawValue, "reason": reason])
    }
}

/// What a stage shows, and whether there is something to look at.
public struct StageOutput: Sendable {
    /// What is printed.
    public var text: TerminalText
    /// Whether the exit status is 1.
    public var hasFindings: Bool

    /// - Parameter hasFindings: whether the exit status is to be 1.
    public init(_ text: TerminalText, hasFindings: Bool = false) {
        self.text = text
        self.hasFindings = hasFindings
    }

    /// - Parameter text: what one of our own writers has made, lines and all.
    public init(written text: String, hasFindings: Bool = false) {
        self.init(TerminalText(written: text), hasFindings: hasFindings)
    }

    /// One JSON object of texts, on a line.
    public init(json members: KeyValuePairs<String, String>) {
        var json = JSONWriter()
        json.object { json in for (key, text) in members { json.member(key, text) } }
        json.endLine()
        self.init(written: json.text)
    }
}

/// What a stage works with while the plan is locked.
public struct StageWork<Options: StageOptions> {
    /// What the command has opened.
    public let session: AuditSession
    /// The stage's block, with what the command line changes.
    public let options: Options
    /// As data.yaml describes it.
    public let dataset: Dataset
    private let context: StageContext

    init(_ context: StageContext, _ options: Options, _ session: AuditSession) throws {
        self.context = context
        self.options = options
        self.session = session
        dataset = try session.dataset(context.plan.settings.dataset)
    }

    /// The plan as it was when the stage began.
    public var plan: PlanFile { context.plan }
    /// The plan's ledger, open for writing.
    public var ledger: Ledger { context.ledger }
    /// Digest of everything that the stage reads.
    public var inputs: String { context.inputs }

    /// Tells how much is done, from any thread.
    public var progress: @Sendable (Int, Int) -> Void { session.progress(of: Options.stage) }

    /// The parts that workers have made of the stage; nil where it looks at the images itself.
    public var parts: PartCollection? { session.parts(of: Options.stage) }

    /// Writes a file of the stage's own, atomically; returns its path relative to the plan's folder.
    public func write(_ text: String, to name: String) throws -> String { try context.write(text, to: name) }

    /// Writes a file of the stage's own, atomically; returns its path relative to the plan's folder.
    public func write(_ bytes: [UInt8], to name: String) throws -> String { try context.write(bytes, to: name) }

    /// Writes a file of the stage's own piece by piece, atomically; returns its path relative to the plan's folder.
    public func write(to name: String, _ body: (_ emit: ([UInt8]) throws -> Void) throws -> Void) throws -> String {
        try context.write(to: name, body)
    }
}

extension AuditStage {
    /// What the stage shows, or why it is blocked.
    ///
    /// - Parameter isBrief: text is short, as in a chain.
    public static func output(
        _ plan: PlanFile, _ options: Options, _ session: AuditSession, as format: ResultFormat, isBrief: Bool = false
    ) throws -> StageOutput {
        guard plan.results[name]?.status == .done else { return .blocked(plan, name, as: format) }
        guard isBrief, format == .text else { return try show(plan, options, session, as: format) }
        return try brief(plan, options, session)
    }

    /// All that the stage shows.
    public static func brief(_ plan: PlanFile, _ options: Options, _ session: AuditSession) throws -> StageOutput {
        try show(plan, options, session, as: .text)
    }
}

extension StageRunner {
    /// Runs a stage of a plan where its inputs have changed.
    ///
    /// - Parameters:
    ///   - isAnew: runs it even where nothing has changed.
    ///   - options: the stage's settings: the plan's, or what a command line makes of them.
    public static func run<Stage: AuditStage>(
        _ stage: Stage.Type, plan path: String, session: AuditSession, isAnew: Bool = false,
        options: (PlanFile) throws -> Stage.Options = { try $0.settings.options() }
    ) throws -> StageOutcome {
        try run(
            Stage.name, plan: path, isAnew: isAnew, inputs: { try inputs(stage, $0, try options($0), session) },
            parts: { try parts(stage, $0, try options($0), session) },
            check: { try stage.check($0, try options($0), session) },
            body: { try stage.run(try StageWork($0, try options($0.plan), session)) })
    }

    /// Refuses, before a chain writes anything, what one of its stages would refuse later.
    public static func check<Stage: AuditStage>(
        _ stage: Stage.Type, _ plan: PlanFile, session: AuditSession,
        options: (PlanFile) throws -> Stage.Options = { try $0.settings.options() }
    ) throws {
        let wanted = try options(plan)
        guard plan.results[Stage.name]?.inputs != (try inputs(stage, plan, wanted, session)).hex else { return }
        try stage.check(plan, wanted, session)
    }

    /// What `inputs` is the digest of.
    static func parts<Stage: AuditStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ options: Stage.Options, _ session: AuditSession
    ) throws -> [InputPart] {
        var parts = [
            InputPart(.version, assayVersion),
            InputPart(.dataset, try session.state(of: try session.dataset(plan.settings.dataset)).hex),
        ]
        for setting in options.contents {
            var digest = DigestBuilder()
            try session.add([setting], to: &digest)
            parts.append(InputPart(.setting(setting.key), digest.finish().hex))
        }
        for need in Stage.needs { parts.append(InputPart(.stage(need), plan.results[need]?.inputs ?? "none")) }
        var rest = DigestBuilder()
        try Stage.addInputs(plan, options, to: &rest)
        return parts + [InputPart(.rest, rest.finish().hex)]
    }

    static func inputs<Stage: AuditStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ options: Stage.Options, _ session: AuditSession
    ) throws -> ContentDigest {
        var digest = DigestBuilder()
        digest.update(field: assayVersion)
        digest.update(field: try session.state(of: try session.dataset(plan.settings.dataset)).hex)
        try session.add(options.contents, to: &digest)
        for need in Stage.needs { digest.update(field: plan.results[need]?.inputs ?? "none") }
        try Stage.addInputs(plan, options, to: &digest)
        return digest.finish()
    }
}
