import ArgumentParser

/// What starts workers on other machines, or here.
public enum ClusterEngineName: String, SettingWord {
    /// Nothing: every stage runs in this process.
    case none
    /// A command that a person writes.
    case command
    /// Arrays of Slurm.
    case slurm
    /// Indexed Jobs of Kubernetes.
    case kubernetes
}

/// The plan's block `cluster`: who works on the shards of a stage. It stands in no digest: results do not depend on it.
///
/// `assay run` alone takes it; there are no options of a command line.
public struct ClusterOptions: ParsableArguments, Sendable {
    @Option("What starts the workers.")
    public var engine = ClusterEngineName.none

    @Option("Stages that are divided.")
    public var stages: ShardedStageList = ["labels", "toxic"]

    @Option("Shards of each stage; auto: four a worker, but not of fewer than 256 images.")
    public var shards: ShardCount = "auto"

    @Option("Workers at once.", otherwise: "4; as many as Slurm gives")
    public var workers: Whole<WorkerBounds>?

    @Option("Threads of a worker.")
    public var cpus: Whole<JobBounds> = 1

    @Option("How often shards that are still missing are started again.")
    public var retries: Whole<RetryBounds> = 3

    @Option("The shell command that starts workers: docs/scale.md has its words in braces.")
    public var command: WorkerCommand?

    @Option("The path of assay on the machines that work.", otherwise: "that of this one; in Kubernetes assay")
    public var program: ProgramPath?

    @Option("How long a task of Slurm, or a pod, may take, as 90m or 2h.", otherwise: "what Slurm or Kubernetes say")
    public var time: TimeBudget?

    @Option("Gigabytes of memory for a worker.", otherwise: "what Slurm or Kubernetes say")
    public var memory: Whole<MemoryBounds>?

    @Option("The partition of Slurm.", otherwise: "Slurm's")
    public var partition: PartitionName?

    @Option("Further options of sbatch, such as --account=vision.")
    public var options: SubmissionOptions = []

    @Option("The image of the containers; it holds this very assay.")
    public var image: ImageName?

    @Option(
        "Persistent volume claims of Kubernetes with the paths at which they hold plan and dataset, as vision=/data.")
    public var volumes: VolumeMap = [:]

    @Option("The namespace of Kubernetes.", otherwise: "kubectl's")
    public var namespace: NamespaceName?

    public init() {}

    /// The block's name.
    public static let block = "cluster"

    /// A setting that the block has wrong: which, what, and the way out.
    public struct Problem: Error, Hashable {
        /// The key; nil for the block as a whole.
        public let key: String?
        /// To follow the setting's name.
        public let message: String
        /// What to do about it.
        public let wayOut: String
    }

    /// What has no effect with the engine, or is missing for it; nil where all is well.
    ///
    /// - Parameter given: the keys that a person has written.
    public func problem(given: [String]) -> Problem? {
        guard engine != .none else { return nil }
        // A default that is written out, as assay plan init does, asks for nothing.
        let defaults = Dictionary(
            Self.declaredSettings().map { ($0.key, $0.defaultText) }, uniquingKeysWith: { first, _ in first })
        let changed = settingContents.filter { defaults[$0.key] != $0.text }.map(\.key)
        let given = given.filter(changed.contains)
        for key in given {
            let engines = Self.engines(of: key)
            guard engines.contains(engine) else {
                return Problem(
                    key: key, message: "has no effect with the engine \(engine)",
                    wayOut: "remove it; it is of \(engines.map(\.rawValue).joined(separator: " and "))")
            }
        }
        switch engine {
        case .command: return commandProblem(given: given)
        case .kubernetes: return kubernetesProblem
        case .none, .slurm: return nil
        }
    }

    private var kubernetesProblem: Problem? {
        guard image != nil else {
            return Problem(
                key: "engine", message: "is kubernetes, but there is no image of the containers",
                wayOut: "add image: with one that holds this very assay")
        }
        guard !volumes.paths.isEmpty else {
            return Problem(
                key: "engine", message: "is kubernetes, but there are no volumes with plan and dataset",
                wayOut: "add for example: volumes: {vision: /data}")
        }
        return nil
    }

    private func commandProblem(given: [String]) -> Problem? {
        guard let command else {
            return Problem(
                key: "engine", message: "is command, but there is none",
                wayOut: "add for example: command: \"{work} --shard {index}\"")
        }
        let uses: [(key: String, words: [WorkerCommand.Word])] = [
            ("workers", [.index, .workers]), ("cpus", [.work, .cpus]), ("program", [.work, .assay]),
        ]
        for (key, words) in uses where given.contains(key) && !words.contains(where: command.words.contains) {
            if key == "workers", shards.count == nil { continue }
            return Problem(
                key: key, message: "has no effect: the command has no \(words.map(\.text).joined(separator: " or "))",
                wayOut: "use it there, or remove the setting")
        }
        return nil
    }

    /// The engines that take a setting.
    static func engines(of key: String) -> [ClusterEngineName] {
        switch key {
        case "command": [.command]
        case "time", "memory": [.slurm, .kubernetes]
        case "partition", "options": [.slurm]
        case "image", "volumes", "namespace": [.kubernetes]
        default: ClusterEngineName.allCases.filter { $0 != .none }
        }
    }

    /// What the block has started here; nil where it starts nothing.
    public var startedProgram: String? {
        switch engine {
        case .none, .kubernetes: nil
        case .command: "sh -c “\(String((command?.description ?? "").prefix(200)))”"
        case .slurm: "sbatch, with tasks that run \(program?.path ?? "assay")"
        }
    }

    /// Workers at once, where an engine has to be told.
    public var workersAtOnce: Int { workers?.value ?? 4 }

    /// How many shards images are divided into where nobody says it.
    public func automaticShards(images: Int) -> Int {
        max(1, min(4 * (workers?.value ?? 16), (images + 255) / 256, ShardBounds.range.upperBound))
    }
}
