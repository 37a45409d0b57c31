import FileReading
import YAMLText

/// Reads a data.yaml as one trainer does that is started in one place.
struct DatasetReader {
    /// The path as the user gave it.
    let shown: String
    /// Absolute.
    let yamlPath: String
    let trainer: Trainer
    let place: TrainingPlace
    /// Looks for splits beside the file, whatever `path` says: what is meant where `path` leads nowhere.
    var ignoresPath = false

    private(set) var problems: [DatasetProblem] = []
    private(set) var root: String
    private(set) var splits: [DatasetSplit] = []
    private(set) var table: YAMLTable?

    /// - Parameter shown: as it was typed; older versions take a relative one for a place in their datasets folder.
    init(shown: String, yamlPath: String, trainer: Trainer, place: TrainingPlace) {
        self.shown = shown
        self.yamlPath = yamlPath
        self.trainer = trainer
        self.place = place
        root = Paths.directory(of: yamlPath)
    }

    static let wayOut = "a data.yaml looks like: train: images/train / val: images/val / names: [cat, dog]"

    mutating func read(_ node: YAMLNode?) -> Dataset {
        guard let node, let table = YAMLTable(node) else {
            stop(.content, node, "is not a data.yaml: a mapping with train, val and names is expected", Self.wayOut)
            return dataset(ClassListing())
        }
        self.table = table
        let classes = ClassList(table, trainer: trainer)
        for problem in classes.problems {
            add(
                problem.message.hasPrefix("class ") ? .lines : .classes, problem.node ?? node, problem.weight,
                problem.message, problem.wayOut)
        }
        requireKeys(table, node)
        let shape = keypointShape(table)
        readRoot(table)
        for name in ["train", "val", "test"] { readSplit(name, table) }
        return dataset(
            ClassListing(
                names: classes.names, declared: classes.declared, countLine: table["nc"]?.line,
                namesLine: classes.namesLine, keypointShape: shape))
    }

    /// `[points, numbers a point]`. Pose training does not start with any other; no other training looks at it.
    private mutating func keypointShape(_ table: YAMLTable) -> [Int]? {
        guard let node = table["kpt_shape"] else { return nil }
        let items = node.sequence ?? []
        let shape = items.prefix(2).compactMap(\.int)
        guard items.count == 2, shape.count == 2, (1...10_000).contains(shape[0]), (2...3).contains(shape[1]) else {
            if trainer == .ultralytics || trainer == .ultralyticsOld {
                stop(
                    .content, node, "kpt_shape is not [points, 2 or 3]", "write kpt_shape: [17, 3], or leave it out")
            }
            return nil
        }
        return shape
    }

    /// The dataset of a file that the trainer's loader refuses.
    func unread(_ error: FileError) -> Dataset {
        var dataset = dataset(ClassListing())
        dataset.problems = [
            DatasetProblem(
                subject: .text, weight: .stops, line: error.line ?? 1, column: error.column ?? 1,
                message: error.message, wayOut: error.wayOut, split: nil)
        ]
        return dataset
    }

    /// What a dataset says about its classes.
    struct ClassListing {
        var names: [String] = []
        var declared: Int?
        var countLine: Int?
        var namesLine: Int?
        var keypointShape: [Int]?
    }

    private func dataset(_ classes: ClassListing) -> Dataset {
        Dataset(
            yamlPath: yamlPath, root: root, classNames: classes.names, declaredClassCount: classes.declared,
            classCountLine: classes.countLine, namesLine: classes.namesLine, splits: splits,
            keypointShape: classes.keypointShape, trainer: trainer, place: place, problems: problems)
    }

    // MARK: Problems

    mutating func stop(
        _ subject: DatasetProblem.Subject, _ node: YAMLNode?, _ message: String, _ wayOut: String, split: String? = nil
    ) {
        add(subject, node, .stops, message, wayOut, split: split)
    }

    mutating func add(
        _ subject: DatasetProblem.Subject, _ node: YAMLNode?, _ weight: DatasetProblem.Weight, _ message: String,
        _ wayOut: String, split: String? = nil
    ) {
        problems.append(
            DatasetProblem(
                subject: subject, weight: weight, line: node?.line ?? 1, column: node?.column ?? 1, message: message,
                wayOut: wayOut, split: split))
    }

    // MARK: Keys

    private mutating func requireKeys(_ table: YAMLTable, _ node: YAMLNode) {
        for name in ["train", "val"] where key(of: name, table) == nil {
            let near = table.keys.first { KeyDistance.isNear($0, name) || name == "val" && $0 == "valid" }
            stop(
                .content, near.flatMap(table.key) ?? node,
                "declares no \(name)" + (near.map { ", but “\($0)”, which no trainer knows" } ?? ""),
                near.map { "write \(name) instead of \($0)" } ?? Self.wayOut, split: name)
        }
    }

    /// The key that a trainer takes for a split.
    private func key(of name: String, _ table: YAMLTable) -> String? {
        if table[name] != nil { return name }
        let knowsSynonym = trainer != .yolov5 && trainer != .yolov7
        return name == "val" && knowsSynonym && table["validation"] != nil ? "validation" : nil
    }

    // MARK: path

