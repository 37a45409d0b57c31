import FileReading
import Findings

/// Reads the rows that findings are about, one file at a time.
public struct RowTexts {
    private let root: String
    private var file = ""
    private var rows: [Substring] = []

    /// - Parameter root: the dataset's folder.
    public init(root: String) { self.root = root }

    /// The row without its end; nil where a finding is about no row.
    public mutating func text(of finding: Finding) -> String? {
        guard let line = finding.line else { return nil }
        if finding.file != file {
            file = finding.file
            let path = Paths.absolute(finding.file, relativeTo: root)
            let bytes = (try? FileReading.bytes(ofFile: path, limit: 64 << 20)) ?? []
            // By line feeds alone: that is how lines are counted.
            let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
            rows = scalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
        }
        return rows.indices.contains(line - 1) ? String(rows[line - 1]) : nil
    }
}
