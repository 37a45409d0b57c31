import CheckedNumbers
import FileReading

/// What a trainer said on the terminal, as far as it tells of the data and of the classes.
public struct ConsoleLog: Sendable {
    /// A line of the table that ends a validation.
    public struct ClassRow: Sendable {
        /// The class's name.
        public let name: String
        /// Objects in the validation images.
        public let instances: Int
        /// The share of predictions that are right.
        public let precision: Double
        /// The share of objects that are found.
        public let recall: Double
        /// Mean average precision at an IoU of 0.5.
        public let map50: Double
    }

    /// What the trainer counted when it read a split.
    public struct Scan: Sendable {
        /// The folder of labels, the list or the cache, as it was said.
        public var folder: String
        /// Images found.
        public var images: Int
        /// Without a label.
        public var backgrounds: Int
        /// Left out.
        public var corrupt: Int
        /// From 1.
        public var line: Int
    }

    /// Relative to the run's folder.
    public let file: String
    /// The last table with classes; empty where there is none.
    public private(set) var classes: [ClassRow] = []
    /// The line of that table, from 1.
    public private(set) var classLine = 1
    /// By `train` and `val`.
    public private(set) var scans: [String: Scan] = [:]
    /// Images that were left out since a label names a class that data.yaml does not have.
    public private(set) var beyondCount = 0
    /// The first line that says so: its number and its text.
    public private(set) var beyondLine: (number: Int, text: String)?
    /// The first line that tells of nan.
    public private(set) var nanLine: (number: Int, text: String)?
    /// The last line of an error that ended the training.
    public private(set) var errorLine: (number: Int, text: String)?
    /// Whether the trainer said that it is through, be it early.
    public private(set) var hasEnded = false
    /// The best possible recall that AutoAnchor printed.
    public private(set) var bestPossibleRecall: Double?

    /// Longer lines hold a progress bar, of which the end counts.
    private static let longestLine = 4000

    /// Reads what it knows and passes over the rest: any text is a console log.
    public init(_ bytes: [UInt8], file: String) {
        self.file = file
        var table: [ClassRow] = []
        var hasHead = false
        for line in LogText.lines(bytes) {
            let last = line.bytes.suffix(Self.longestLine)
            // What a progress bar has overwritten is gone; a bar that ends a line is not the text before it.
            for part in last.split(separator: 13) {
                let words = Self.plainWords(part)
                if words.contains("Class"), words.contains("Images") {
                    hasHead = true
                    table = []
                } else if hasHead, let row = Self.row(words) {
                    if row.name != "all" { table.append(row) }
                    if !table.isEmpty { (classes, classLine) = (table, line.number) }
                } else {
                    hasHead = hasHead && words.isEmpty
                    note(words, line.number)
                }
            }
        }
    }

    /// Words without colours.
    private static func plainWords(_ bytes: ArraySlice<UInt8>) -> [String] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var isEscape = false
        for byte in bytes {
            if byte == 27 { isEscape = true }
            if !isEscape { plain.append(byte) }
            // A colour ends with a letter, a line wipe with K.
            if isEscape, (65...90).contains(byte) || (97...122).contains(byte) { isEscape = false }
        }
        return LogText.words(plain[...])
    }

    /// A name, and six figures: images, objects, precision, recall, mAP50, mAP50-95.
    private static func row(_ words: [String]) -> ClassRow? {
        guard words.count >= 7 else { return nil }
        let figures = words.suffix(6).compactMap(LogText.number)
        guard figures.count == 6, let instances = Int(exactly: figures[1]), figures[0] == figures[0].rounded() else {
            return nil
        }
        return ClassRow(
            name: words.dropLast(6).joined(separator: " "), instances: instances, precision: figures[2],
            recall: figures[3], map50: figures[4])
    }

    private mutating func note(_ words: [String], _ line: Int) {
        let text = words.joined(separator: " ")
        if text.contains("exceed"), text.contains("class") {
            beyondCount += 1
            if beyondLine == nil { beyondLine = (line, text) }
        }
        if text.contains("Best Possible Recall"),
            let figure = words.lazy.compactMap(LogText.number).last(where: { $0 <= 1 })
        {
            bestPossibleRecall = figure
        }
        if text.contains("epochs completed in") || text.contains("no improvement observed") { hasEnded = true }
        // The last line of a traceback, and what a shell says of a process that was killed.
        let isError =
            words.first.map { $0.hasSuffix("Error:") || $0.hasPrefix("KeyboardInterrupt") } ?? false
            || words.first == "Killed" || (words.contains("Killed") && words.first?.hasSuffix(":") ?? false)
        if isError { errorLine = (line, text) }
        if nanLine == nil, !isError,
            words.contains(where: { $0.lowercased().prefix { $0.isLetter } == "nan" }) || text.contains("NaN/Inf")
        {
            nanLine = (line, text)
        }
        scan(words, line)
    }

    /// `train: Scanning FOLDER... 48 images, 0 backgrounds, 0 corrupt`; older versions say found, missing, empty.
    private mutating func scan(_ words: [String], _ line: Int) {
        guard let at = words.firstIndex(of: "Scanning"), at > 0, at + 1 < words.count else { return }
        let split = String(words[at - 1].dropLast())
        guard words[at - 1].hasSuffix(":"), ["train", "val"].contains(split) else { return }
        func count(_ names: String...) -> Int? {
            for (word, next) in zip(words, words.dropFirst()) where names.contains(next.filter(\.isLetter)) {
                if let count = Int(word) { return count }
            }
            return nil
        }
        guard let images = count("images", "found") else { return }
        let place = words[(at + 1)...].first { $0.contains("/") || $0.contains("\\") } ?? words[at + 1]
        scans[split] = Scan(
            folder: String(place.prefix { $0 != "." || place.hasPrefix(".") }), images: images,
            backgrounds: count("backgrounds", "empty") ?? 0, corrupt: count("corrupt", "corrupted") ?? 0, line: line)
    }
}
