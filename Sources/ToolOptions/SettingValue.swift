import ArgumentParser

/// The type of a setting: it knows what may be written, and checks itself.
///
/// `description` is the text that reads back as the same value; it is what a digest is made of.
public protocol SettingValue: SettingSlot, Hashable, CustomStringConvertible {
    /// What may be written.
    static var form: SettingForm { get }

    /// Reads the text of an option, or of a plan's value.
    ///
    /// - Throws: `SettingError` where the text is not of the form.
    init(setting text: String) throws

    /// The text as it is meant in a plan of this folder: paths are relative to it.
    static func text(_ text: String, inPlanOf folder: String) -> String

    /// The file that the value names; nil for values that are no files.
    var file: String? { get }
}

/// A text that a setting does not take; the caller says which setting, and where it stands.
public struct SettingError: Error, CustomStringConvertible, Hashable {
    /// What is wrong; nil where the text is simply not of the form.
    public let message: String?
    /// What to write instead.
    public let wayOut: String

    /// - Parameter message: nil where the text is simply not of the form.
    public init(_ message: String?, _ wayOut: String) { (self.message, self.wayOut) = (message, wayOut) }

    /// What follows the option and its value.
    public var description: String { message.map { "\($0); \(wayOut)" } ?? wayOut }
}

extension SettingValue {
    public var file: String? { nil }

    public static func text(_ text: String, inPlanOf folder: String) -> String { text }

    /// That a text is not of the form.
    public static func refusal(of text: String) -> SettingError {
        SettingError(nil, "write \(form.wanted)")
    }

    /// The help of an option of this type: what a person wrote, and what the type knows.
    static func help(_ text: String, otherwise: String? = nil) -> ArgumentHelp {
        ArgumentHelp(stringLiteral: SettingHelp.text(text, form, otherwise: otherwise))
    }

    static var completion: CompletionKind {
        switch form {
        case .words(let words): .list(words)
        case .path: .file()
        default: .default
        }
    }
}

/// A setting that is one of some words: an enumeration with texts.
public protocol SettingWord: SettingValue, CaseIterable, RawRepresentable where RawValue == String {}

extension SettingWord {
    public static var form: SettingForm { .words(allCases.map(\.rawValue)) }

    public init(setting text: String) throws {
        guard let word = Self(rawValue: text) else { throw Self.refusal(of: text) }
        self = word
    }

    public var description: String { rawValue }
}

/// What is known of a setting's type where the type itself is not at hand.
public struct SettingTraits: Sendable {
    /// What may be written.
    public let form: SettingForm
    /// Throws `SettingError` where a text is not of the form.
    public let check: @Sendable (_ text: String) throws -> Void
    /// As `SettingValue.text(_:inPlanOf:)`.
    public let inPlan: @Sendable (_ text: String, _ folder: String) -> String
}

/// What an option of a setting holds: a value, or none where it may be left out.
public protocol SettingSlot: Sendable {
    /// What is known of the type of the value.
    static var traits: SettingTraits { get }
    /// The text that reads back as the value; nil where there is none.
    var settingText: String? { get }
    /// As `SettingValue.file`.
    var settingFile: String? { get }
}

extension SettingValue {
    public static var traits: SettingTraits {
        SettingTraits(
            form: form, check: { _ = try Self(setting: $0) }, inPlan: { Self.text($0, inPlanOf: $1) })
    }

    public var settingText: String? { description }
    public var settingFile: String? { file }
}

extension Optional: SettingSlot where Wrapped: SettingValue {
    public static var traits: SettingTraits { Wrapped.traits }
    public var settingText: String? { self?.description }
    public var settingFile: String? { self?.file }
}

extension Option where Value: SettingValue {
    /// An option whose type says what it takes: `@Option("Number of folds.") var folds: Whole<FoldBounds> = 3`.
    ///
    /// - Parameter otherwise: what the default means, in words, where it is an empty list.
    public init(
        wrappedValue: Value, name: NameSpecification = .long, _ help: String, otherwise: String? = nil
    ) {
        self.init(
            wrappedValue: wrappedValue, name: name,
            help: Value.help(help, otherwise: otherwise ?? wrappedValue.description),
            completion: Value.completion, transform: { try Value(setting: $0) })
    }

    /// An option that must be given.
    public init(name: NameSpecification = .long, _ help: String) {
        self.init(
            name: name, help: Value.help(help), completion: Value.completion, transform: { try Value(setting: $0) })
    }
}

extension Option {
    /// An option that may be left out, whose type says what it takes.
    ///
    /// - Parameter otherwise: what holds where it is left out, in words.
    public init<Wrapped: SettingValue>(
        name: NameSpecification = .long, _ help: String, otherwise: String? = nil
    ) where Value == Wrapped? {
        self.init(
            name: name, help: Wrapped.help(help, otherwise: otherwise), completion: Wrapped.completion,
            transform: { try Wrapped(setting: $0) })
    }
}
