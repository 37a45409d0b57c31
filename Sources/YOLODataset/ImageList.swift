import FileReading

/// A line of a list that loses its image, or is likely to.
public struct OddLine: Sendable, Hashable {
    /// What is odd about it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case byteOrderMark = "begins with a byte-order mark"
        case blankAtEnd = "ends with a blank"
        case blankAtStart = "begins with a blank"
        case backslash = "has backslashes"
        case quotes = "stands in quotes"
    }

    /// 1-based.
    public let line: Int
    /// The line.
    public let text: String
    /// What is odd about it.
    public let kind: Kind

    /// - Parameter line: 1-based.
    public init(line: Int, text: String, kind: Kind) {
        self.line = line
        self.text = text
        self.kind = kind
    }
}

/// A text file with a path a line, as a trainer reads it.
struct ImageList {
    /// Names of images by the folder that the line leads to, as the trainer writes it: first each image once, then those
    /// that are named again, and so on.
    private(set) var rounds: [[ExactText: [String]]] = [[:]]
    /// Lines that name no image by their suffix.
    private(set) var others: [String] = []
    private(set) var oddLines: [OddLine] = []
    private(set) var hasNUL = false

    /// Nil where the bytes are not UTF-8.
    init?(_ bytes: [UInt8], source: SplitSource, trainer: Trainer) {
        guard let lines = PythonText.lines(bytes, dropsMark: trainer == .ultralytics) else { return nil }
        let cut = source.text.utf8.lastIndex(of: UInt8(ascii: "/"))
        // Of a list in the working directory it is `./`, which changes nothing.
        let folder = cut.map { String(source.text[...$0]) } ?? "./"
        let suffixes = trainer.imageSuffixes
        var seen: [ExactText: [ExactText: Int]] = [:]
        for (index, written) in lines.enumerated() where !written.isEmpty {
            let isStray = !source.strayPrefix.isEmpty && written.hasPrefix(source.strayPrefix)
            let line = isStray ? String(written.dropFirst(source.strayPrefix.count)) : written
            let place = line.hasPrefix("./") ? Self.joined(folder, line, trainer) : line
            if let kind = Self.oddity(line) { oddLines.append(OddLine(line: index + 1, text: line, kind: kind)) }
            guard trainer == .darknet || suffixes.contains(Self.suffix(of: place).lowercased()) else {
                others.append(place)
                continue
            }
            hasNUL = hasNUL || place.utf8.contains(0)
            let slash = place.utf8.lastIndex(of: UInt8(ascii: "/"))
            let (text, name) =
                slash.map { (String(place[..<$0]), String(place[place.utf8.index(after: $0)...])) } ?? ("", place)
            // "/a.png" lies in the folder "/".
            let key = ExactText(text.isEmpty && slash != nil ? "/" : text)
            let round = seen[key, default: [:]][ExactText(name), default: 0]
            seen[key, default: [:]][ExactText(name)] = round + 1
            guard round == 0 || trainer.countsRepeats else { continue }
            if rounds.count <= round { rounds.append([:]) }
            rounds[round][key, default: []].append(name)
        }
    }

    private static func joined(_ folder: String, _ line: String, _ trainer: Trainer) -> String {
        trainer == .yolov7 || trainer == .ultralyticsOld
            ? line.replacing("./", with: folder) : folder + line.dropFirst(2)
    }

    /// What follows the last dot of the whole line, or all of it.
    private static func suffix(of line: String) -> Substring {
        line.utf8.lastIndex(of: UInt8(ascii: ".")).map { line[line.utf8.index(after: $0)...] } ?? line[...]
    }

    private static func oddity(_ line: String) -> OddLine.Kind? {
        if line.unicodeScalars.first == "\u{FEFF}" { return .byteOrderMark }
        if line.unicodeScalars.last.map(PythonText.isBlank) == true { return .blankAtEnd }
        if line.unicodeScalars.first.map(PythonText.isBlank) == true { return .blankAtStart }
        if line.hasPrefix("\"") || line.hasPrefix("'") { return .quotes }
        return line.utf8.contains(UInt8(ascii: "\\")) ? .backslash : nil
    }
}
