import FileReading
import YAMLText

extension Dataset {
    /// Reads a data.yaml (or darknet's .data) as a trainer does.
    ///
    /// What the trainer stumbles over stands in `problems`; a dataset that does not even name images has no splits.
    ///
    /// - Parameters:
    ///   - trainer: whose reading it is.
    ///   - place: where training is started. Where nil, it is started in the first of these folders from which its
    ///     splits are found: the working directory, the file's folder, and those above it.
    /// - Throws: `FileError` with line and column where the file is missing or is something else than a dataset.
    public static func open(
        _ path: String, trainer: Trainer = .ultralytics, startedIn place: TrainingPlace? = nil
    ) throws -> Dataset {
        try DatasetInput.refuse(path)
        let given = Paths.absolute(path, relativeTo: place?.workingFolder)
        let folder = ResolvedPath.resolve(Paths.directory(of: given))
        let yamlPath = (folder == "/" ? "" : folder) + "/" + Paths.fileName(of: given)
        if Paths.suffix(of: yamlPath).lowercased() == "data" {
            return try DarknetData.open(yamlPath, trainer: trainer, place: place)
        }
        let bytes = try FileReading.bytes(ofFile: yamlPath, limit: 64 << 20)
        try ImpostorFile.refuse(bytes, file: path)
        func reader(_ place: TrainingPlace) -> DatasetReader {
            DatasetReader(shown: path, yamlPath: yamlPath, trainer: trainer, place: place)
        }
        let node: YAMLNode?
        do {
            node = try PythonYAML.load(bytes, file: path, leniency: trainer.yamlLeniency)
        } catch let error as FileError where !error.message.hasPrefix(YAMLDocument.notYAML) {
            return reader(place ?? .current).unread(error)
        }
        try DatasetInput.refuse(node, path)
        guard node?.mapping != nil else {
            throw FileError(
                file: path, line: node?.line ?? 1, column: node?.column ?? 1,
                message: "is not a data.yaml: a mapping with train, val and names is expected",
                wayOut: DatasetReader.wayOut)
        }
        if trainer == .ultralyticsOld, !["yaml", "yml"].contains(Paths.suffix(of: yamlPath)) {
            return reader(place ?? .current).unread(
                FileError(file: path, message: "has no name that ends in .yaml", wayOut: "rename it"))
        }
        if let place {
            var reader = reader(place)
            return reader.read(node)
        }
        return DatasetSearch.best(node, folder: folder, reader: reader)
    }
}

extension Trainer {
    /// What the trainer leaves out of a data.yaml before it reads it.
    var yamlLeniency: PythonYAML.Leniency {
        switch self {
        case .ultralytics, .darknet: .init(dropsBadBytes: true, dropsControls: true, allowsTabs: true)
        case .ultralyticsOld: .init(dropsBadBytes: true, dropsControls: true, allowsTabs: false)
        case .yolov5: .init(dropsBadBytes: true, dropsControls: false, allowsTabs: false)
        case .yolov7: .init(dropsBadBytes: false, dropsControls: false, allowsTabs: false)
        }
    }
}

/// Finds the folder that training is meant to be started in.
enum DatasetSearch {
    static func best(
        _ node: YAMLNode?, folder: String, reader: (TrainingPlace) -> DatasetReader
    ) -> Dataset {
        let here = TrainingPlace.current
        var candidates = [here.workingFolder]
        var above = folder
        for _ in 0..<3 where above != "/" {
            if !candidates.contains(above) { candidates.append(above) }
            above = Paths.directory(of: above)
        }
        var best: (dataset: Dataset, score: Double)?
        for candidate in candidates {
            var reader = reader(here.started(in: candidate))
            let dataset = reader.read(node)
            let score = score(dataset)
            if score > best?.score ?? -1 { best = (dataset, score) }
            if score >= full(dataset) { break }
        }
        var beside = reader(here)
        beside.ignoresPath = true
        guard var found = best else { return beside.read(node) }
        if found.score < full(found.dataset), let table = node.flatMap(YAMLTable.init), let path = table["path"] {
            let dataset = beside.read(node)
            if score(dataset) > found.score {
                return reading(dataset, insteadOf: found.dataset, path, folder: folder)
            }
        }
        noteDependence(&found.dataset, here, node)
        return found.dataset
    }

