import CheckedNumbers
import Findings
import YOLODataset

/// How darknet reads labels: five numbers after five numbers, whatever the rows, until something is no number; what is
/// no box is left out, what is too large is cut.
enum DarknetLabels {
    /// The side of the network's input that its configurations come with.
    static let networkSize: Float = 416

    private struct Entry {
        /// Offset of the first byte, and of the one after the last.
        var start: Int
        var end: Int
        var numbers: [Float]
    }

    static func judge(_ file: LabelFile, _ bytes: ArraySlice<UInt8>, classCount: Int) -> LabelJudgement {
        var judgement = LabelJudgement()
        let (entries, end) = entries(Array(bytes))
        var next = 0
        let starts = rowStarts(Array(bytes))
        for row in file.rows {
            // The row's own bytes, by its line.
            let line = row.line - 1
            guard starts.indices.contains(line) else {
                judgement.rows.append(RowJudgement(effect: .dropped("reading stopped before it")))
                continue
            }
            let from = starts[line]
            let to = starts.indices.contains(line + 1) ? starts[line + 1] : bytes.count
            while next < entries.count, entries[next].start < from { next += 1 }
            guard next < entries.count, entries[next].start < to else {
                judgement.rows.append(
                    RowJudgement(
                        effect: from >= end
                            ? .dropped("reading stopped at an earlier row")
                            : .readWrong("its numbers are taken for parts of other boxes")))
                continue
            }
            judgement.rows.append(
                entries[next].end <= to && row.fields == 5
                    ? self.row(entries[next].numbers, classCount)
                    : RowJudgement(effect: .readWrong("five numbers at a time are a box, whatever the rows")))
        }
        return judgement
    }

    private static func row(_ numbers: [Float], _ classCount: Int) -> RowJudgement {
        let id = Int(clamping: numbers[0])
        var (x, y, width, height) = (numbers[1], numbers[2], numbers[3], numbers[4])
        if id < 0 || id >= classCount { return RowJudgement(effect: .dropped("the row, with a note: class \(id)")) }
        if width < 1 / networkSize || height < 1 / networkSize {
            return RowJudgement(effect: .dropped("the row, in silence: under one pixel of the network's input"))
        }
        guard x > 0, x <= 1, y > 0, y <= 1 else {
            return RowJudgement(effect: .dropped("the row, with a note: the centre is not in the image"))
        }
        let isCut = width > 1 || height > 1 || width.isNaN || height.isNaN
        (width, height) = (min(width, 1), min(height, 1))
        (x, y) = (x + 0, y + 0)
        return RowJudgement(
            effect: isCut ? .altered("sides longer than the image are cut") : .kept("trained on as it stands"),
            box: TrainedBox(classID: Float(id), cx: x, cy: y, width: width, height: height))
    }

    /// Where each line begins.
    private static func rowStarts(_ bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for at in bytes.indices
        where bytes[at] == 10 || bytes[at] == 13 && !(at + 1 < bytes.count && bytes[at + 1] == 10) {
            starts.append(at + 1)
        }
        return starts
    }

    /// The boxes, and where reading stopped.
    private static func entries(_ bytes: [UInt8]) -> ([Entry], end: Int) {
        var scanner = NumberScanner(bytes)
        var entries: [Entry] = []
        while true {
            scanner.skipBlanks()
            var entry = Entry(start: scanner.at, end: 0, numbers: [])
            guard let id = scanner.integer() else { return (entries, entry.start) }
            entry.numbers.append(Float(id))
            for _ in 0..<4 {
                scanner.skipBlanks()
                guard let value = scanner.float() else { return (entries, entry.start) }
                entry.numbers.append(value)
            }
            entry.end = scanner.at
            entries.append(entry)
        }
    }
}
