import FileReading
import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

@Suite struct LabelPatchTests {
    private func place(_ label: String?) throws -> (folder: TemporaryFolder, dataset: Dataset) {
        let folder = try TemporaryFolder()
        try folder.write("path: .\ntrain: images/train\nval: images/train\nnc: 2\nnames: [a, b]\n", to: "data.yaml")
        try folder.write("x", to: "images/train/one.jpg")
        if let label { try folder.write(label, to: "labels/train/one.txt") }
        return (folder, try Dataset.open(folder.path + "/data.yaml"))
    }

    private func text(_ folder: TemporaryFolder) -> String {
        String(
            decoding: FileManager.default.contents(atPath: folder.path + "/labels/train/one.txt") ?? Data(),
            as: UTF8.self)
    }

    private let image = "images/train/one.jpg"
    private func row(_ id: Int, _ values: Double...) -> LabelPatch.Row { .init(classID: id, values: values) }

    @Test func rowsAreChangedRemovedAndAddedAndAllElseStays() throws {
        let (folder, dataset) = try place("0 0.5 0.5 0.2 0.2\r\n1  0.25 0.250000 .1 .1\r\n0 0.75 0.75 0.1 0.1")
        let patches = try LabelPatches(
            [
                LabelPatch(image: image, line: 1, old: row(0, 0.5, 0.5, 0.2, 0.2), new: row(1, 0.5, 0.5, 0.25, 0.2)),
                LabelPatch(image: image, line: 3, old: row(0, 0.75, 0.75, 0.1, 0.1), new: nil),
                LabelPatch(image: image, line: nil, old: nil, new: row(1, 0.1, 0.2, 0.05, 0.05)),
            ], dataset: dataset)
        #expect(patches.refused.isEmpty && patches.fixes.count == 1 && patches.fixes[0].rows.count == 3)
        let backup = try LabelFixer.apply(patches.fixes, root: dataset.root)
        #expect(
            text(folder)
                == "1 0.500000 0.500000 0.250000 0.200000\r\n1  0.25 0.250000 .1 .1\r\n1 0.100000 0.200000 0.050000 0.050000\r\n"
        )
        #expect(FileManager.default.fileExists(atPath: backup))
        #expect(try LabelBackup.undo(dataset).restored.count == 1)
        #expect(text(folder) == "0 0.5 0.5 0.2 0.2\r\n1  0.25 0.250000 .1 .1\r\n0 0.75 0.75 0.1 0.1")
    }

    @Test func aRowThatHasMovedIsFoundAndOneThatHasChangedIsRefused() throws {
        let (folder, dataset) = try place("1 0.1 0.1 0.1 0.1\n0 0.5 0.5 0.2 0.2\n")
        let patches = try LabelPatches(
            [
                LabelPatch(image: image, line: 1, old: row(0, 0.5, 0.5, 0.2, 0.2), new: row(1, 0.5, 0.5, 0.2, 0.2)),
                LabelPatch(image: image, line: 1, old: row(1, 0.1, 0.1, 0.3, 0.1), new: nil),
                LabelPatch(image: "images/train/none.jpg", line: 1, old: row(1, 0.1, 0.1, 0.3, 0.1), new: nil),
            ], dataset: dataset)
        #expect(patches.fixes.first?.rows.map(\.line) == [2])
        #expect(patches.refused.count == 2, "\(folder.path)")
    }

    /// What training refuses is not written: a plain box among corners. A row of corners can go.
    @Test func rowsOfCornersAreTakenOutAndNeverMixed() throws {
        let (folder, dataset) = try place("0 0.1 0.1 0.3 0.1 0.3 0.2 0.1 0.2\n1 0.5 0.5 0.7 0.5 0.7 0.6 0.5 0.6\n")
        let patches = try LabelPatches(
            [
                LabelPatch(image: image, line: 1, old: row(0, 0.2, 0.15, 0.2, 0.1), new: nil),
                LabelPatch(image: image, line: 2, old: row(1, 0.6, 0.55, 0.2, 0.1), new: row(0, 0.6, 0.55, 0.2, 0.1)),
                LabelPatch(image: image, line: nil, old: nil, new: row(1, 0.1, 0.2, 0.05, 0.05)),
            ], dataset: dataset)
        #expect(patches.refused.map(\.patch.line) == [nil])
        _ = try LabelFixer.apply(patches.fixes, root: dataset.root)
        #expect(text(folder) == "0 0.5 0.5 0.7 0.5 0.7 0.6 0.5 0.6\n")
    }

    /// Outlines and poses included: their numbers are not written anew.
    @Test(arguments: [
        " 0\t0.50 .5 0.2 2e-1 ", "0 0.4 0.4 0.6 0.4 0.6 0.6 0.4 0.6", "0 0.4 0.4 0.6 0.4 0.6 0.60 0.4 0.6 0.4 0.5",
    ])
    func anotherClassLeavesTheRestOfARowAsItStands(written: String) throws {
        let (folder, dataset) = try place(written + "\n")
        let patches = try LabelPatches(
            [LabelPatch(image: image, line: 1, old: row(0, 0.5, 0.5, 0.2, 0.2), new: row(1, 0.5, 0.5, 0.2, 0.2))],
            dataset: dataset)
        #expect(patches.refused.isEmpty)
        _ = try LabelFixer.apply(patches.fixes, root: dataset.root)
        let first = try #require(written.firstIndex(of: "0"))
        #expect(text(folder) == written.replacingCharacters(in: first...first, with: "1") + "\n")
    }

    @Test func turnedBoxesTakeThePlaceOfTurnedBoxesAlone() throws {
        let corners = [0.5, 0.4, 0.6, 0.5, 0.5, 0.6, 0.4, 0.5]
        func turned(_ id: Int) -> LabelPatch.Row { .init(classID: id, values: [0.5, 0.5, 0.2, 0.2], corners: corners) }
        let old = row(1, 0.6, 0.55, 0.2, 0.1)
        let (folder, dataset) = try place("1 0.5 0.5 0.7 0.5 0.7 0.6 0.5 0.6\n")
        let all = [
            LabelPatch(image: image, line: 1, old: old, new: turned(1)),
            LabelPatch(image: image, line: nil, old: nil, new: turned(0)),
        ]
        let patches = try LabelPatches(all, dataset: dataset)
        #expect(patches.refused.isEmpty)
        _ = try LabelFixer.apply(patches.fixes, root: dataset.root)
        let numbers = "0.500000 0.400000 0.600000 0.500000 0.500000 0.600000 0.400000 0.500000\n"
        #expect(text(folder) == "1 \(numbers)0 \(numbers)")
        let again = try LabelPatches(all, dataset: dataset)
        #expect(again.fixes.isEmpty && again.refused.isEmpty)
        // A box that a person moved has no angle.
        let moved = try LabelPatches(
            [LabelPatch(image: image, line: 1, old: row(1, 0.5, 0.5, 0.2, 0.2), new: row(1, 0.5, 0.5, 0.1, 0.1))],
            dataset: dataset)
        #expect(moved.fixes.isEmpty && moved.refused.count == 1)
        let (_, plain) = try place("0 0.5 0.5 0.2 0.2\n")
        let mixed = try LabelPatches(
            [
                LabelPatch(image: image, line: nil, old: nil, new: turned(1)),
                LabelPatch(image: image, line: 1, old: row(0, 0.5, 0.5, 0.2, 0.2), new: turned(0)),
            ], dataset: plain)
        #expect(mixed.refused.map(\.patch.line) == [nil, 1])
    }

    @Test func whatWasAppliedIsNotAppliedAgain() throws {
        let (folder, dataset) = try place(nil)
        let all = [LabelPatch(image: image, line: nil, old: nil, new: row(1, 0.1, 0.2, 0.05, 0.05))]
        _ = try LabelFixer.apply(try LabelPatches(all, dataset: dataset).fixes, root: dataset.root)
        #expect(text(folder) == "1 0.100000 0.200000 0.050000 0.050000\n")
        let again = try LabelPatches(
            all + [
                LabelPatch(image: image, line: 1, old: row(0, 0.1, 0.2, 0.05, 0.05), new: row(1, 0.1, 0.2, 0.05, 0.05))
            ],
            dataset: dataset)
        #expect(again.fixes.isEmpty && again.refused.isEmpty)
    }
}
