import CheckedNumbers
import FileReading

/// results.txt of YOLOv7, and of YOLOv5 before it wrote a table: a line an epoch, without a head.
enum ResultsText {
    /// After the epoch and the memory: four losses of training, labels and side of the last batch, four scores, three
    /// losses of validation.
    private static let columns: [LogColumn?] = [
        .loss(.train, "box"), .loss(.train, "obj"), .loss(.train, "cls"), nil, nil, nil, .score(.precision, of: ""),
        .score(.recall, of: ""), .score(.map50, of: ""), .score(.map, of: ""), .loss(.val, "box"), .loss(.val, "obj"),
        .loss(.val, "cls"),
    ]

    /// Whether a line has the form: `12/299 3.4G` and numbers.
    static func isRow(_ line: ArraySlice<UInt8>) -> Bool {
        let words = LogText.words(line.prefix(400))
        guard words.count >= 8, epochs(words[0]) != nil else { return false }
        return words[1].last == "G" && words[2...].allSatisfy { LogText.number($0) != nil }
    }

    private static func epochs(_ word: String) -> (number: Int, last: Int)? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let last = Int(parts[1]), number >= 0, last >= 0 else {
            return nil
        }
        return (number, last)
    }

    /// - Returns: the table, and how many epochs the training was to have.
    /// - Throws: `FileError` where no line has the form.
    static func read(_ bytes: [UInt8], file: String) throws -> (table: RunTable, epochs: Int?) {
        let budget = ReadingBudget(file: file, size: bytes.count)
        let lines = LogText.lines(bytes).filter { !$0.bytes.allSatisfy { $0 == 32 || $0 == 9 } }
        guard !lines.isEmpty else { throw ResultsCSV.empty(file) }
        var raw: [(number: Double?, line: Int?, values: [LogColumn: Double])] = []
        var notes: [LogNote] = []
        var wanted: Int?
        for (place, line) in lines.enumerated() {
            let words = LogText.words(line.bytes)
            try budget.visit(words.count)
            let numbers = words.dropFirst(2).map(LogText.number)
            guard words.count >= 2, let epoch = epochs(words[0]), numbers.count >= 6, numbers.allSatisfy({ $0 != nil })
            else {
                notes.append(place == lines.count - 1 ? .cut(line: line.number) : .unreadable(line: line.number))
                continue
            }
            if place == lines.count - 1, !line.isEnded, numbers.count < columns.count,
                raw.last.map({ $0.values.count > numbers.count }) ?? false
            {
                notes.append(.cut(line: line.number))
                continue
            }
            var values: [LogColumn: Double] = [:]
            for (column, number) in zip(columns, numbers) { if let column, let number { values[column] = number } }
            wanted = epoch.last + 1
            guard raw.count < LogText.mostRows else { break }
            raw.append((Double(epoch.number), line.number, values))
        }
        guard !raw.isEmpty else {
            throw FileError(
                file: file, message: "has no row of a training, such as 0/299 1.2G 0.1 …",
                wayOut: "name the results.txt of YOLOv7 or YOLOv5")
        }
        return (RunTable(columns: columns.compactMap { $0 }, raw: raw, notes: notes), wanted)
    }
}
