import FileReading
import YOLODataset
import YOLOModel

/// Which of a checkpoint's classes are those of a dataset, by their names: numbers alone say nothing, since exports sort
/// classes, and a checkpoint may know more of them.
struct ClassMatching {
    private let own: [String]
    private let theirs: [String]
    /// For each class of the dataset, the checkpoint's of the same name.
    private let byName: [Int?]

    /// Nil where one of them has no names worth the word.
    init?(_ model: DetectionModel, _ dataset: Dataset) {
        guard let names = model.classNames, names.count == model.classCount, Self.areNames(names),
            dataset.classNames.count == dataset.classCount, Self.areNames(dataset.classNames)
        else { return nil }
        own = dataset.classNames
        theirs = names
        var places: [String: Int] = [:]
        for (id, name) in names.enumerated() where places[Self.plain(name)] == nil { places[Self.plain(name)] = id }
        byName = own.map { places[Self.plain($0)] }
    }

    /// Numbers and `class0` are what programs write that were told no names.
    private static func areNames(_ names: [String]) -> Bool {
        !names.enumerated().allSatisfy { id, name in
            ["", "\(id)", "class\(id)", "class \(id)", "class_\(id)"].contains(name.lowercased())
        }
    }

    /// Case, and what stands between words, make no other name.
    private static func plain(_ name: String) -> String {
        name.lowercased().filter { !" -_".contains($0) }
    }

    /// Whether each class of the dataset has the number of the checkpoint's of its name.
    var isSame: Bool { own.count == theirs.count && byName.enumerated().allSatisfy { $0 == $1 } }

    /// For each class of the dataset the checkpoint's: that of its name, else the one in its place, where neither has
    /// another counterpart; nil where one is left without.
    var order: [Int]? {
        let taken = Set(byName.compactMap(\.self))
        let found = byName.enumerated().compactMap { id, match in
            match ?? (theirs.indices.contains(id) && !taken.contains(id) ? id : nil)
        }
        return found.count == own.count && Set(found).count == own.count ? found : nil
    }

    /// What is wrong, with both lists.
    func refusal(_ weights: String, _ yaml: String) -> FileError {
        let lost = zip(own, byName).filter { $1 == nil }.map(\.0)
        let isFound = lost.isEmpty
        let what =
            !isFound
            ? "knows no class \(lost.prefix(5).joined(separator: ", "))\(lost.count > 5 ? ", …" : "")"
            : own.count < theirs.count ? "knows more classes" : "has its classes in another order"
        return FileError(
            file: weights,
            message: "\(what): its classes are \(Self.list(theirs)); those of \(yaml) are \(Self.list(own))",
            wayOut: isFound
                ? "add --map-classes, which finds them by name, or name a checkpoint trained on this dataset"
                : order == nil
                    ? "name a checkpoint trained on this dataset, or write its names into the data.yaml"
                    : "if they are the same under other names, add --map-classes, which takes those by their place")
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(12).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
        return "[\(shown)\(names.count > 12 ? ", … \(names.count) in all" : "")]"
    }
}
