import CheckedNumbers
import FileReading

/// A table with a row an epoch: results.csv of Ultralytics and of YOLOv5, and a wide export of Weights & Biases.
enum ResultsCSV {
    /// - Parameter file: as errors name it.
    /// - Throws: `FileError` where no column is known.
    static func read(_ bytes: [UInt8], file: String) throws -> RunTable {
        let budget = ReadingBudget(file: file, size: bytes.count)
        let lines = LogText.lines(bytes).filter { !$0.bytes.allSatisfy { $0 == 32 || $0 == 9 } }
        guard let head = lines.first else { throw Self.empty(file) }
        let names = LogText.cells(head.bytes)
        try budget.visit(names.count)
        let columns = Self.columns(names)
        guard columns.contains(where: { if let column = $0 { column != .epoch && column != .seconds } else { false } })
        else {
            throw FileError(
                file: file, line: 1, message: "has no column of a training that is known",
                wayOut: "name the results.csv of a run, or an export with columns such as train/box_loss")
        }
        var raw: [(number: Double?, line: Int?, values: [LogColumn: Double])] = []
        var notes: [LogNote] = []
        for (place, line) in lines.enumerated().dropFirst() {
            let cells = LogText.cells(line.bytes)
            try budget.visit(cells.count)
            // A trainer that is started again may write its head again.
            if cells == names { continue }
            let isLast = place == lines.count - 1
            var values: [LogColumn: Double] = [:]
            var isOdd = false
            for (column, cell) in zip(columns, cells) where !cell.isEmpty {
                guard let column else { continue }
                if let value = LogText.number(cell) { values[column] = value } else { isOdd = true }
            }
            // The last cell of a line without its end may be cut within a number.
            if isLast, cells.count < names.count || !line.isEnded && cells.count == names.count && isOdd {
                notes.append(.cut(line: line.number))
                continue
            }
            let number = values.removeValue(forKey: .epoch)
            guard !isOdd, !values.isEmpty else {
                notes.append(.unreadable(line: line.number))
                continue
            }
            guard raw.count < LogText.mostRows else { break }
            raw.append((number, line.number, values))
        }
        var seen: Set<LogColumn> = [.epoch]
        let known = columns.compactMap { $0 }.filter { seen.insert($0).inserted }
        return RunTable(columns: known, raw: merged(raw), notes: notes)
    }

    /// What each name means. An export of a chart puts the run's name before it.
    private static func columns(_ names: [String]) -> [LogColumn?] {
        var taken: Set<LogColumn> = []
        let hasEpoch = names.contains { LogColumn(name: $0) == .epoch }
        return names.map { name in
            var column = LogColumn(name: name)
            if column == nil, let dash = name.range(of: " - ") {
                column = LogColumn(name: String(name[dash.upperBound...]))
            }
            if column == nil, !hasEpoch, name == "Step" || name == "_step" { column = .epoch }
            guard let column, taken.insert(column).inserted else { return nil }
            return column
        }
    }

    /// A history has several rows a step, each with some of its figures.
    private static func merged(
        _ rows: [(number: Double?, line: Int?, values: [LogColumn: Double])]
    ) -> [(number: Double?, line: Int?, values: [LogColumn: Double])] {
        var merged: [(number: Double?, line: Int?, values: [LogColumn: Double])] = []
        for row in rows {
            if let last = merged.last, last.number != nil, last.number == row.number,
                Set(last.values.keys).isDisjoint(with: row.values.keys)
            {
                merged[merged.count - 1].values.merge(row.values) { first, _ in first }
            } else {
                merged.append(row)
            }
        }
        return merged
    }

    static func empty(_ file: String) -> FileError {
        FileError(file: file, message: "is empty", wayOut: "wait for the first epoch, or look at what the trainer said")
    }
}
