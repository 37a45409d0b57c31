import Findings
import YOLODataset

/// D022: lines of a list that lose their images.
public struct LinesLost: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D022", name: "lines that lose their images", severity: .error,
        what:
            "A list has lines with a blank at the end or the beginning, a byte-order mark, quotes or backslashes; or a "
            + "class is named twice.",
        why:
            "Trainers take each line as it is: with the blank it is another file, which is not there, or no image by its "
            + "suffix, and it is left out in silence.",
        fix: "write one plain path a line, with / and without blanks")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        findings(.lines, of: dataset)
            + listing.oddLists.flatMap { list in
                OddLine.Kind.allCases.compactMap { kind in
                    let lines = list.lines.filter { $0.kind == kind }
                    guard let first = lines.first else { return nil }
                    return finding(
                        dataset.relative(list.path), line: first.line, column: 1,
                        message:
                            "\(lines.count) \(lines.count == 1 ? "line" : "lines") of this list for \(list.split): "
                            + "the line \(kind.rawValue), and no file has such a name: “\(first.text)”",
                        effect: .dropped("the image is not trained on"))
                }
            }
    }
}