    /// The splits that lie beside the file, with what the trainer makes of `path`.
    private static func reading(
        _ dataset: Dataset, insteadOf written: Dataset, _ path: YAMLNode, folder: String
    ) -> Dataset {
        var dataset = dataset
        let others = written.problems.filter { $0.subject != .path }
        dataset.problems =
            others + [
                DatasetProblem(
                    subject: .path, weight: .stops, line: path.line, column: path.column,
                    message: "path: “\(path.string ?? "")” does not lead to the images on this machine",
                    wayOut: "the splits lie beside the file: delete the line of path, or write path: \(folder)",
                    split: nil)
            ]
        return dataset
    }

    /// How much of what training needs is there.
    private static func score(_ dataset: Dataset) -> Double {
        dataset.splits.reduce(0) { sum, split in
            guard split.sources.allSatisfy({ ResolvedPath.exists($0.path) }) else { return sum }
            let lists = split.sources.map { ListProbe.share(of: $0, dataset) }
            return sum + (split.name == "test" ? 0.5 : 1) + lists.reduce(0, +) / Double(max(1, lists.count))
        }
    }

    private static func full(_ dataset: Dataset) -> Double {
        dataset.splits.reduce(0) { $0 + ($1.name == "test" ? 1.5 : 2) }
    }

    /// Says where relative paths are right from one folder only.
    private static func noteDependence(_ dataset: inout Dataset, _ here: TrainingPlace, _ node: YAMLNode?) {
        let isElsewhere = dataset.place.workingFolder != here.workingFolder
        let table = node.flatMap(YAMLTable.init)
        let path = table?["path"]
        let text = path?.pythonText ?? ""
        let dependsByPath =
            dataset.trainer == .yolov7 || dataset.trainer == .yolov5 && !text.hasPrefix("/")
            || dataset.trainer == .ultralytics && !text.isEmpty && !text.hasPrefix("/")
                && ResolvedPath.resolve(ResolvedPath.join(dataset.place.workingFolder, text)) == dataset.root
        let folder = dataset.place.workingFolder
        if dependsByPath, isElsewhere || !text.isEmpty {
            dataset.problems.append(
                DatasetProblem(
                    subject: .workingFolder, weight: isElsewhere && text != "." ? .warning : .note,
                    line: path?.line ?? 1, column: path?.column ?? 1,
                    message: (text.isEmpty ? "relative paths are" : "path: “\(text)” is")
                        + " found where \(dataset.trainer.name) is started in \(folder)"
                        + (isElsewhere ? ", not from here" : " only"),
                    wayOut: "start training there, or write path: \(dataset.root)", split: nil))
        }
        for split in dataset.splits {
            for source in split.sources where ListProbe.plainLines(of: source) > 0 {
                dataset.problems.append(
                    DatasetProblem(
                        subject: .workingFolder, weight: isElsewhere ? .warning : .note, line: source.line,
                        column: source.column,
                        message:
                            "\(split.name): lines of \(source.written) that do not begin with ./ or / are relative to "
                            + "the working directory: right where training is started in \(folder)"
                            + (isElsewhere ? ", not from here" : " only"),
                        wayOut: "start training there, or write each line absolute, or as ./… relative to the list",
                        split: split.name))
            }
        }
    }
}

/// Looks into the beginning of a list.
enum ListProbe {
    private static let most = 20

    /// Which of the first lines that depend on the working directory lead to a file: 1 where none depends on it.
    static func share(of source: SplitSource, _ dataset: Dataset) -> Double {
        let plain = lines(of: source).filter(isPlain).prefix(most)
        guard !plain.isEmpty else { return 1 }
        let found = plain.count {
            ResolvedPath.exists(ResolvedPath.join(dataset.place.workingFolder, $0))
        }
        return Double(found) / Double(plain.count)
    }

    /// How many of the first lines depend on the working directory.
    static func plainLines(of source: SplitSource) -> Int { lines(of: source).filter(isPlain).prefix(most).count }

    private static func isPlain(_ line: String) -> Bool {
        !line.isEmpty && !line.hasPrefix("/") && !line.hasPrefix("./")
    }

    private static func lines(of source: SplitSource) -> ArraySlice<String> {
        guard !ResolvedPath.isFolder(source.path),
            let head = try? FileReading.head(ofFile: source.path, count: 1 << 16)
        else { return [] }
        return (PythonText.lines(head, dropsMark: true) ?? []).dropLast(head.count == 1 << 16 ? 1 : 0).prefix(200)
    }
}
