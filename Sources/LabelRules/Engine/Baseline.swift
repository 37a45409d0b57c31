import CheckedNumbers
import FileReading
import Findings
import Foundation

/// Findings that are known and shall not be reported again, so that an old dataset can adopt the check today.
///
/// A finding is known by its file, its code, and the text of its row (without a row, its message), not by its line: rows
/// may move. Each entry holds how often it was found; what comes beyond is new.
///
/// The file is text: count, code, file and row, separated by tabs, in order.
public struct Baseline: Sendable, Hashable {
    private struct Key: Hashable {
        var code: String
        var file: String
        var text: String
    }

    private var counts: [Key: Int] = [:]
    /// No dataset has one finding so often; sums of such numbers fit.
    private static let mostOften = 1_000_000_000
    private static let heading = "# assay-labels baseline 1: count, code, file, row"

    /// Everything in `findings`.
    ///
    /// - Parameter root: the dataset's folder, where rows are read.
    public init(_ findings: [Finding], root: String) {
        var rows = RowTexts(root: root)
        for finding in findings { counts[Self.key(finding, &rows), default: 0] += 1 }
    }

    /// Findings that are known, each as often as it was found.
    public var count: Int { counts.values.reduce(0, +) }

    /// The findings that are not known, in order.
    public func new(in findings: [Finding], root: String) -> [Finding] {
        var left = counts
        var rows = RowTexts(root: root)
        return findings.filter { finding in
            let key = Self.key(finding, &rows)
            guard let known = left[key], known > 0 else { return true }
            left[key] = known - 1
            return false
        }
    }

    /// - Throws: `FileError` with the line that is no entry.
    public static func read(_ path: String) throws -> Baseline {
        try parse(FileReading.bytes(ofFile: path, limit: 256 << 20), file: path)
    }

    /// The same for a file that is in memory.
    static func parse(_ bytes: [UInt8], file path: String) throws -> Baseline {
        let budget = ReadingBudget(file: path, size: bytes.count, wayOut: "write the baseline again")
        let text = String(decoding: bytes, as: UTF8.self)
        var baseline = Baseline([], root: "")
        try budget.make(bytes: bytes.count { $0 == 10 }.checkedTimes(64))
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            try budget.make(bytes: 256)
            let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4, let number = Int(fields[0]), (1...mostOften).contains(number) else {
                throw FileError(
                    file: path, line: index + 1, message: "is no entry of a baseline",
                    wayOut: "write the baseline again: assay-labels … --write-baseline \(path)")
            }
            baseline.counts[Key(code: fields[1], file: fields[2], text: fields[3]), default: 0] += number
        }
        return baseline
    }

    public func write(to path: String) throws {
        // What a bad disk hides is nothing that a dataset may have.
        try MachineFaults.checkBeforeKeeping()
        try AtomicFile.write(text, to: path)
    }

    /// What is written.
    var text: String {
        let lines = counts.map { key, count in "\(count)\t\(key.code)\t\(key.file)\t\(key.text)\n" }.sorted()
        return Self.heading + "\n" + lines.joined()
    }

    /// What a finding is known by.
    private static func key(_ finding: Finding, _ rows: inout RowTexts) -> Key {
        // Tabs and line ends would end a field.
        func flat(_ text: String) -> String {
            text.split { $0.isNewline || $0 == "\t" || $0 == " " }.joined(separator: " ")
        }
        return Key(
            code: finding.code, file: flat(finding.file), text: flat(rows.text(of: finding) ?? finding.message))
    }
}
