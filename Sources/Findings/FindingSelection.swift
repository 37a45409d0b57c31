/// Which findings a person wants to see: codes or their beginnings (`B`, `B00`, `B003`), and places to leave out.
public struct FindingSelection: Sendable, Hashable {
    /// Empty for all.
    public var select: [String]
    /// Left out, also of what is selected.
    public var ignore: [String]
    /// Path patterns with the codes that are ignored there; `*` stands for any text.
    public var ignoredAt: [String: [String]]

    /// Codes are taken in either case; whether there are such rules, `unknown(codes:)` says.
    public init(select: [String] = [], ignore: [String] = [], ignoredAt: [String: [String]] = [:]) {
        self.select = select.map { $0.uppercased() }
        self.ignore = ignore.map { $0.uppercased() }
        self.ignoredAt = ignoredAt.mapValues { $0.map { $0.uppercased() } }
    }

    /// Codes that no rule's code begins with: slips of the pen.
    public func unknown(codes: [String]) -> [String] {
        (select + ignore + ignoredAt.sorted { $0.key < $1.key }.flatMap(\.value)).filter { wanted in
            wanted != "ALL" && !codes.contains { $0.hasPrefix(wanted) }
        }
    }

    /// Whether a finding is selected, and ignored neither everywhere nor where it lies.
    public func keeps(_ finding: Finding) -> Bool {
        func matches(_ codes: [String]) -> Bool { codes.contains { $0 == "ALL" || finding.code.hasPrefix($0) } }
        if !select.isEmpty, !matches(select) { return false }
        if matches(ignore) { return false }
        return !ignoredAt.contains { Self.matches(finding.file, $0.key) && matches($0.value) }
    }

    /// Whether a text fits a pattern in which `*` stands for any text, also none.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map { Array($0.utf8) }
        var rest = Array(text.utf8)[...]
        guard let first = parts.first, rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        guard parts.count > 1 else { return rest.isEmpty }
        for part in parts[1..<parts.count - 1] {
            guard let at = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(at + part.count)...]
        }
        return rest.count >= (parts.last?.count ?? 0)
            && rest.suffix(parts.last?.count ?? 0).elementsEqual(parts.last ?? [])
    }
}
