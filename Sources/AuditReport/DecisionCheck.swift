import CheckedNumbers

/// What a decision must be before anything keeps or applies it; that its words are known is the decoder's part.
struct DecisionCheck {
    /// No label file has so many rows: what is counted must fit everywhere.
    private static let mostLines = 1_000_000_000
    /// In bytes: more than any file system has.
    private static let longestName = 4_096
    private static let longestID = 64
    /// In bytes, of a note or a person's name.
    private static let longestNote = 4_096
    /// Trainers take a place that reaches so far, and so does the ledger.
    private static let places = 0...1.01

    /// Classes are from 0 to one less; nil where the dataset is not known.
    var classCount: Int?

    /// What is wrong with a decision; nil for nothing.
    func problem(of it: DecisionFile.Decision) -> String? {
        func isPlain(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
        }
        guard !it.id.isEmpty, it.id.utf8.count <= Self.longestID, it.id.utf8.allSatisfy(isPlain) else {
            return "a decision whose id is no name of a suspicion"
        }
        guard !it.image.isEmpty, it.image.utf8.count <= Self.longestName,
            it.image.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else { return "the decision \(it.id) of something that is no image's name" }
        for text in [it.note, it.by].compactMap(\.self) where !Self.isNote(text) {
            return "a note of \(it.image) that is too long or holds control characters"
        }
        if let line = it.line, !(1...Self.mostLines).contains(line) {
            return "a decision of row \(line) of \(it.image)"
        }
        for row in [it.label, it.row].compactMap(\.self) {
            if let wrong = problem(ofRow: row) { return "a row of \(it.image) \(wrong)" }
        }
        return it.decision == .accept ? problem(ofAccepted: it) : nil
    }

    /// Lines of text, not too many.
    private static func isNote(_ text: String) -> Bool {
        text.utf8.count <= longestNote
            && text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 || $0 == "\n" || $0 == "\t" }
    }

    /// What `[class, cx, cy, w, h]` lacks to be one; nil for nothing.
    func problem(ofRow row: [Double]) -> String? {
        guard row.count == 5, row.dropFirst().allSatisfy(Self.places.contains) else {
            return "that is no class and box in fractions"
        }
        guard let classID = Int(exactly: row[0]), classID >= 0, classID < classCount ?? Int(Int32.max) else {
            return "whose class the dataset does not have"
        }
        return nil
    }

    /// What is accepted is written: a missing object has a row to be added, anything else one to be changed.
    private func problem(ofAccepted it: DecisionFile.Decision) -> String? {
        guard it.kind != .image, it.kind != .check else { return nil }
        guard (it.kind == .missing) == (it.line == nil), (it.label == nil) == (it.line == nil) else {
            return "a decision of \(it.image) without the row that was judged"
        }
        if let row = it.row, row[3] <= 0 || row[4] <= 0 { return "a row of \(it.image) without an area" }
        return nil
    }
}
