import FileReading
import ToolOptions
import YAMLText

/// The text of a new plan: every setting with its default and what it means, as its option declares it.
public struct PlanTemplate {
    /// As the plan is to name it.
    public var dataset: String
    /// Settings that are not left at their defaults, by stage and key, as text of their options; nil: at the top.
    private var values: [StageName?: [String: String]] = [:]
    /// Optional stages whose blocks count; those of the others are comments.
    public var included: Set<StageName> = []
    /// The splits that the dataset has: a default names no others.
    public var splits: [String]
    /// Where editors find the schema, relative to the plan.
    public var schema: String?

    /// - Parameters:
    ///   - dataset: path of the data.yaml as the plan is to have it.
    ///   - splits: those that it declares.
    public init(dataset: String, splits: [String]) {
        self.dataset = dataset
        self.splits = splits
    }

    /// Gives a setting another value than its default.
    ///
    /// - Parameters:
    ///   - stage: nil for a setting at the top of the plan.
    ///   - text: of its option.
    public mutating func set(_ key: String, of stage: StageName? = nil, to text: String) {
        values[stage, default: [:]][key] = text
    }

    public var text: String {
        var lines: [String] = []
        if let schema { lines.append("# yaml-language-server: $schema=\(schema)") }
        lines += [
            "# The plan of an audit. Run it with: assay run plan.yaml",
            "# Paths are relative to this file. Comments are yours and are kept.", "",
            "dataset: \(YAMLEmitter.scalar(dataset))",
        ]
        lines += settings(SharedOptions.declaredSettings(isDocumented: true), of: nil, indent: "")
        for stage in StageName.allCases {
            lines.append("")
            if stage == .probe {
                lines += [
                    "# A short training on parts of the dataset: each image is then judged by a model that has not seen its labels,",
                    "# which is what finds wrong ones. Minutes on a plain machine. Without this block the stage is left out.",
                ]
            }
            if stage == .curves {
                lines += [
                    "# Logs of trainings on this dataset, as YOLOv5, YOLOv7 and Ultralytics leave them: what is wrong in their curves, and",
                    "# which images and labels it points at. Without this block the stage is left out.",
                ]
            }
            let block =
                ["\(stage.rawValue):"]
                + settings(stage.options.blockSettings(isDocumented: true), of: stage, indent: "  ")
            lines += stage.isOptional && !included.contains(stage) ? block.map { "# " + $0 } : block
        }
        let cluster = settings(ClusterOptions.declaredSettings(isDocumented: true), of: nil, indent: "  ")
        lines += [
            "",
            "# Stages that look at every image, divided among machines or processes that see the same files: docs/scale.md. The",
            "# same results, byte for byte. Programs are started by assay run --cluster alone; without this block everything runs on",
            "# this machine.",
        ]
        lines += (["\(ClusterOptions.block):"] + cluster).map { "# " + $0 }
        return lines.joined(separator: "\n") + "\n\n\n"
    }

    private func settings(_ declared: [SettingDeclaration], of stage: StageName?, indent: String) -> [String] {
        declared.map { setting in
            let given = values[stage]?[setting.key] ?? setting.defaultText
            return
                "\(indent)\(setting.key): \(yaml(given, setting.traits.form, isSplits: setting.key == "splits"))  # \(setting.helpWithLimits)"
        }
    }

    /// The text of an option as the value of a plan.
    ///
    /// - Parameter isSplits: whether it names splits, of which only those that are there are written.
    private func yaml(_ text: String?, _ form: SettingForm, isSplits: Bool) -> String {
        guard let text else { return "null" }
        switch form {
        case .flag, .whole, .number: return text
        case .list:
            let elements = ListText.elements(text).filter { !isSplits || splits.contains($0) }
            return "[" + elements.map(YAMLEmitter.scalar).joined(separator: ", ") + "]"
        case .map, .record:
            let entries = (try? ListText.entries(text)) ?? []
            return "{" + entries.map { "\(YAMLEmitter.scalar($0.key)): \($0.value)" }.joined(separator: ", ") + "}"
        case .words, .text, .path: return Double(text) == nil ? YAMLEmitter.scalar(text) : text
        }
    }
}
