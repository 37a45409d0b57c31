import CheckedNumbers

/// One of the keys of a record.
public struct SettingField: Sendable, Hashable {
    /// The key: `min_side`.
    public let name: String
    /// What its value may be.
    public let form: SettingForm

    /// A key and what its value may be.
    public init(_ name: String, _ form: SettingForm) { (self.name, self.form) = (name, form) }
}

/// What the text of a setting may be: the source of errors, of `--help`, of the settings table and of the JSON schema.
public indirect enum SettingForm: Sendable, Hashable {
    /// `true` or `false`; on the command line `--name` and `--no-name`.
    case flag
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// One of these.
    case words([String])
    /// Free text of a kind, such as “a time such as 10m”.
    case text(String)
    /// The path of a file or folder; in a plan relative to the plan's folder.
    case path(String)
    /// Values separated by commas; in a plan also a sequence.
    case list(SettingForm)
    /// `key=value,…` with any keys; in a plan a mapping.
    case map(SettingForm)
    /// `key=value,…` with some of these keys; in a plan a mapping.
    case record([SettingField])

    /// What is to be written, to follow “write”: “a whole number from 2 to 20”.
    public var wanted: String {
        switch self {
        case .flag: "true or false"
        case .whole(let range) where range.upperBound == .max: "a whole number from \(range.lowerBound) on"
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        case .words(let words): Self.joined(words)
        case .text(let what): what
        case .path(let what): "the path of \(what)"
        case .list(.words(let words)): "a list of \(words.joined(separator: ", "))"
        case .list(let element): "a list, each \(element.wanted)"
        case .map(let value): "names, each with \(value.wanted)"
        case .record(let fields): "numbers for some of \(fields.map(\.name).joined(separator: ", "))"
        }
    }

    /// The range or the words in short, for `--help` and tables; nil where there is nothing to say.
    public var limits: String? {
        switch self {
        case .flag, .text, .path: nil
        case .whole(let range) where range.upperBound == .max: "\(range.lowerBound)…"
        case .whole(let range): "\(range.lowerBound)…\(range.upperBound)"
        case .number(let range): "\(Self.text(range.lowerBound))…\(Self.text(range.upperBound))"
        case .words(let words): Self.joined(words)
        case .list(let element): element.limits.map { "each \($0)" }
        case .map(let value): value.limits
        case .record(let fields):
            fields.map(\.name).joined(separator: ", ")
        }
    }

    private static func joined(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// A limit as people write it: `100`, not `100.0`.
    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(clamping: value)) : String(value)
    }
}
