/// Counts with what is counted, in the one place that knows plural forms.
public enum Counted {
    /// `1 image`, `12,345 images`, `2 boxes`, `3 classes`, `0 entries`.
    ///
    /// - Parameter plural: where the noun's is not regular.
    public static func text(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(number(count)) \(count == 1 ? noun : plural ?? self.plural(noun))"
    }

    /// The regular plural of a noun, of its last word where there are several.
    public static func plural(_ noun: String) -> String {
        let vowels: Set<Character> = ["a", "e", "i", "o", "u"]
        if noun.hasSuffix("y"), let before = noun.dropLast().last, !vowels.contains(before) {
            return noun.dropLast() + "ies"
        }
        // Its "ch" is a "k".
        if noun.hasSuffix("epoch") { return noun + "s" }
        let hisses = ["s", "x", "z", "ch", "sh"].contains { noun.hasSuffix($0) }
        return noun + (hisses ? "es" : "s")
    }

    /// A whole number as people read it: `12,345`; up to four digits as they are.
    public static func number(_ count: Int) -> String {
        let digits = String(count.magnitude)
        guard digits.count > 4 else { return String(count) }
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.append(rest.suffix(3))
            rest = rest.dropLast(3)
        }
        return (count < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }
}
