import Findings

/// Something to do about a diagnosis: in words, and as a file to look at or a setting to change.
public struct FirstStep: Sendable, Hashable {
    /// An order, without its full stop.
    public let text: String
    /// A file to look at, where there is one.
    public let file: String?
    /// A setting in the trainer's own key, where there is one.
    public let setting: (key: String, value: String)?

    /// In words alone.
    public init(_ text: String, file: String? = nil) { (self.text, self.file, setting) = (text, file, nil) }

    /// A setting that the trainer accepts: `set lr0=0.01`.
    public init(set key: String, to value: String, _ reason: String) {
        (text, file, setting) = ("set \(key)=\(value): \(reason)", nil, (key, value))
    }

    public static func == (a: FirstStep, b: FirstStep) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// One thing that is wrong with a training, with what shows it.
public struct Diagnosis: Sendable {
    /// Stable code, for example `C005`.
    public let code: String
    /// In a few words.
    public let name: String
    /// How much it matters.
    public let severity: Severity
    /// The epochs that show it; nil where none does.
    public let epochs: ClosedRange<Int>?
    /// What is seen, with its figures, in a sentence without its full stop.
    public let message: String
    /// The figures by name, for programs.
    public let figures: [(name: String, value: Double)]
    /// What to do, the first thing first; never empty.
    public let steps: [FirstStep]
    /// The curve that shows it, for marks on a chart.
    public let column: LogColumn?
    /// What the finding is about: relative to the run's folder.
    public let file: String
    /// From 1.
    public let line: Int?

    /// `C005 one spike, epoch 6`
    public var title: String {
        guard let epochs else { return "\(code) \(name)" }
        let stretch =
            epochs.count == 1 ? "epoch \(epochs.lowerBound)" : "epochs \(epochs.lowerBound)–\(epochs.upperBound)"
        return "\(code) \(name), \(stretch)"
    }
}

/// What a diagnosis looks for, for docs/curves.md and for its own tests.
public struct DiagnosisDocumentation: Sendable {
    /// Stable; a test holds it to the name of the file.
    public let code: String
    /// In a few words.
    public let name: String
    /// Of its findings.
    public let severity: Severity
    /// What is seen in the curve.
    public let what: String
    /// What it may be, in the order in which to look.
    public let why: String
    /// The figures from which on it is said.
    public let threshold: String
    /// Codes of what follows from it, and is not said besides it.
    public let hides: Set<String>
    /// Logs in which it must be found.
    public let triggering: [RunExample]
    /// Logs in which it must not be found.
    public let clean: [RunExample]

    init(
        code: String, name: String, severity: Severity, what: String, why: String, threshold: String,
        hides: Set<String> = [], triggering: [RunExample], clean: [RunExample]
    ) {
        (self.code, self.name, self.severity, self.what, self.why) = (code, name, severity, what, why)
        (self.threshold, self.hides, self.triggering, self.clean) = (threshold, hides, triggering, clean)
    }
}

/// A run in a few lines, as an example.
public struct RunExample: Sendable {
    /// Columns by name with their values, epoch after epoch.
    let columns: [(name: String, values: [Double])]
    /// args.yaml.
    let settings: String
    /// What the trainer said.
    let console: String
    /// Seconds since the last row was written.
    let age: Double?

    init(_ columns: KeyValuePairs<String, [Double]>, settings: String = "", console: String = "", age: Double? = nil) {
        self.columns = columns.map { ($0.key, $0.value) }
        self.settings = settings
        self.console = console
        self.age = age
    }

    /// results.csv.
    package var csv: String {
        let count = columns.map(\.values.count).max() ?? 0
        let rows = (0..<count).map { row in
            (["\(row + 1)"] + columns.map { $0.values.indices.contains(row) ? "\($0.values[row])" : "" }).joined(
                separator: ",")
        }
        return ((["epoch"] + columns.map(\.name)).joined(separator: ",") + "\n") + rows.map { $0 + "\n" }.joined()
    }

    /// The run as if a folder had been read.
    package func run() throws -> TrainingRun {
        var run = TrainingRun(name: "example", path: "example")
        run.logFiles = ["results.csv"]
        run.age = age
        if !columns.isEmpty { run.table = try ResultsCSV.read(Array(csv.utf8), file: "results.csv") }
        if !settings.isEmpty { try run.settings.add(Array(settings.utf8), file: "args.yaml") }
        if !console.isEmpty { run.console = ConsoleLog(Array(console.utf8), file: "console.log") }
        run.trainer = columns.contains { $0.name.contains("obj") } ? .yolov5 : .ultralytics
        return run
    }
}

/// A diagnosis: one small type with its documentation, its threshold and its examples.
protocol RunDiagnosis: Sendable {
    static var documentation: DiagnosisDocumentation { get }

    /// - Returns: nil where the curve does not show it.
    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis?
}

extension RunDiagnosis {
    /// A diagnosis with what its documentation says of it.
    static func diagnosis(
        _ run: TrainingRun, _ message: String, epochs: ClosedRange<Int>? = nil, column: LogColumn? = nil,
        figures: [(name: String, value: Double)] = [], steps: [FirstStep], severity: Severity? = nil,
        file: String? = nil, line: Int? = nil
    ) -> Diagnosis {
        Diagnosis(
            code: documentation.code, name: documentation.name, severity: severity ?? documentation.severity,
            epochs: epochs, message: message, figures: figures, steps: steps, column: column,
            file: file ?? run.mainFile,
            line: line ?? (file == nil ? epochs.flatMap { run.table.line(ofEpoch: $0.lowerBound) } : nil))
    }
}

/// Every diagnosis, in the order in which they are checked.
public enum DiagnosisRegistry {
    static let all: [any RunDiagnosis.Type] = [
        NoEpoch.self, NotANumber.self, LabelsLeftOut.self, NoLabels.self, SameImages.self, FlatFromTheStart.self,
        Diverges.self, ValidationBreaks.self, Spike.self, JumpAtTheStart.self, ClassLossAtZero.self,
        ObjectnessJumps.self,
        BoxLossStaysHigh.self, ScoreDoesNotFollow.self, Overfit.self, ClassNeverLearned.self, CutOff.self,
    ]

    /// In the order of the codes.
    public static var documentation: [DiagnosisDocumentation] {
        all.map { $0.documentation }.sorted { $0.code < $1.code }
    }

    /// What is wrong with a run, the cause before what follows from it, which is left out; empty where nothing is.
    public static func diagnose(_ run: TrainingRun, audit: AuditKnowledge = AuditKnowledge()) -> [Diagnosis] {
        var found: [Diagnosis] = []
        var hidden: Set<String> = []
        for type in all where !hidden.contains(type.documentation.code) {
            guard let diagnosis = type.find(run, audit) else { continue }
            found.append(diagnosis)
            // A milder form of it explains nothing else.
            if diagnosis.severity >= type.documentation.severity { hidden.formUnion(type.documentation.hides) }
        }
        return found.filter { !hidden.contains($0.code) }
    }
}
