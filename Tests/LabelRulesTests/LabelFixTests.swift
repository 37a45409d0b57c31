import FileReading
import Foundation
import Imaging
import LabelRules
import TestSupport
import Testing
import YOLODataset

@Suite struct LabelFixTests {
    /// A dataset of one image of 200 × 100 px with this label file.
    private func dataset(_ text: String) throws -> (TemporaryFolder, Dataset) {
        let folder = try TemporaryFolder()
        let image = RGBImage(width: 200, height: 100, pixels: (0..<60_000).map { UInt8(truncatingIfNeeded: $0) })
        try folder.write(try #require(ImageEncoder.jpeg(image, quality: 80)), to: "images/a.jpg")
        try folder.write(text, to: "labels/a.txt")
        try folder.write("train: images\nval: images\nnames: [a, b]\n", to: "data.yaml")
        return (folder, try Dataset.open(folder.path + "/data.yaml"))
    }

    private func fixed(_ text: String, guesses: Bool = false) throws -> String {
        let (folder, dataset) = try dataset(text)
        let fixes = try LabelFixer.plan(dataset, allowsGuesses: guesses, jobs: 1)
        if !fixes.isEmpty { _ = try LabelFixer.apply(fixes, root: dataset.root) }
        return String(decoding: try FileReading.bytes(ofFile: folder.path + "/labels/a.txt"), as: UTF8.self)
    }

    @Test func safeFixesTouchOnlyWhatTheyName() throws {
        let text =
            "0  0.50 0.5 0.2 0.2\r\n0 0.3 0.3 0 0.2\r\n0 0.901 0.5 0.2 0.2\r\n0  0.50 0.5 0.2 0.2\r\n1 0.99 0.5 0.2 0.2\r\n"
        // Copies and boxes without area go; 0.2 px over the edge are cut; 18 px over the edge need a decision.
        #expect(try fixed(text) == "0  0.50 0.5 0.2 0.2\n0 0.9005 0.5 0.199 0.2\n1 0.99 0.5 0.2 0.2\n")
        let sound = "0 0.5 0.5 0.2 0.2\n\n 1\t0.1 0.1 0.1 0.1\n"
        #expect(try fixed(sound) == sound)
    }

    @Test(arguments: [
        ("\u{FEFF}0 0.5 0.5 0.2 0.2\n", "0 0.5 0.5 0.2 0.2\n"), ("0 0.5 0.5 0.2 0.2", "0 0.5 0.5 0.2 0.2\n"),
        ("0 0.5 0.5 0.2 0.2\r1 0.1 0.1 0.1 0.1\r", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"),
        ("0 0,5 0,5 0,2 0,2\n", "0 0.5 0.5 0.2 0.2\n"), ("0;0.5;0.5;0.2;0.2\n", "0 0.5 0.5 0.2 0.2\n"),
        ("0, 0.5, 0.5, 0.2, 0.2\n", "0 0.5 0.5 0.2 0.2\n"),
        ("0 0.5 0.5 0.2 0.2\n \t\n1 0.1 0.1 0.1 0.1\n", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"),
        // A copy that only shows when its separators are mended goes as well.
        ("0 0.5 0.5 0.2 0.2\n0;0.5;0.5;0.2;0.2\n", "0 0.5 0.5 0.2 0.2\n"),
        // What could be meant in two ways is left alone.
        ("0,5,0,5,0,2,0,2,0,2\n", "0,5,0,5,0,2,0,2,0,2\n"), ("0 0.5 0.5 0.2 0.2x\n", "0 0.5 0.5 0.2 0.2x\n"),
    ])
    func textIsMended(broken: String, mended: String) throws {
        #expect(try fixed(broken) == mended)
    }

    @Test func guessesAreMadeOnlyWhenAskedFor() throws {
        for (broken, mended) in [
            ("1 100 50 40 20\n", "1 0.5 0.5 0.2 0.2\n"),
            (
                "0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n",
                "0 0.25 0.25 0.3 0.3\n0 0.7 0.65 0.4 0.3\n0 0.775 0.4 0.35 0.4\n"
            ),
            ("0 0.5 0.5 0.2 0.2 0.87\n", "0 0.5 0.5 0.2 0.2\n"), ("0 0.99 0.5 0.2 0.2\n", "0 0.945 0.5 0.11 0.2\n"),
            ("0 0.5 0.5 0.2 0.2\n0 1.3 0.5 0.2 0.2\n", "0 0.5 0.5 0.2 0.2\n"),
        ] {
            #expect(try fixed(broken) == broken)
            #expect(try fixed(broken, guesses: true) == mended)
        }
    }

    @Test func fixedFilesHaveNoSuchFindingLeft() throws {
        let (folder, dataset) = try dataset(
            "0 0.3 0.3 0 0.2\n0 0.99 0.5 0.2 0.2\n0 0.2 0.2 0.1 0.1\n0 0.2 0.2 0.1 0.1\n")
        _ = try LabelFixer.apply(try LabelFixer.plan(dataset, allowsGuesses: true, jobs: 1), root: dataset.root)
        let left = try LabelCheck.run(dataset, jobs: 1).findings.map(\.code)
        // Train and val are one folder.
        #expect(left == ["D020", "D007"], "\(folder.path)")
        #expect(try LabelFixer.plan(dataset, allowsGuesses: true, jobs: 1).isEmpty)
    }

    @Test func aFixThatFailsLeavesNothingChanged() throws {
        struct Trouble: Error {}
        let text = "0 0.3 0.3 0 0.2\n0 0.5 0.5 0.2 0.2\n"
        let (folder, dataset) = try dataset(text)
        let fixes = try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1)
        #expect(throws: Trouble.self) { try LabelFixer.apply(fixes, root: dataset.root, then: { throw Trouble() }) }
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/a.txt") == Array(text.utf8))
        #expect(throws: FileError.self) { try LabelBackup.undo(dataset) }
    }

    /// As a crash, or an earlier version, left it: the fix before it can still be taken back.
    @Test func halfABackupIsNone() throws {
        let text = "0 0.3 0.3 0 0.2\n0 0.5 0.5 0.2 0.2\n"
        let (folder, dataset) = try dataset(text)
        _ = try LabelFixer.apply(
            try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1), root: dataset.root)
        try folder.write("0 0.5", to: ".assay-backup/2/0.txt")
        try folder.write("0 0.5", to: ".assay-backup/3.partial/0.txt")
        #expect(try LabelBackup.undo(dataset).restored.count == 1)
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/a.txt") == Array(text.utf8))
    }

    @Test func aFixCanBeUndoneByteForByte() throws {
        let text = "0 0.3 0.3 0 0.2\r\n0 0.5 0.5 0.2 0.2"
        let (folder, dataset) = try dataset(text)
        _ = try LabelFixer.apply(try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1), root: dataset.root)
        let outcome = try LabelBackup.undo(dataset)
        #expect(outcome.restored.count == 1 && outcome.changed.isEmpty)
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/a.txt") == Array(text.utf8))
        #expect(throws: FileError.self) { try LabelBackup.undo(dataset) }
    }

