import FileReading
import ToolOptions
import YAMLText

/// What the person's part of a plan says: each setting as the argument of the option that declares it.
public struct PlanSettings: Sendable, Hashable {
    /// Absolute path of the data.yaml.
    public let dataset: String
    /// The settings at the top of the plan, by key.
    private let shared: [String: String]
    /// Those of each block, in the order of the plan; no entry where there is no such block.
    private let blocks: [StageName: [Given]]
    /// Those of the block `cluster`; nil where there is none.
    private let clusterBlock: [Given]?

    /// A setting that stands in a block.
    private struct Given: Sendable, Hashable {
        let key: String
        let argument: String
    }

    /// Whether the plan has a block for the stage. `assay run` leaves out the probe where it has none.
    public func hasBlock(_ stage: StageName) -> Bool { blocks[stage] != nil }

    /// Whether a run of the plan has the stage.
    public func includes(_ stage: StageName) -> Bool { !stage.isOptional || hasBlock(stage) }

    /// The plan's settings as the arguments of a stage's command. What follows them overrides them.
    ///
    /// - Parameter keys: the settings that the command has; nil for all.
    public func arguments(of stage: StageName, only keys: Set<String>? = nil) -> [String] {
        let top = stage.options.shared.sorted().compactMap { key in shared[key].map { Given(key: key, argument: $0) } }
        return (top + (blocks[stage] ?? [])).filter { keys?.contains($0.key) ?? true }.map(\.argument)
    }

    /// A stage's settings as the plan has them.
    public func options<Options: StageOptions>(_ type: Options.Type = Options.self) throws -> Options {
        try Options.parse(arguments(of: Options.stage))
    }

