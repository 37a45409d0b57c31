/// Values as one text: separated by commas, with a backslash before a comma or an equals sign that is meant.
public enum ListText {
    /// The elements, without blanks around them; empty ones are left out.
    public static func elements(_ text: String) -> [String] {
        split(text, at: ",").map { unescaped(trimmed($0)) }.filter { !$0.isEmpty }
    }

    public static func text(_ elements: [String]) -> String { elements.map { escaped($0) }.joined(separator: ",") }

    /// `key=value,…` in the order of the text; a value is split no further.
    ///
    /// - Throws: `SettingError` where an entry has no equals sign, or a key stands twice.
    public static func entries(_ text: String) throws -> [(key: String, value: String)] {
        var seen: Set<String> = []
        return try split(text, at: ",").map(trimmed).filter { !$0.isEmpty }.map { entry in
            let parts = split(entry, at: "=")
            guard parts.count >= 2, let value = parts.last else {
                throw SettingError("“\(entry)” has no equals sign", "write name=value, separated by commas")
            }
            let key = unescaped(trimmed(parts.dropLast().joined(separator: "=")))
            guard seen.insert(key).inserted else {
                throw SettingError("“\(key)” stands here a second time", "remove one of the two")
            }
            return (key, unescaped(trimmed(value)))
        }
    }

    public static func text(_ entries: [(key: String, value: String)]) -> String {
        entries.map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: ",")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, letter in
            if ["\\", ",", "="].contains(letter) { out.append("\\") }
            out.append(letter)
        }
    }

    /// Cuts at separators that no backslash precedes; backslashes stay.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isEscaped = false
        for letter in text {
            if letter == separator, !isEscaped {
                parts.append("")
            } else {
                parts[parts.count - 1].append(letter)
            }
            isEscaped = letter == "\\" && !isEscaped
        }
        return parts
    }

    private static func unescaped(_ text: String) -> String {
        var out = ""
        var isEscaped = false
        for letter in text {
            if letter == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            // Only what `escaped` writes is taken back: a Windows path keeps its backslashes.
            if isEscaped, !["\\", ",", "="].contains(letter) { out.append("\\") }
            out.append(letter)
            isEscaped = false
        }
        return isEscaped ? out + "\\" : out
    }

    private static func trimmed(_ text: String) -> String {
        var part = text[...]
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}
