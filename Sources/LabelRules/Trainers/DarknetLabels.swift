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
        let id = Int(numbers[0])
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

/// Numbers as C's `scanf` takes them: as far as they go.
private struct NumberScanner {
    let bytes: [UInt8]
    private(set) var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 32 || (9...13).contains(bytes[at]) { at += 1 }
    }

    mutating func integer() -> Int32? {
        var end = at
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
        let digits = end
        while end < bytes.count, isDigit(end) { end += 1 }
        guard end > digits else { return nil }
        let value = Int(String(decoding: bytes[at..<end], as: UTF8.self)) ?? .max
        at = end
        return Int32(clamping: value)
    }

    mutating func float() -> Float? {
        var end = at
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
        for word in ["infinity", "inf", "nan"] {
            let text = String(decoding: bytes[end..<min(bytes.count, end + word.utf8.count)], as: UTF8.self)
            guard text.lowercased() == word else { continue }
            let sign: Float = end > at && bytes[at] == UInt8(ascii: "-") ? -1 : 1
            at = end + word.utf8.count
            return word == "nan" ? .nan : sign * .infinity
        }
        let mantissa = end
        while end < bytes.count, isDigit(end) { end += 1 }
        var digits = end - mantissa
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            let point = end
            end += 1
            while end < bytes.count, isDigit(end) { end += 1 }
            digits += end - point - 1
        }
        guard digits > 0 else { return nil }
        if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < bytes.count, bytes[exponent] == UInt8(ascii: "-") || bytes[exponent] == UInt8(ascii: "+") {
                exponent += 1
            }
            let first = exponent
            while exponent < bytes.count, isDigit(exponent) { exponent += 1 }
            if exponent > first { end = exponent }
        }
        let text = String(decoding: bytes[at..<end], as: UTF8.self).lowercased()
        at = end
        // Swift wants a digit on both sides of a point.
        let parts = text.split(separator: "e", omittingEmptySubsequences: false)
        var number = String(parts[0])
        if number.hasSuffix(".") { number += "0" }
        number = number.replacing(/^([+-]?)\./) { "\($0.1)0." }
        return Float(Double(number + (parts.count > 1 ? "e" + parts[1] : "")) ?? .infinity)
    }

    private func isDigit(_ at: Int) -> Bool { bytes[at] >= 48 && bytes[at] <= 57 }
}
