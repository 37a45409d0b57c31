import FileReading
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// Label files that are links stay links, and nothing else than label files is written.
@Suite struct LinkedLabelTests {
    private let flat = "0 0.3 0.3 0 0.2\n0 0.5 0.5 0.2 0.2\n"
    private let mended = "0 0.5 0.5 0.2 0.2\n"

    /// A dataset whose images are `names`, with no labels.
    private func dataset(_ names: [String]) throws -> (TemporaryFolder, Dataset) {
        let folder = try TemporaryFolder()
        for name in names { try folder.write("x", to: "set/images/\(name).jpg") }
        try FileManager.default.createDirectory(atPath: folder.path + "/set/labels", withIntermediateDirectories: true)
        try folder.write("train: images\nval: images\nnames: [a, b]\n", to: "set/data.yaml")
        return (folder, try Dataset.open(folder.path + "/set/data.yaml"))
    }

    private func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func theTargetOfALinkIsCorrectedOnce() throws {
        let (folder, dataset) = try dataset(["a", "b"])
        let target = try folder.write(flat, to: "elsewhere/shared.txt")
        for name in ["a", "b"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/set/labels/\(name).txt", withDestinationPath: target)
        }
        let fixes = try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 2)
        #expect(fixes.count == 1)
        _ = try LabelFixer.apply(fixes, root: dataset.root)
        #expect(text(target) == mended)
        let link = folder.path + "/set/labels/a.txt"
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        #expect(try LabelBackup.undo(dataset).restored == [target])
        #expect(text(target) == flat)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    }

    @Test func aLinkThatLeadsNowhereIsReportedAndLeft() throws {
        let (folder, dataset) = try dataset(["a"])
        let link = folder.path + "/set/labels/a.txt"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path + "/nowhere.txt")
        let row = LabelPatch.Row(classID: 0, values: [0.5, 0.5, 0.1, 0.1])
        let patches = try LabelPatches(
            [LabelPatch(image: "images/a.jpg", line: nil, old: nil, new: row)], dataset: dataset)
        #expect(patches.fixes.isEmpty && patches.refused.first?.reason.contains("leads nowhere") == true)
    }

    @Test func aFileThatAFixMadeIsRemovedAgain() throws {
        let (folder, dataset) = try dataset(["a"])
        let row = LabelPatch.Row(classID: 0, values: [0.5, 0.5, 0.1, 0.1])
        let patches = try LabelPatches(
            [LabelPatch(image: "images/a.jpg", line: nil, old: nil, new: row)], dataset: dataset)
        _ = try LabelFixer.apply(patches.fixes, root: dataset.root)
        let path = folder.path + "/set/labels/a.txt"
        #expect(text(path) == "0 0.500000 0.500000 0.100000 0.100000\n")
        #expect(try LabelBackup.undo(dataset).restored == [path])
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// A dataset of a stranger comes with a backup that names other files.
    @Test func aBackupWritesNothingButLabels() throws {
        let (folder, dataset) = try dataset(["a"])
        let victim = try folder.write("mine\n", to: "home/.profile")
        let new = folder.path + "/home/.config"
        let manifest = """
            \(ContentDigest.of(Array("mine\n".utf8)).hex)\t\(victim)
            \(ContentDigest.of([]).hex)\t\(new)

            """
        try folder.write(manifest, to: "set/.assay-backup/1/manifest.txt")
        try folder.write("theirs\n", to: "set/.assay-backup/1/0.txt")
        try folder.write("theirs\n", to: "set/.assay-backup/1/1.txt")
        let outcome = try LabelBackup.undo(dataset)
        #expect(outcome.restored.isEmpty && outcome.changed == [victim, new])
        #expect(text(victim) == "mine\n" && !FileManager.default.fileExists(atPath: new))
    }

    @Test func numbersOfBackupsAreBounded() throws {
        let (folder, dataset) = try dataset(["a"])
        try folder.write(flat, to: "set/labels/a.txt")
        for name in ["\(Int.max)", "-1", "0", "99999999999999999999"] {
            try folder.write("", to: "set/.assay-backup/\(name)/manifest.txt")
        }
        let backup = try LabelFixer.apply(
            try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1), root: dataset.root)
        #expect(backup.hasSuffix("/.assay-backup/1"))
        #expect(try LabelBackup.undo(dataset).restored.count == 1)
    }

    @Test func aFolderOfBackupsThatIsALinkIsRefused() throws {
        let (folder, dataset) = try dataset(["a"])
        try folder.write(flat, to: "set/labels/a.txt")
        try FileManager.default.createDirectory(atPath: folder.path + "/out", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/set/.assay-backup", withDestinationPath: folder.path + "/out")
        let fixes = try LabelFixer.plan(dataset, allowsGuesses: false, jobs: 1)
        #expect(throws: FileError.self) { try LabelFixer.apply(fixes, root: dataset.root) }
        #expect(text(folder.path + "/set/labels/a.txt") == flat)
        #expect(throws: FileError.self) { try LabelBackup.undo(dataset) }
    }

    /// Rows that end with carriage returns or vertical tabs: the row that was decided on is changed, and no other.
    @Test(arguments: ["\r", "\u{B}", "\u{C}", "\u{85}"]) func decisionsFindRowsAtEveryLineEnd(end: String) throws {
        let (folder, dataset) = try dataset(["a"])
        let rows = ["0 0.1 0.1 0.1 0.1", "1 0.2 0.2 0.1 0.1", "0 0.3 0.3 0.1 0.1"]
        let path = try folder.write(rows.joined(separator: end), to: "set/labels/a.txt")
        let patches = try LabelPatches(
            [
                LabelPatch(
                    image: "images/a.jpg", line: 2, old: .init(classID: 1, values: [0.2, 0.2, 0.1, 0.1]),
                    new: .init(classID: 0, values: [0.2, 0.2, 0.1, 0.1]))
            ], dataset: dataset)
        _ = try LabelFixer.apply(patches.fixes, root: dataset.root)
        let changed = [rows[0], "0 0.2 0.2 0.1 0.1", rows[2]].joined(separator: end)
        #expect(text(path) == changed)
    }

    @Test func oneRowIsChangedOnce() throws {
        let (folder, dataset) = try dataset(["a"])
        try folder.write("0 0.5 0.5 0.2 0.2\n", to: "set/labels/a.txt")
        let old = LabelPatch.Row(classID: 0, values: [0.5, 0.5, 0.2, 0.2])
        let patches = try LabelPatches(
            [
                LabelPatch(image: "images/a.jpg", line: 1, old: old, new: .init(classID: 1, values: old.values)),
                LabelPatch(image: "images/a.jpg", line: 1, old: old, new: nil),
            ], dataset: dataset)
        #expect(patches.fixes.first?.rows.count == 1 && patches.refused.count == 1)
    }

    @Test(arguments: [Double.nan, -Double.infinity, -1]) func whatNoRowCanSayIsRefused(value: Double) throws {
        let (_, dataset) = try dataset(["a"])
        let row = LabelPatch.Row(classID: 0, values: [value, 0.5, 0.1, 0.1])
        let patches = try LabelPatches(
            [LabelPatch(image: "images/a.jpg", line: nil, old: nil, new: row)], dataset: dataset)
        #expect(patches.fixes.isEmpty && patches.refused.count == 1)
    }
}
