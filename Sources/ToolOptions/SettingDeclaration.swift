import ArgumentParser
import Foundation

/// A setting as its option declares it: plan, schema, template and table are made from these.
public struct SettingDeclaration: Sendable {
    /// In a plan: `freeze_backbone`.
    public let key: String
    /// On the command line, without dashes, the property's own name first: `freeze-backbone`.
    public let names: [String]
    /// As its option's declaration says it, one sentence or two.
    public let help: String
    /// What holds where it is left out, where no text says it: “the fastest of this build”.
    public let otherwise: String?
    /// What is known of its type.
    public let traits: SettingTraits
    /// The text of the default; nil for none.
    public let defaultText: String?

    /// The help with the limits of the type, and what holds where it is left out.
    public var helpWithLimits: String { SettingHelp.text(help, traits.form, otherwise: otherwise) }

    /// The help with the limits of the type.
    public var meaning: String { SettingHelp.text(help, traits.form) }

    /// Whether it is on the command line a flag: `--name`, `--no-name`.
    public var isFlag: Bool { traits.form == .flag }

    /// The option with a text, as one argument.
    public func argument(_ text: String) -> String {
        guard isFlag else { return "--\(names[0])=\(text)" }
        return text == "true" ? "--\(names[0])" : "--no-\(names[0])"
    }
}

/// The property wrapper of an option or a flag that is a setting.
private protocol SettingWrapper {
    var traits: SettingTraits { get }
    /// Nil where there is no value.
    var text: String? { get }
    var file: String? { get }
}

extension Option: SettingWrapper where Value: SettingSlot {
    fileprivate var traits: SettingTraits { Value.traits }
    fileprivate var text: String? { wrappedValue.settingText }
    fileprivate var file: String? { wrappedValue.settingFile }
}

extension Flag: SettingWrapper where Value == Bool {
    fileprivate var traits: SettingTraits {
        SettingTraits(
            form: .flag,
            check: { text in
                guard ["true", "false"].contains(text) else {
                    throw SettingError(nil, "write \(SettingForm.flag.wanted)")
                }
            }, inPlan: { text, _ in text })
    }
    fileprivate var text: String? { wrappedValue ? "true" : "false" }
    fileprivate var file: String? { nil }
}

private protocol GroupWrapper { var group: any ParsableArguments { get } }

extension OptionGroup: GroupWrapper {
    fileprivate var group: any ParsableArguments { wrappedValue }
}

/// What a setting says, for a digest.
public struct SettingContent: Sendable, Hashable {
    /// In a plan: `freeze_backbone`.
    public let key: String
    /// The text that reads back as the value; nil for none.
    public let text: String?
    /// The file that the value names, whose contents count instead of its name.
    public let file: String?
}

extension ParsableArguments {
    /// The settings among the parsed options, those of option groups too, in the order of their declaration.
    public var settingContents: [SettingContent] {
        wrappers(withShared: true).map { SettingContent(key: $0.key, text: $0.wrapper.text, file: $0.wrapper.file) }
    }

    private func wrappers(withShared: Bool) -> [(key: String, wrapper: any SettingWrapper)] {
        Mirror(reflecting: self).children.flatMap { child -> [(key: String, wrapper: any SettingWrapper)] in
            if let wrapper = child.value as? any GroupWrapper {
                let isLeftOut = !withShared && wrapper.group is any SharedGroup
                return isLeftOut ? [] : wrapper.group.wrappers(withShared: withShared)
            }
            guard let label = child.label, let wrapper = child.value as? any SettingWrapper else { return [] }
            return [(SettingNames.key(ofProperty: label), wrapper)]
        }
    }

    /// What the options declare, in the order of their declaration.
    ///
    /// - Precondition: every option has a default; one that must be given is no setting.
    /// - Parameter isDocumented: whether help and further names are wanted, which take a moment.
    public static func declaredSettings(withShared: Bool = true, isDocumented: Bool = false) -> [SettingDeclaration] {
        let names = isDocumented ? SettingNames(helpDump: _dumpHelp()) : nil
        guard let defaults = try? parse([]) else { preconditionFailure("\(self) holds an option without a default") }
        return defaults.wrappers(withShared: withShared).map { key, wrapper in
            let option = key.replacingOccurrences(of: "_", with: "-")
            let known = names?[option]
            let help = SettingHelp(known?.help ?? "", wrapper.traits.form)
            return SettingDeclaration(
                key: key, names: [option] + (known?.names ?? []).filter { $0 != option },
                help: help.text, otherwise: wrapper.text?.isEmpty ?? true ? help.otherwise : nil,
                traits: wrapper.traits, defaultText: wrapper.text)
        }
    }
}

/// Names and helps of options as ArgumentParser knows them.
private struct SettingNames {
    private struct Dump: Decodable {
        struct Command: Decodable { var arguments: [Argument]? }
        struct Argument: Decodable {
            struct Name: Decodable { var kind: String, name: String }
            var names: [Name]?
            var abstract: String?
        }
        var command: Command
    }

    private let arguments: [(names: [String], help: String)]

    init(helpDump: String) {
        let dump = try? JSONDecoder().decode(Dump.self, from: Data(helpDump.utf8))
        arguments = (dump?.command.arguments ?? []).map { argument in
            ((argument.names ?? []).filter { $0.kind == "long" }.map(\.name), argument.abstract ?? "")
        }
    }

    subscript(option: String) -> (names: [String], help: String)? { arguments.first { $0.names.contains(option) } }

    /// `_freezeBackbone`, as Swift names a wrapper's storage, is `freeze_backbone`.
    static func key(ofProperty label: String) -> String {
        label.drop { $0 == "_" }.reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
    }
}