    private mutating func readRoot(_ table: YAMLTable) {
        let folder = Paths.directory(of: yamlPath)
        let node = table["path"]
        if trainer == .yolov7 {
            root = place.workingFolder
            return
        }
        if ignoresPath {
            root = folder
            return
        }
        let isStrict = trainer == .ultralytics || trainer == .darknet
        var text = ""
        if let node {
            switch node.python {
            case .null: break
            case .string(let path): text = path
            case .bool(false), .int(0), .float(0): if isStrict { text = refused(node) }
            case .other where !isStrict && node.sequence?.isEmpty ?? node.mapping?.isEmpty ?? false: break
            default: text = refused(node)
            }
        }
        switch trainer {
        case .yolov5: root = ResolvedPath.join(place.workingFolder, text)
        case .ultralyticsOld:
            let typed = text.isEmpty ? (shown.hasPrefix("/") ? folder : Paths.directory(of: shown)) : text
            root = ResolvedPath.join(place.datasetsFolder, typed)
        default:
            let here = text.isEmpty ? folder : ResolvedPath.join(place.workingFolder, text)
            root = ResolvedPath.exists(here) ? here : ResolvedPath.join(place.datasetsFolder, text)
        }
        if text.utf8.contains(0) { stop(.path, node, "path holds a NUL", "write the path anew") }
        root = ResolvedPath.resolve(root)
    }

    private mutating func refused(_ node: YAMLNode) -> String {
        stop(
            .path, node, "path is read as \(node.python.typeName), not as a text", "put the path in quotes")
        return ""
    }

    // MARK: Splits

    private mutating func readSplit(_ name: String, _ table: YAMLTable) {
        guard let key = key(of: name, table), let node = table[key] else { return }
        if trainer == .yolov7, name == "test" { return }
        let isNeeded = name != "test"
        let texts: [String]
        switch node.python {
        case .string(let text):
            if text.isEmpty, !isNeeded { return }
            texts = [text]
        case .null:
            if isNeeded { stop(.content, node, "\(name) is empty", "name the folder of its images", split: name) }
            return
        case .other where node.sequence != nil: texts = node.sequence?.compactMap(\.pythonText) ?? []
        case .other where trainer == .yolov5 || trainer == .ultralyticsOld:
            // A mapping is walked like a list: by its keys.
            texts = YAMLTable(node)?.keys ?? []
        case .bool(false) where !isNeeded && !isStrict, .int(0) where !isNeeded && !isStrict,
            .float(0) where !isNeeded && !isStrict:
            return
        default:
            let written = node.string.map { " (\($0))" } ?? ""
            stop(
                .content, node, "\(name)\(written) is read as \(node.python.typeName), not as a text",
                "put the path in quotes", split: name)
            return
        }
        if let inner = node.sequence?.first(where: { $0.pythonText == nil }) {
            stop(.content, inner, "\(name) holds something that is no text", "put each path in quotes", split: name)
        }
        if texts.isEmpty {
            if isNeeded {
                stop(.content, node, "\(name) names no folder", "name the folder of its images", split: name)
            }
            return
        }
        let sources = texts.map { source($0, node, isAlone: node.sequence == nil) }
        splits.append(DatasetSplit(name: name, sources: sources, line: node.line, column: node.column))
        if isNeeded { requireSources(sources, name, node) }
    }

    private var isStrict: Bool { trainer == .ultralytics || trainer == .darknet }

    private func source(_ written: String, _ node: YAMLNode, isAlone: Bool) -> SplitSource {
        var text: String
        if !trainer.resolvesSources {
            text = Self.plain(written)
        } else if written.isEmpty, isAlone {
            // Nothing is put together: the working directory itself.
            text = ""
        } else {
            text = ResolvedPath.resolve(ResolvedPath.join(root, written))
            if isAlone, written.hasPrefix("../"), !ResolvedPath.exists(text) {
                text = ResolvedPath.resolve(ResolvedPath.join(root, String(written.dropFirst(3))))
            }
        }
        let isLink =
            trainer.resolvesSources && text != ResolvedPath.tidy(root + "/" + written) && !written.contains("../")
        return SplitSource(
            written: written, text: text, path: ResolvedPath.join(place.workingFolder, text),
            isLink: isLink && !written.hasPrefix("/") && !written.isEmpty, line: node.line, column: node.column)
    }

    /// As Python's `Path` writes a path: without `.` and repeated separators, empty for the working directory.
    private static func plain(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    private mutating func requireSources(_ sources: [SplitSource], _ name: String, _ node: YAMLNode) {
        for source in sources where !ResolvedPath.exists(source.path) {
            let shownPath = Paths.relative(source.path, to: place.workingFolder)
            stop(
                .path, node, "\(name): \(shownPath.count < source.path.count ? shownPath : source.path) does not exist",
                wayOut(for: source), split: name)
        }
    }

    private func wayOut(for source: SplitSource) -> String {
        if source.written.contains("\\") {
            return "write / instead of \\: \(source.written.replacing("\\", with: "/"))"
        }
        if table?["download"] != nil, !ResolvedPath.exists(root) {
            return "the dataset is not downloaded yet: let the trainer do it once, or correct path"
        }
        let path = table?["path"]?.string ?? ""
        if !path.isEmpty, !ResolvedPath.exists(root), trainer != .yolov7 {
            return "path: “\(path)” is what is missing"
        }
        return "correct the path in data.yaml; it is relative to \(trainer == .yolov7 ? "the working directory" : root)"
    }
}

/// How far apart two keys are.
package enum KeyDistance {
    /// Whether one letter or two that changed places make the difference, or capital letters.
    package static func isNear(_ key: String, _ meant: String) -> Bool {
        key != meant && key.count > 2 && of(key.lowercased(), meant) <= 1
    }

    /// Letters to insert, delete or replace; two that changed places count as one.
    private static func of(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        if a.count == b.count {
            let different = a.indices.filter { a[$0] != b[$0] }
            if different.count == 2, different[1] == different[0] + 1, a[different[0]] == b[different[1]],
                a[different[1]] == b[different[0]]
            {
                return 1
            }
        }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                (diagonal, row[j + 1]) = (
                    row[j + 1], min(row[j + 1] + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
                )
            }
        }
        return row[b.count]
    }
}
