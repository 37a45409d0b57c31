import ToolOptions

/// A piece of what a stage reads, with a digest of it: kept so that a later command can say what has changed.
public struct InputPart: Sendable, Hashable {
    /// Which piece it is.
    public enum Name: Sendable, Hashable {
        /// Of the suite.
        case version
        /// data.yaml, labels and images.
        case dataset
        /// A setting, by its key.
        case setting(String)
        /// The results of an earlier stage.
        case stage(StageName)
        /// What the stage looks at besides: the backend, the rules, decisions.
        case rest

        /// As the ledger has it.
        var text: String {
            switch self {
            case .version: "version"
            case .dataset: "dataset"
            case .setting(let key): "setting." + key
            case .stage(let stage): "stage." + stage.rawValue
            case .rest: "rest"
            }
        }

        init?(_ text: Substring) {
            switch text {
            case "version": self = .version
            case "dataset": self = .dataset
            case "rest": self = .rest
            default:
                if text.hasPrefix("setting.") {
                    self = .setting(String(text.dropFirst("setting.".count)))
                } else if text.hasPrefix("stage."),
                    let stage = StageName(rawValue: String(text.dropFirst("stage.".count)))
                {
                    self = .stage(stage)
                } else {
                    return nil
                }
            }
        }
    }

    /// Which piece it is.
    let name: Name
    /// Enough of its digest to tell two apart; the version as it is.
    let value: String

    init(_ name: Name, _ value: String) {
        self.name = name
        self.value = String(value.prefix(16))
    }

    /// On one line, as the ledger has them.
    static func text(_ parts: [InputPart]) -> String {
        parts.map { "\($0.name.text)=\($0.value)" }.joined(separator: " ")
    }

    /// What `text` made; what is not of that form is left out.
    static func list(_ text: String) -> [InputPart] {
        text.split(separator: " ").compactMap { entry in
            guard let equals = entry.lastIndex(of: "="), let name = Name(entry[..<equals]) else { return nil }
            return InputPart(name, String(entry[entry.index(after: equals)...]))
        }
    }
}
