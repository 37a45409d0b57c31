/// A word of a fixed list, written as its raw value in files, rows and texts.
public protocol Word: RawRepresentable<String>, Codable, Hashable, Sendable, CaseIterable, CustomStringConvertible {}

extension Word {
    /// The raw value, never the name of the case.
    public var description: String { rawValue }

    /// - Throws: `UnknownWord` where the text is none of the list.
    public init(word: String, at place: String = "") throws {
        guard let known = Self(rawValue: word) else {
            throw UnknownWord(word: word, place: place, known: Self.allCases.map(\.rawValue))
        }
        self = known
    }

    /// - Throws: `UnknownWord` with the key or column that it stands in.
    public init(from decoder: any Decoder) throws {
        try self.init(
            word: decoder.singleValueContainer().decode(String.self), at: decoder.codingPath.last?.stringValue ?? "")
    }
}

/// A word that this version does not know: somebody's slip, or of a newer version.
public struct UnknownWord: Error, Hashable {
    /// As it was found.
    public let word: String
    /// The key or column that holds it; empty where it has none.
    public let place: String
    /// The list that it should be of.
    public let known: [String]
}
