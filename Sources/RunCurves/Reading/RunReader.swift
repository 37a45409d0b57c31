import CheckedNumbers
import FileReading
import Foundation

/// Reads the log of a training: a folder as a trainer leaves it, or one file.
public enum RunReader {
    /// Names under which people keep what a trainer said, besides those that end in `.log`.
    private static let consoles = ["console.txt", "stdout.txt", "output.txt", "log.txt", "nohup.out"]

    /// - Parameters:
    ///   - data: the data.yaml, where it is not the one that the settings name.
    ///   - readsData: whether the labels of the dataset are looked at.
    /// - Throws: `FileError` where there is no log, or one cannot be read.
    public static func read(_ path: String, data: String? = nil, readsData: Bool = true) throws -> TrainingRun {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileError(
                file: path, message: "no such folder or file",
                wayOut: "name the folder of a run, such as runs/train/exp")
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        let folder = isFolder ? path : Paths.directory(of: path)
        var run = TrainingRun(name: Paths.fileName(of: Paths.absolute(path)), path: path)
        run.isFolder = isFolder
        let names = isFolder ? try files(of: path) : [Paths.fileName(of: path)]
        func place(_ name: String) -> String { folder + "/" + name }
        try readTable(names, in: folder, isOnly: !isFolder, into: &run)
        if isFolder { noteEnding(names, in: folder, of: &run) }
        for name in (isFolder ? names : try files(of: folder))
        where ["args.yaml", "opt.yaml", "hyp.yaml"].contains(name) {
            try run.settings.add(try FileReading.bytes(ofFile: place(name), limit: 8 << 20), file: name)
        }
        guard !run.logFiles.isEmpty || !run.settings.files.isEmpty else { throw nothing(path) }
        if isFolder, let name = names.first(where: { consoles.contains($0) || Paths.suffix(of: $0) == "log" }) {
            run.console = ConsoleLog(try FileReading.bytes(ofFile: place(name), limit: LogText.largestFile), file: name)
        }
        run.trainer = trainer(of: run)
        if let data {
            run.data = try RunData(data)
        } else if readsData, let named = run.settings.text("data"), let found = RunData.find(named, run: folder) {
            // A dataset that was moved or changed meanwhile is none of the log's business.
            run.data = try? RunData(found)
        }
        return run
    }

    private static func files(of folder: String) throws -> [String] {
        let list = try NameList(ofFolder: Paths.absolute(folder))
        return (0..<list.count).map { list[$0] }.sorted()
    }

    /// What tells a training that is through from one that was cut off, and that from one at work.
    private static func noteEnding(_ names: [String], in folder: String, of run: inout TrainingRun) {
        run.hasFinalFiles = names.contains {
            $0 == "results.png" || $0.hasPrefix("confusion_matrix") || $0.hasSuffix("_curve.png")
        }
        run.age = run.logFiles.compactMap { name -> Double? in
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0 else { return nil }
            return Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec)
        }.min()
        let weights = "weights/last.pt"
        if FileManager.default.fileExists(atPath: folder + "/" + weights) { run.lastWeights = weights }
    }

    private static func nothing(_ path: String) -> FileError {
        FileError(
            file: path, message: "holds no log of a training",
            wayOut: "name a folder with results.csv, results.txt, event files or an export as CSV")
    }

    /// The best of what is there: the trainer's own table, then event files, then an export.
    private static func readTable(_ names: [String], in folder: String, isOnly: Bool, into run: inout TrainingRun)
        throws
    {
        func bytes(_ name: String) throws -> [UInt8] {
            try FileReading.bytes(
                ofFile: folder + "/" + name, limit: LogText.largestFile, wayOut: "export fewer columns")
        }
        if isOnly, let name = names.first { return try readFile(try bytes(name), name, shown: run.path, into: &run) }
        func shown(_ name: String) -> String { folder + "/" + name }
        for name in ["results.csv", "results.txt"] where names.contains(name) {
            let text = try bytes(name)
            run.logFiles.append(name)
            guard !text.allSatisfy({ $0 <= 32 }) else { return }
            return try readText(text, name, shown: shown(name), into: &run)
        }
        let events = names.filter { $0.contains(".tfevents.") }
        if !events.isEmpty {
            var history = MetricHistory()
            var notes: [LogNote] = []
            for name in events {
                let content = try bytes(name)
                guard !content.isEmpty else { continue }
                notes += try EventFile.read(content, file: shown(name), into: &history)
            }
            run.logFiles += events
            run.table = history.table(notes: notes)
            return
        }
        let tables = names.filter { ["csv"].contains(Paths.suffix(of: $0).lowercased()) }
        guard tables.count == 1 else {
            guard tables.isEmpty else {
                throw FileError(
                    file: run.path, message: "holds several tables: \(tables.prefix(5).joined(separator: ", "))",
                    wayOut: "name one of the files")
            }
            return
        }
        run.logFiles.append(tables[0])
        try readText(try bytes(tables[0]), tables[0], shown: shown(tables[0]), into: &run)
    }

    private static func readFile(
        _ bytes: [UInt8], _ name: String, shown: String, into run: inout TrainingRun
    ) throws {
        run.logFiles.append(name)
        guard EventFile.isOne(bytes) else { return try readText(bytes, name, shown: shown, into: &run) }
        var history = MetricHistory()
        let notes = try EventFile.read(bytes, file: shown, into: &history)
        run.table = history.table(notes: notes)
    }

    private static func readText(
        _ bytes: [UInt8], _ name: String, shown: String, into run: inout TrainingRun
    ) throws {
        let first = LogText.lines(Array(bytes.prefix(1 << 16))).first { !$0.bytes.allSatisfy { $0 == 32 || $0 == 9 } }
        if let first, ResultsText.isRow(first.bytes) {
            let (table, epochs) = try ResultsText.read(bytes, file: shown)
            run.table = table
            run.textEpochs = epochs
        } else if let first, MetricHistory.isHead(LogText.cells(first.bytes)) {
            run.table = try MetricHistory.read(bytes, file: shown)
        } else {
            run.table = try ResultsCSV.read(bytes, file: shown)
        }
    }

    /// The figures of one file, whichever form it has.
    ///
    /// - Throws: `FileError` where it has none.
    public static func table(of bytes: [UInt8], file: String) throws -> RunTable {
        var run = TrainingRun(name: file, path: file)
        try readFile(bytes, file, shown: file, into: &run)
        return run.table
    }

    private static func trainer(of run: TrainingRun) -> RunTrainer {
        if run.settings.files.contains("args.yaml") { return .ultralytics }
        let hasObjectness = run.table.columns.contains(.loss(.train, "obj"))
        if run.settings.entries["loss_ota"] != nil || run.settings.entries["v5_metric"] != nil { return .yolov7 }
        if run.settings.files.contains("opt.yaml") || run.settings.files.contains("hyp.yaml") || hasObjectness {
            return run.logFiles.contains("results.txt") && run.settings.files.isEmpty ? .unknown : .yolov5
        }
        return run.table.columns.contains(.loss(.train, "dfl")) ? .ultralytics : .unknown
    }
}
