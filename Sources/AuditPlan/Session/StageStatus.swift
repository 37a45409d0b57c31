import FileReading
import Foundation
import TextForms
import ToolOptions

/// How a stage of a plan stands: whether its results are those of what there is now, and if not, why.
public struct StageStatus: Sendable, Hashable {
    /// What a run of the plan would do with the stage.
    public enum State: String, Sendable, CaseIterable {
        /// Nothing that it reads has changed: it would be skipped.
        case current
        /// It would run again.
        case stale
        /// It has run and found that something is missing; nothing has changed since.
        case blocked
        /// It has never run, or not to its end.
        case open = "not run"
        /// The plan leaves it out.
        case absent = "not in the plan"
    }

    /// Which stage.
    public let stage: StageName
    /// What a run would do with it.
    public var state: State
    /// Why it is stale, blocked or open, in words.
    public var reasons: [String] = []
    /// When it wrote the newest of its files; nil where it has none.
    public var finished: Date?
    /// What its results say; nil where there are none.
    public var found: String?

    init(_ stage: StageName, _ state: State) { (self.stage, self.state) = (stage, state) }

    /// Whether a run of the plan would run the stage.
    public var isDue: Bool { state == .stale || state == .open }
}

extension StageStatus {
    /// - Throws: what opening the plan's dataset, its settings or its ledger throws.
    static func of<Stage: AuditStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ session: AuditSession, staleNeeds: Set<StageName>
    ) throws -> StageStatus {
        guard plan.settings.includes(Stage.name) else { return StageStatus(Stage.name, .absent) }
        guard let result = plan.results[Stage.name] else { return StageStatus(Stage.name, .open) }
        var status = StageStatus(Stage.name, result.status == .blocked ? .blocked : .current)
        status.found =
            result.status == .blocked ? plan.summary(Stage.name, "reason")?.string : Stage.found(plan)
        status.finished = newest(result.outputs, plan)
        let options: Stage.Options = try plan.settings.options()
        let digest = try StageRunner.inputs(stage, plan, options, session).hex
        guard FileManager.default.fileExists(atPath: plan.ledgerPath) else {
            status.reasons = ["the ledger \(Paths.fileName(of: plan.ledgerPath)) is gone"]
            status.state = .stale
            return status
        }
        let ledger = try Ledger(plan.ledgerPath)
        let whole = try ledger.finishedInputs(of: Stage.name)
        if whole == nil || whole != result.inputs {
            status.reasons = ["its rows in the ledger are not whole, or of another run"]
        } else if result.inputs != digest {
            let then = try ledger.finishedParts(of: Stage.name)
            let now = try StageRunner.parts(stage, plan, options, session)
            status.reasons = try reasons(then, now, plan, session, since: status.finished)
        } else if let gone = result.outputs.first(where: {
            !FileManager.default.fileExists(atPath: Paths.absolute($0, relativeTo: plan.folder))
        }) {
            status.reasons = ["\(gone) is gone"]
        }
        // What an earlier stage will find is not known yet.
        for need in Stage.needs where staleNeeds.contains(need) {
            status.reasons.append("\(need.rawValue) will run again")
        }
        if !status.reasons.isEmpty { status.state = .stale }
        return status
    }

    private static func newest(_ outputs: [String], _ plan: PlanFile) -> Date? {
        outputs.compactMap { changed(Paths.absolute($0, relativeTo: plan.folder)) }.max()
    }

    /// When a file changed last; nil where there is none.
    private static func changed(_ path: String) -> Date? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Date(
            timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }

    private static func reasons(
        _ then: [InputPart], _ now: [InputPart], _ plan: PlanFile, _ session: AuditSession, since: Date?
    ) throws -> [String] {
        guard !then.isEmpty else { return ["what it reads has changed"] }
        let known = Dictionary(then.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let reasons = try now.filter { known[$0.name] != $0.value }.map { part in
            switch part.name {
            case .version: "assay \(known[.version] ?? "of another version") made it, this is \(part.value)"
            case .dataset: try datasetChange(plan, session, since: since)
            case .setting(let key): "the setting \(key) has changed"
            case .stage(let stage): "\(stage.rawValue) has other results"
            case .rest: "what this build computes with, or what people decided, has changed"
            }
        }
        return reasons.isEmpty ? ["what it reads has changed"] : reasons
    }

    /// So many changed files are named.
    private static let named = 2

    /// Which files of the dataset have changed, as far as their times tell.
    private static func datasetChange(_ plan: PlanFile, _ session: AuditSession, since: Date?) throws -> String {
        let dataset = try session.dataset(plan.settings.dataset)
        let samples = try dataset.listSamples().samples
        let files = [dataset.yamlPath] + samples.flatMap { [$0.labelPath, $0.imagePath] }
        let changed = since.map { since in files.filter { self.changed($0).map { $0 > since } ?? false } } ?? []
        guard !changed.isEmpty else { return "files of the dataset have been added, removed or changed" }
        var names = changed.prefix(named).map(dataset.relative).joined(separator: ", ")
        if changed.count > named { names += " and \(Counted.number(changed.count - named)) more" }
        return "\(names) \(changed.count == 1 ? "has" : "have") changed"
    }
}

extension AuditChain {
    /// How each stage of a plan stands, without running any.
    ///
    /// - Throws: `FileError` where the plan, its dataset or its ledger cannot be read.
    public func status(_ plan: PlanFile, _ session: AuditSession) throws -> [StageStatus] {
        var due: Set<StageName> = []
        return try stages.map { stage in
            let status = try StageStatus.of(stage, plan, session, staleNeeds: due)
            if status.isDue { due.insert(status.stage) }
            return status
        }
    }
}
