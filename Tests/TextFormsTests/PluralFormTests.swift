import Foundation
import TestSupport
import Testing

/// "1 errors" is written nowhere: what is counted in texts goes through `Counted`.
@Suite struct PluralFormTests {
    /// Nouns that texts count.
    private static let nouns = [
        "images", "rows", "files", "errors", "warnings", "notes", "epochs", "folds", "findings", "suspicions", "labels",
        "entries", "objects", "decisions", "steps",
    ]
    /// Where the number is a limit or part of a share, and never one: the text around it, with its file.
    private static let exempt: [(file: String, text: String)] = [
        ("ConversionResult.swift", "none of the"), ("Conversion.swift", "none of the"),
        ("D020PathInTwoSplits.swift", "images of"), ("I011DrawnBeforeTurning.swift", "images that EXIF turns"),
        ("P001NoLabel.swift", "images have none"), ("B015ClassesShifted.swift", "class ids run"),
        ("P004NoImagesFolder.swift", "lie in no folder"), ("D015LabelsElsewhere.swift", "images without labels"),
        ("I009NearDuplicateImage.swift", "images show this scene"), ("Trainer.swift", "all \\(rows.count) rows"),
        ("ZipFile.swift", "holds more than"), ("TerminalText.swift", "Tool.output"),
        ("NextStep.swift", "Go through the"), ("ClassList.swift", "one entry"),
    ]

    @Test func countsGoThroughOnePlace() throws {
        let sources = SharedMaterial.checkout.appendingPathComponent("Sources")
        let pattern = try Regex("\\\\\\((?:[^()]|\\([^()]*\\))*\\) (?:\(Self.nouns.joined(separator: "|")))\\b")
        var found: [String] = []
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let name = file.lastPathComponent
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                guard let match = line.firstMatch(of: pattern) else { continue }
                // What `Counted` has made is followed by a text of its own.
                if line[match.range].contains("Counted") || line[match.range].contains("func ") { continue }
                if Self.exempt.contains(where: { $0.file == name && line.contains($0.text) }) { continue }
                found.append("\(name): \(line.drop { $0 == " " })")
            }
        }
        #expect(found.isEmpty, "count with Counted.text: \(found.joined(separator: "\n"))")
    }

    /// What the test looks for is found.
    @Test func aPluralOfItsOwnIsSeen() throws {
        let pattern = try Regex("\\\\\\((?:[^()]|\\([^()]*\\))*\\) (?:\(Self.nouns.joined(separator: "|")))\\b")
        #expect("\"\\(rows.count) rows changed\"".contains(pattern))
        #expect(!"\"\\(Counted.text(rows.count, \"row\")) changed\"".contains(pattern))
    }
}
