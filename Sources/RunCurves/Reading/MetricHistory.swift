import CheckedNumbers
import FileReading

/// A row a figure: what MLflow exports (`run_id,key,value,step,timestamp`), and what event files hold.
struct MetricHistory {
    private var values: [Int: [LogColumn: Double]] = [:]
    private var columns: [LogColumn] = []
    private var seen: Set<LogColumn> = []
    private var lines: [Int: Int] = [:]

    /// Adds a figure; one of a step that has it already takes its place, as after a training was resumed.
    mutating func add(_ column: LogColumn, step: Int, value: Double, line: Int? = nil) {
        if seen.insert(column).inserted { columns.append(column) }
        values[step, default: [:]][column] = value
        if let line, lines[step] == nil { lines[step] = line }
    }

    /// Whether nothing was added.
    var isEmpty: Bool { columns.isEmpty }

    func table(notes: [LogNote]) -> RunTable {
        let raw = values.sorted { $0.key < $1.key }.map { step, values in
            (number: Double(step) as Double?, line: lines[step], values: values)
        }
        return RunTable(columns: columns, raw: raw, notes: notes)
    }

    /// The heads of such a table, in any order.
    static func isHead(_ names: [String]) -> Bool { ["key", "value", "step"].allSatisfy(names.contains) }

    /// - Throws: `FileError` where no figure of a training is there, or those of several runs are.
    static func read(_ bytes: [UInt8], file: String) throws -> RunTable {
        let budget = ReadingBudget(file: file, size: bytes.count)
        let lines = LogText.lines(bytes)
        guard let head = lines.first else { throw ResultsCSV.empty(file) }
        let names = LogText.cells(head.bytes)
        guard let key = names.firstIndex(of: "key"), let value = names.firstIndex(of: "value"),
            let step = names.firstIndex(of: "step")
        else { throw ResultsCSV.empty(file) }
        let run = names.firstIndex(of: "run_id")
        var history = MetricHistory()
        var notes: [LogNote] = []
        var runs: Set<String> = []
        for (place, line) in lines.enumerated().dropFirst() {
            let cells = LogText.cells(line.bytes)
            try budget.visit(cells.count)
            guard cells.count == names.count, let figure = LogText.number(cells[value]),
                let number = LogText.number(cells[step]).flatMap({ Int(exactly: $0) })
            else {
                if !line.bytes.isEmpty {
                    notes.append(place == lines.count - 1 ? .cut(line: line.number) : .unreadable(line: line.number))
                }
                continue
            }
            guard let column = LogColumn(name: cells[key]) else { continue }
            if let run { runs.insert(cells[run]) }
            guard runs.count < 2 else {
                throw FileError(
                    file: file, line: line.number, message: "holds the figures of several runs",
                    wayOut: "export one run a file, and name both files")
            }
            history.add(column, step: number, value: figure, line: line.number)
        }
        guard !history.isEmpty else {
            throw FileError(
                file: file, message: "has no figure of a training that is known",
                wayOut: "export metrics such as train/box_loss and metrics/mAP50B")
        }
        return history.table(notes: notes)
    }
}
