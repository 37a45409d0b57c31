import Foundation

/// The help of an option with what its type adds: limits, and what holds where it is left out.
struct SettingHelp {
    /// What a person wrote.
    let text: String
    /// What holds where the option is left out; nil where there is nothing to say.
    let otherwise: String?

    /// `Number of folds (2…20; default: 3).`
    static func text(_ text: String, _ form: SettingForm, otherwise: String? = nil) -> String {
        let parts = [form.limits, otherwise.flatMap { $0.isEmpty ? nil : "default: \($0)" }].compactMap(\.self)
        guard !parts.isEmpty else { return text }
        return (text.hasSuffix(".") ? String(text.dropLast()) : text) + " (\(parts.joined(separator: "; ")))."
    }

    /// Takes a help that `text` has made apart.
    init(_ help: String, _ form: SettingForm) {
        let limits = form.limits.map { " (\($0)" }
        let start = [limits.map { $0 + "; default: " }, limits.map { $0 + ")." }, " (default: "].compactMap(\.self)
            .first { help.contains($0) }
        guard let start, help.hasSuffix(")."), let place = help.range(of: start, options: .backwards) else {
            (text, otherwise) = (help, nil)
            return
        }
        text = help[..<place.lowerBound] + "."
        otherwise = place.upperBound == help.endIndex ? nil : String(help[place.upperBound...].dropLast(2))
    }
}
