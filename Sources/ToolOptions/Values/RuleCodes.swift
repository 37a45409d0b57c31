import Findings
import LabelRules

/// Codes of rules, or beginnings of them, that the registry knows: `B`, `D00`, `B003`, or `ALL`.
public struct CodeList: SettingValue, ExpressibleByArrayLiteral {
    /// As they were written: codes, or their beginnings.
    public let codes: [String]

    public static var form: SettingForm { .list(.text("the code of a rule or its beginning, such as B003 or D")) }

    public init(setting text: String) throws {
        codes = ListText.elements(text)
        try Self.check(codes)
    }

    public init(arrayLiteral elements: String...) { codes = elements }

    public var description: String { ListText.text(codes) }

    /// - Throws: `SettingError` for the first code that no rule's code begins with.
    static func check(_ codes: [String]) throws {
        let known = RuleRegistry.documentation.map(\.code)
        guard let unknown = FindingSelection(select: codes).unknown(codes: known).first else { return }
        throw SettingError(
            "no rule's code begins with “\(unknown)”",
            "the codes are \(known.joined(separator: " ")); assay-labels explain --all tells what each looks for")
    }
}

/// Path patterns, in which `*` stands for any text, with the codes that are ignored there: `legacy/*=B003+D`.
public struct PathCodes: SettingValue, ExpressibleByDictionaryLiteral {
    /// Codes, or their beginnings, by path pattern.
    public let codes: [String: [String]]

    public static var form: SettingForm {
        .map(.list(.text("the code of a rule or its beginning, such as B003 or D")))
    }

    public init(setting text: String) throws {
        codes = Dictionary(
            uniqueKeysWithValues: try ListText.entries(text).map { pattern, codes in
                (pattern, codes.split(separator: "+").map(String.init))
            })
        try CodeList.check(codes.sorted { $0.key < $1.key }.flatMap(\.value))
    }

    public init(dictionaryLiteral elements: (String, [String])...) {
        codes = Dictionary(uniqueKeysWithValues: elements)
    }

    public var description: String {
        ListText.text(codes.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: "+")) })
    }
}

/// Severities by code, or by the beginning of codes: `B009=warning,P=note`.
public struct SeverityMap: SettingValue, ExpressibleByDictionaryLiteral {
    /// By code, or by the beginning of codes.
    public let severities: [String: Severity]

    public static var form: SettingForm { .map(Severity.form) }

    public init(setting text: String) throws {
        severities = Dictionary(
            uniqueKeysWithValues: try ListText.entries(text).map { ($0.key, try Severity(setting: $0.value)) })
        try CodeList.check(severities.keys.sorted())
    }

    public init(dictionaryLiteral elements: (String, Severity)...) {
        severities = Dictionary(uniqueKeysWithValues: elements)
    }

    public var description: String {
        ListText.text(severities.sorted { $0.key < $1.key }.map { ($0.key, $0.value.rawValue) })
    }
}

/// Limits of rules by name: `min_side=3,max_aspect=50`.
public struct ThresholdMap: SettingValue, ExpressibleByDictionaryLiteral {
    /// With what was written in place of the defaults.
    public let thresholds: CheckThresholds

    public static var form: SettingForm {
        .record(RuleRegistry.thresholds.map { SettingField($0.name, .number($0.range)) })
    }

    public init(setting text: String) throws {
        var thresholds = CheckThresholds()
        for (name, text) in try ListText.entries(text) {
            guard let value = Double(text) else {
                throw SettingError("“\(text)” of \(name) is no number", "write for example \(name)=1")
            }
            do { try thresholds.set(name, to: value) } catch {
                throw SettingError(error.description, "or leave it out for the default")
            }
        }
        self.thresholds = thresholds
    }

    public init(dictionaryLiteral elements: (String, Double)...) { thresholds = CheckThresholds() }

    public var description: String {
        ListText.text(thresholds.entries.map { ($0.name, String($0.value)) })
    }
}
