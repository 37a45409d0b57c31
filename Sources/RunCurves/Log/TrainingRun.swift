import FileReading

/// Whose log it is.
public enum RunTrainer: String, Sendable {
    case ultralytics = "Ultralytics"
    case yolov5 = "YOLOv5"
    case yolov7 = "YOLOv7"
    case unknown = "unknown trainer"
}

/// A training as its log tells of it.
public struct TrainingRun: Sendable {
    /// What it is called beside others: the folder's name, or the file's.
    public var name: String
    /// The folder or the file that was named.
    public let path: String
    /// By its settings and columns.
    public var trainer = RunTrainer.unknown
    /// The figures.
    public var table = RunTable()
    /// The files that the figures are from, relative to the folder.
    public var logFiles: [String] = []
    /// args.yaml, or opt.yaml with hyp.yaml.
    public var settings = RunSettings()
    /// What the trainer said on the terminal, where that was kept.
    public var console: ConsoleLog?
    /// The data.yaml that the settings name, where it can be read.
    public var data: RunData?

    /// Seconds since a row was last written, when the log was read; nil of a log that is no file.
    var age: Double?
    /// Whether there is a file that a trainer writes at the end alone: a picture of curves or of the confusion matrix.
    var hasFinalFiles = false
    /// The weights to resume from, relative to the folder, where they are there.
    var lastWeights: String?

    /// Its name beside others of the same.
    var label: String?
    /// Whether `path` is a folder.
    var isFolder = true
    /// What a log without settings says of it.
    var textEpochs: Int?

    /// - Parameter path: as a person named it.
    init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// A run of which only the figures are known.
    public init(name: String, table: RunTable) {
        self.init(name: name, path: name)
        self.table = table
    }

    /// The file that findings about the curve are about.
    public var mainFile: String { logFiles.first ?? "results.csv" }

    /// Epochs that the settings ask for.
    public var wantedEpochs: Int? { settings.whole("epochs") ?? textEpochs }

    /// Whether the trainer is likely to be at work still: a row was written in the last ten minutes, or within ten times
    /// what an epoch of this run takes.
    public var isInProgress: Bool {
        guard let age, !isWhole, !hasFinalFiles, !(console?.hasEnded ?? false) else { return false }
        let seconds = table.curve(.seconds).points
        guard let first = seconds.first, let last = seconds.last, last.epoch > first.epoch else { return age < 600 }
        return age < max(60, min(10 * (last.value - first.value) / Double(last.epoch - first.epoch), 7 * 86400))
    }

    /// Whether all of them are there.
    public var isWhole: Bool { wantedEpochs.map { (table.rows.last?.epoch ?? 0) >= $0 } ?? true }
}
