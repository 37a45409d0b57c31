import YOLODataset

/// Splits of a dataset, by name.
public struct SplitList: SettingValue, ExpressibleByArrayLiteral {
    /// In the order given.
    public let names: [String]
    /// Whether a person named them: then each must be there, while a default takes those that are.
    private let isGiven: Bool

    private static let known = ["train", "val", "test"]

    public static var form: SettingForm { .list(.words(known)) }

    public init(setting text: String) throws {
        names = ListText.elements(text)
        isGiven = true
        guard !names.isEmpty else { throw SettingError("no split is named", "write for example train,val") }
        if let unknown = names.first(where: { !Self.known.contains($0) }) {
            throw SettingError("there is no split “\(unknown)”", "the splits are \(Self.known.joined(separator: ", "))")
        }
        if Set(names).count < names.count {
            throw SettingError("a split is named twice", "name each once, as in train,val")
        }
    }

    public init(arrayLiteral elements: String...) { (names, isGiven) = (elements, false) }

    public var description: String { ListText.text(names) }

    /// The splits that the dataset has.
    ///
    /// - Throws: `FileError` naming those that are there, where a person named one that is not.
    public func names(in dataset: Dataset) throws -> [String] {
        guard !isGiven else { return try names.map { try dataset.split(named: $0).name } }
        return names.filter(dataset.splitNames.contains)
    }

    /// Two lists are one where they name the same, whoever named them.
    public static func == (a: SplitList, b: SplitList) -> Bool { a.names == b.names }
    public func hash(into hasher: inout Hasher) { hasher.combine(names) }
}