    /// The settings at the top of the plan.
    public func sharedOptions() throws -> SharedOptions {
        try SharedOptions.parse(shared.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Who works on the shards of a stage; nil where the plan does not say.
    public func cluster() throws -> ClusterOptions? {
        try clusterBlock.map { try ClusterOptions.parse($0.map(\.argument)) }
    }

    /// - Parameters:
    ///   - file: the plan as errors name it.
    ///   - folder: what paths in the plan are relative to.
    /// - Throws: `FileError` with line and column for whatever is not known or does not fit.
    init(_ root: YAMLNode, file: String, folder: String) throws {
        let reader = SettingsReader(file: file, folder: folder)
        guard let node = root["dataset"], let path = node.string else {
            if root["names"] != nil || root["train"] != nil {
                throw reader.error(
                    root, "is a data.yaml, not a plan", "make a plan of it: assay plan init \(file) -o plan.yaml")
            }
            throw reader.error(root, "has no dataset", "add a line such as: dataset: path/to/data.yaml")
        }
        dataset = Paths.absolute(path, relativeTo: folder)
        let declared = SharedOptions.declaredSettings()
        try reader.check(
            root,
            keys: ["dataset"] + declared.map(\.key) + ["results"] + StageName.allCases.map(\.rawValue)
                + [ClusterOptions.block])
        shared = try reader.arguments(root, declared).reduce(into: [:]) { $0[$1.key] = $1.argument }
        var blocks: [StageName: [Given]] = [:]
        for stage in StageName.allCases {
            blocks[stage] = try Self.block(stage.rawValue, of: root, stage.options.blockSettings(), reader)
        }
        self.blocks = blocks
        clusterBlock = try Self.block(ClusterOptions.block, of: root, ClusterOptions.declaredSettings(), reader)
        if let node = root[ClusterOptions.block], let given = clusterBlock {
            let options = try ClusterOptions.parse(given.map(\.argument))
            if let problem = options.problem(given: given.map(\.key)) {
                let entry = node.mapping?.first { $0.key.string == problem.key }
                let name = ([ClusterOptions.block] + [problem.key].compactMap(\.self)).joined(separator: ".")
                throw reader.error(entry?.key ?? node, "\(name) \(problem.message)", problem.wayOut)
            }
        }
    }

    /// The settings of a block; nil where the plan has no such block.
    private static func block(
        _ name: String, of root: YAMLNode, _ declared: [SettingDeclaration], _ reader: SettingsReader
    ) throws -> [Given]? {
        guard let node = root[name] else { return nil }
        guard node.mapping != nil || node.isNull else {
            throw reader.error(node, "\(name) must be a block of settings", "write one setting a line")
        }
        try reader.check(node, keys: declared.map(\.key))
        return try reader.arguments(node, declared).map { Given(key: $0.key, argument: $0.argument) }
    }
}

/// Turns the settings of a plan into arguments.
private struct SettingsReader {
    let file: String
    let folder: String

    func error(_ node: YAMLNode, _ message: String, _ wayOut: String) -> FileError {
        FileError(file: file, line: node.line, column: node.column, message: message, wayOut: wayOut)
    }

    func check(_ node: YAMLNode, keys: [String]) throws {
        for entry in node.mapping ?? [] {
            guard let key = entry.key.string, keys.contains(key) else {
                throw error(
                    entry.key, "unknown setting “\(entry.key.string ?? "")”",
                    "use one of \(keys.joined(separator: ", "))")
            }
        }
        try refuseRepeated(node)
    }

    private func refuseRepeated(_ node: YAMLNode) throws {
        if let repeated = node.duplicateKeys.first {
            throw error(repeated, "“\(repeated.string ?? "")” stands here a second time", "remove one of the two")
        }
    }

    /// The settings that a mapping gives, in its order; null leaves one at its default.
    func arguments(_ node: YAMLNode, _ declared: [SettingDeclaration]) throws -> [(key: String, argument: String)] {
        try (node.mapping ?? []).compactMap { entry in
            guard let setting = declared.first(where: { $0.key == entry.key.string }), !entry.value.isNull else {
                return nil
            }
            let text: String
            do {
                text = setting.traits.inPlan(try self.text(entry.value, setting.traits.form), folder)
                try setting.traits.check(text)
            } catch let wrong as SettingError {
                let shown = entry.value.string.map { "“\($0)”" } ?? "this"
                throw error(
                    entry.value, "\(setting.key): \(wrong.message ?? "\(shown) does not fit here")", wrong.wayOut)
            }
            guard text.isEmpty else { return (setting.key, setting.argument(text)) }
            // An empty list or mapping cannot be an argument; it is the default, or wrong.
            guard setting.defaultText?.isEmpty ?? true else {
                throw error(entry.value, "\(setting.key) is empty", "write \(setting.traits.form.wanted), or null")
            }
            return nil
        }
    }

    /// A node as the text of an option.
    private func text(_ node: YAMLNode, _ form: SettingForm) throws -> String {
        func refusal() -> SettingError { SettingError(nil, "write \(form.wanted)") }
        switch (form, node.content) {
        case (.flag, _):
            guard let flag = node.bool else { throw refusal() }
            return String(flag)
        case (.whole, _):
            // `10.0` is a whole number in YAML, too.
            return node.int.map { String($0) } ?? node.string ?? ""
        case (.list, .sequence(let nodes)):
            return ListText.text(try nodes.map { try text($0, .text("a value")) })
        case (.map(let value), .mapping(let entries)):
            return try text(entries, of: node, value)
        case (.record, .mapping(let entries)):
            return try text(entries, of: node, .text("a number"))
        default:
            guard let text = node.string else { throw refusal() }
            return text
        }
    }

    /// A mapping as `key=value,…`.
    private func text(_ entries: [YAMLNode.Entry], of node: YAMLNode, _ value: SettingForm) throws -> String {
        try refuseRepeated(node)
        return ListText.text(
            try entries.map { (key: try text($0.key, .text("a name")), value: try mapped($0.value, value)) })
    }

    /// A value of a mapping: one text, or several.
    private func mapped(_ node: YAMLNode, _ form: SettingForm) throws -> String {
        guard case .list = form, let nodes = node.sequence else { return try text(node, .text("a value")) }
        return try nodes.map { try text($0, .text("a value")) }.joined(separator: "+")
    }
}