    @Test func aFileThatChangedSinceIsLeftAlone() throws {
        let (folder, dataset) = try dataset("0 0.3 0.3 0 0.2\n0 0.5 0.5 0.2 0.2\n")
        _ = try LabelFixer.apply(try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1), root: dataset.root)
        try folder.write("1 0.1 0.1 0.1 0.1\n", to: "labels/a.txt")
        let outcome = try LabelBackup.undo(dataset)
        #expect(outcome.restored.isEmpty && outcome.changed.count == 1)
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/a.txt") == Array("1 0.1 0.1 0.1 0.1\n".utf8))
    }

    @Test func aPlanThatIsOutOfDateWritesNothing() throws {
        let (folder, dataset) = try dataset("0 0.3 0.3 0 0.2\n")
        let fixes = try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1)
        try folder.write("0 0.5 0.5 0.1 0.1\n", to: "labels/a.txt")
        #expect(throws: FileError.self) { try LabelFixer.apply(fixes, root: dataset.root) }
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/a.txt") == Array("0 0.5 0.5 0.1 0.1\n".utf8))
    }

    @Test func oddNamesComeBackToo() throws {
        let (folder, _) = try dataset("0 0.5 0.5 0.2 0.2\n")
        let name = "100%0A\nx"
        try folder.write(try FileReading.bytes(ofFile: folder.path + "/images/a.jpg"), to: "images/\(name).jpg")
        try folder.write("0 0.3 0.3 0 0.2\n", to: "labels/\(name).txt")
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        _ = try LabelFixer.apply(try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1), root: dataset.root)
        #expect(try FileReading.bytes(ofFile: folder.path + "/labels/\(name).txt").isEmpty)
        #expect(try LabelBackup.undo(dataset).restored.count == 1)
        #expect(!(try FileReading.bytes(ofFile: folder.path + "/labels/\(name).txt").isEmpty))
    }

    @Test func theDiffShowsRows() throws {
        let (folder, dataset) = try dataset("0 0.3 0.3 0 0.2\n1 0.901 0.5 0.2 0.2\n")
        let diff = LabelFixer.diff(try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1)).text
        #expect(!diff.contains(folder.path))
        #expect(diff.contains("@@ line 1, B005 @@\n-0 0.3 0.3 0 0.2\n@@ line 2, B003 @@\n"))
        #expect(diff.contains("-1 0.901 0.5 0.2 0.2\n+1 0.9005 0.5 0.199 0.2\n"))
    }
}
