import FileReading
import Foundation
import YAMLText

/// One split as data.yaml declares it.
public struct DatasetSplit: Sendable, Hashable {
    /// `train`, `val` or `test`.
    public let name: String
    /// Folders or lists of images.
    public let sources: [SplitSource]
    /// Where data.yaml declares it.
    public let line: Int
    /// 1-based column of the declaration.
    public let column: Int
}

/// What a data.yaml says, resolved.
public struct Dataset: Sendable {
    /// Absolute path of the YAML file.
    public let yamlPath: String
    /// Absolute path that the splits are relative to.
    public let root: String
    /// By class id; empty where there are none.
    public let classNames: [String]
    /// `nc` as written; nil where it is left out.
    public let declaredClassCount: Int?
    /// 1-based line of `nc`; nil where it is left out.
    public let classCountLine: Int?
    /// 1-based line of `names`; nil where it is left out.
    public let namesLine: Int?
    /// Those that are declared, in the order `train`, `val`, `test`.
    public let splits: [DatasetSplit]
    /// `kpt_shape` of a pose dataset.
    public let keypointShape: [Int]?
    /// Whose reading of data.yaml, lists and folders this is.
    public let trainer: Trainer
    /// Where training is taken to be started.
    public let place: TrainingPlace
    /// What the trainer stumbles over before it looks at an image.
    public internal(set) var problems: [DatasetProblem]

    /// Of this value and its copies; nil where every listing is made anew.
    private(set) var listings: ListingMemo?

    /// What a trainer takes as the number of classes: `nc` where it is given, else the number of names.
    public var classCount: Int { max(0, declaredClassCount ?? classNames.count) }

    /// The same dataset, whose listings are made once: for a command that only reads it.
    public func keepingListings() -> Dataset {
        var dataset = self
        dataset.listings = ListingMemo()
        return dataset
    }

    /// The same dataset with images that were listed before: its listings have nothing else in them.
    package func listed(as folders: [SampleFolder]) -> Dataset {
        var dataset = self
        dataset.listings = ListingMemo(folders)
        return dataset
    }

    /// Of the splits that are declared, in the order `train`, `val`, `test`.
    public var splitNames: [String] { splits.map(\.name) }

    /// The split of that name.
    ///
    /// - Throws: `FileError`, which names the splits that data.yaml declares.
    public func split(named name: String) throws -> DatasetSplit {
        guard let split = splits.first(where: { $0.name == name }) else {
            throw FileError(
                file: yamlPath, message: "has no split “\(name)”",
                wayOut: "use \(splitNames.joined(separator: ", ")), or declare it")
        }
        return split
    }

    /// The path of `file` relative to the root, as findings and tables print it.
    public func relative(_ file: String) -> String { Paths.relative(file, to: root) }

    /// The name of a class, or its number where it has none.
    public func className(_ id: Int) -> String {
        classNames.indices.contains(id) ? classNames[id] : "class \(id)"
    }

    /// The same dataset, for tools that have to work with it.
    ///
    /// - Throws: `FileError` where there is no split or no class to work with.
    public func usable() throws -> Dataset {
        guard splits.isEmpty || classCount < 1 else { return self }
        let isAboutClasses = !splits.isEmpty
        let problem =
            problems.first { $0.stops && ($0.subject == .classes) == isAboutClasses } ?? problems.first(where: \.stops)
        throw FileError(
            file: yamlPath, line: problem?.line, column: problem?.column,
            message: problem?.message ?? "names neither images nor classes",
            wayOut: problem?.wayOut ?? "name a data.yaml with train, val and names")
    }
}
