import FileReading
import Sharding
import ToolOptions
import YOLODataset

/// What one command works with: datasets, their listings and the digests of files, each opened once.
///
/// A session sees the dataset as it was when it was first asked. What changes afterwards has another digest in the next
/// command, so results that were made meanwhile do not pass for current.
public final class AuditSession {
    /// Worker threads; results do not depend on it.
    public let jobs: Int
    /// Asked by workers between images; once true, the command ends with `CancellationError`.
    public let isCancelled: @Sendable () -> Bool
    /// Told in a sentence what is no part of any result, such as a time.
    public let note: @Sendable (String) -> Void
    private let report: @Sendable (_ stage: StageName, _ done: Int, _ total: Int) -> Void

    /// Whether text may have colours.
    public let hasColour: Bool

    private var datasets: [[String]: Dataset] = [:]
    private var states: [String: ContentDigest] = [:]
    private var files: [String: ContentDigest] = [:]
    private var parts: [StageName: PartCollection] = [:]

    /// - Parameters:
    ///   - jobs: worker threads; no result depends on it.
    ///   - note: told in a sentence what is no part of any result.
    ///   - progress: called from any thread.
    public init(
        jobs: Int, hasColour: Bool = false, isCancelled: @Sendable @escaping () -> Bool = { false },
        note: @Sendable @escaping (String) -> Void = { _ in },
        progress: @Sendable @escaping (_ stage: StageName, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
    ) {
        self.jobs = jobs
        self.hasColour = hasColour
        self.isCancelled = isCancelled
        self.note = note
        report = progress
    }

    /// What is told how much of a stage is done, of how much, from any thread.
    public func progress(of stage: StageName) -> @Sendable (_ done: Int, _ total: Int) -> Void {
        let report = report
        return { report(stage, $0, $1) }
    }

    /// The dataset of a data.yaml, the same one whenever it is asked for.
    ///
    /// - Throws: `FileError` as `Dataset.open`, and where there is nothing to work with.
    public func dataset(_ path: String) throws -> Dataset { try dataset(path, readBy: .ultralytics).usable() }

    /// The dataset as a trainer reads it, even where the trainer does not start on it.
    ///
    /// - Parameter place: where training is started; nil for the folder from which the splits are found.
    /// - Throws: `FileError` as `Dataset.open`.
    public func dataset(_ path: String, readBy trainer: Trainer, startedIn place: TrainingPlace? = nil) throws
        -> Dataset
    {
        let key = Self.key(path, trainer, place)
        if let known = datasets[key] { return known }
        let dataset = try Dataset.open(path, trainer: trainer, startedIn: place).keepingListings()
        datasets[key] = dataset
        return dataset
    }

    private static func key(_ path: String, _ trainer: Trainer, _ place: TrainingPlace?) -> [String] {
        [Paths.absolute(path), trainer.rawValue, place?.workingFolder ?? ""]
    }

    /// The dataset that an argument names: itself, or a plan's.
    public func dataset(_ input: AuditInput) throws -> Dataset { try dataset(path(of: input)) }

    /// The data.yaml that an argument names: itself, or a plan's.
    public func path(of input: AuditInput) throws -> String {
        switch input {
        case .dataset(let path): path
        case .plan(let path): try PlanFile.load(path).settings.dataset
        }
    }

    /// Of data.yaml, labels, and sizes and times of images.
    public func state(of dataset: Dataset) throws -> ContentDigest {
        if let known = states[dataset.yamlPath] { return known }
        let state = try dataset.digestOfState(jobs: jobs, isCancelled: isCancelled)
        states[dataset.yamlPath] = state
        return state
    }

    /// Takes what a manifest says of a plan's dataset for what is there: nothing is listed or read again.
    func adopt(_ manifest: ShardManifest, of plan: PlanFile) throws {
        let path = plan.settings.dataset
        for trainer in Trainer.allCases {
            guard let folders = manifest.folders(of: trainer.rawValue) else { continue }
            let dataset = try Dataset.open(path, trainer: trainer).listed(as: folders)
            datasets[Self.key(path, trainer, nil)] = dataset
            states[dataset.yamlPath] = manifest.state
        }
    }

    /// Gives the parts that workers have made to the next run of a stage.
    func hand(_ collection: PartCollection, to stage: StageName) { parts[stage] = collection }

    /// The parts that workers have made of a stage; nil where the stage looks at the images itself.
    func parts(of stage: StageName) -> PartCollection? { parts[stage] }

    /// Of a file's bytes.
    public func digest(ofFile path: String) throws -> ContentDigest {
        let path = Paths.absolute(path)
        if let known = files[path] { return known }
        let digest = try ContentDigest.ofFile(path)
        files[path] = digest
        return digest
    }

    /// Adds what settings say: files by their contents, everything else by its text.
    public func add(_ settings: [SettingContent], to digest: inout DigestBuilder) throws {
        for setting in settings {
            digest.update(field: setting.key)
            digest.update(field: try setting.file.map { try self.digest(ofFile: $0).hex } ?? setting.text ?? "")
        }
    }
}

/// The argument of a tool: a plan, or a dataset alone.
public enum AuditInput: Sendable {
    case plan(String)
    case dataset(String)
}
