import FileReading

/// A stage that several machines can divide among them.
public enum ShardedStageName: String, SettingWord {
    case labels, toxic

    /// Among all stages.
    public var name: StageName {
        switch self {
        case .labels: .labels
        case .toxic: .toxic
        }
    }

    /// Nil of a stage that is not divided.
    public init?(_ stage: StageName) { self.init(rawValue: stage.rawValue) }
}

/// Stages that several machines can divide among them.
public struct ShardedStageList: SettingValue, ExpressibleByArrayLiteral {
    /// In the order given.
    public let stages: [StageName]

    public static var form: SettingForm { .list(.words(ShardedStageName.allCases.map(\.rawValue))) }

    public init(setting text: String) throws {
        let words = ListText.elements(text)
        stages = try words.map { word in
            guard let stage = ShardedStageName(rawValue: word) else {
                throw SettingError(
                    "the stage “\(word)” cannot be divided",
                    "name \(ShardedStageName.allCases.map(\.rawValue).joined(separator: ", ")), or some of them")
            }
            return stage.name
        }
        guard !stages.isEmpty else { throw SettingError("no stage is named", "write for example [labels, toxic]") }
        if Set(stages).count < stages.count { throw SettingError("a stage is named twice", "name each once") }
    }

    public init(arrayLiteral elements: String...) {
        guard let list = try? ShardedStageList(setting: ListText.text(elements)) else {
            preconditionFailure("a default that is no list of stages")
        }
        self = list
    }

    public var description: String { ListText.text(stages.map(\.rawValue)) }
}

/// How many shards a stage has: `auto`, or a number.
public struct ShardCount: SettingValue, ExpressibleByStringLiteral {
    /// Nil for `auto`.
    public let count: Int?

    public static var form: SettingForm {
        .text("auto, or a whole number from \(ShardBounds.range.lowerBound) to \(ShardBounds.range.upperBound)")
    }

    public init(setting text: String) throws {
        guard text != "auto" else {
            count = nil
            return
        }
        guard let number = Int(text), ShardBounds.range.contains(number) else { throw Self.refusal(of: text) }
        count = number
    }

    public init(stringLiteral text: String) {
        guard let value = try? ShardCount(setting: text) else { preconditionFailure("a default that is no count") }
        self = value
    }

    public var description: String { count.map { String($0) } ?? "auto" }
}

/// Workers at once.
public enum WorkerBounds: WholeBounds { public static let range = 1...100_000 }
/// How often something is tried again.
public enum RetryBounds: WholeBounds { public static let range = 0...100 }

/// The path of an executable on machines that work; not a file of this one.
public struct ProgramPath: SettingValue {
    /// A name that is looked for in `PATH`, or a path.
    public let path: String

    public static var form: SettingForm { .text("the path of an executable") }

    public init(setting text: String) throws {
        guard !text.isEmpty, !text.hasPrefix("-"), text.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
            throw Self.refusal(of: text)
        }
        path = text
    }

    public var description: String { path }
}

/// A partition of Slurm, or several with commas between them.
public struct PartitionName: SettingValue {
    /// As Slurm has it.
    public let name: String

    public static var form: SettingForm { .text("the name of a partition") }

    public init(setting text: String) throws {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.,".contains($0)) }),
            text.first != "-"
        else { throw Self.refusal(of: text) }
        name = text
    }

    public var description: String { name }
}

/// Options of sbatch: each with its dashes, and its value behind an equals sign.
public struct SubmissionOptions: SettingValue, ExpressibleByArrayLiteral {
    /// In the order given.
    public let texts: [String]

    /// Those that Assay gives itself, and what says the same in a plan.
    private static let taken: [String: String] = [
        "array": "cluster.shards and cluster.workers", "cpus-per-task": "cluster.cpus", "mem": "cluster.memory",
        "time": "cluster.time", "partition": "cluster.partition", "parsable": "nothing", "output": "nothing",
        "error": "nothing", "dependency": "nothing", "wrap": "nothing", "wait": "nothing", "chdir": "nothing",
        "job-name": "nothing", "nodes": "nothing", "ntasks": "nothing", "test-only": "nothing", "help": "nothing",
    ]

    public static var form: SettingForm { .list(.text("an option of sbatch such as --account=vision")) }

    public init(setting text: String) throws {
        texts = ListText.elements(text)
        for text in texts {
            let name = text.dropFirst(2).prefix { $0 != "=" }
            guard text.hasPrefix("--"), !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                throw SettingError("“\(text)” is no long option", "write for example --account=vision")
            }
            if let instead = Self.taken[String(name)] {
                let wayOut = instead == "nothing" ? "leave it out" : "use \(instead)"
                throw SettingError("--\(name) is given to sbatch already", wayOut)
            }
        }
    }

    public init(arrayLiteral elements: String...) { texts = elements }

    public var description: String { ListText.text(texts) }
}

/// The image of a container.
public struct ImageName: SettingValue {
    /// As a registry has it.
    public let text: String

    public static var form: SettingForm { .text("the name of an image, as registry/assay:1") }

    public init(setting text: String) throws {
        guard !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw Self.refusal(of: text) }
        self.text = text
    }

    public var description: String { text }
}

/// A name as Kubernetes has it: lower-case letters, digits and dashes.
public struct NamespaceName: SettingValue {
    /// Up to 63 letters.
    public let text: String

    public static var form: SettingForm { .text("lower-case letters, digits and dashes") }

    public init(setting text: String) throws {
        guard Self.isName(text) else { throw Self.refusal(of: text) }
        self.text = text
    }

    public var description: String { text }

    static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
    }
}

/// Persistent volume claims with the paths at which containers have them: `vision=/data`.
public struct VolumeMap: SettingValue, ExpressibleByDictionaryLiteral {
    /// In the order of the claims' names.
    public let paths: [(claim: String, path: String)]

    public static var form: SettingForm { .map(.text("an absolute path")) }

    public init(setting text: String) throws {
        paths = try ListText.entries(text).map { claim, path in
            guard NamespaceName.isName(claim) else {
                throw SettingError("“\(claim)” is no name of a claim", "write \(NamespaceName.form.wanted)")
            }
            guard path.hasPrefix("/"), !path.contains(":"), path.utf8.allSatisfy({ $0 >= 0x20 }) else {
                throw SettingError("“\(path)” is no absolute path", "write for example \(claim): /data")
            }
            return (claim, path)
        }.sorted { $0.claim < $1.claim }
    }

    public init(dictionaryLiteral elements: (String, String)...) { paths = elements.map { ($0, $1) } }

    public var description: String { ListText.text(paths.map { ($0.claim, $0.path) }) }

    public static func == (a: VolumeMap, b: VolumeMap) -> Bool { a.description == b.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
