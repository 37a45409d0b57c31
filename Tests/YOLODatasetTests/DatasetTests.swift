import FileReading
import Foundation
import Geometry
import TestSupport
import Testing
import YOLODataset

@Suite struct DatasetTests {
    private func place(_ yaml: String, _ files: [String] = []) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(yaml, to: "data.yaml")
        for file in files { try folder.write("0 0.5 0.5 0.2 0.2\n", to: file) }
        return folder
    }

    @Test func foldersListsAndSeveralSources() throws {
        let folder = try place(
            "train: [images/train, more.txt]\nval: images/val\nnames: {0: a, 1: b}\n",
            [
                "images/train/deep/x.JPG", "images/train/.hidden.jpg", "images/val/[v].png", "images/extra/y.jpg",
                "labels/train/deep/x.txt",
            ])
        try folder.write("./images/extra/y.jpg\r\n\n", to: "more.txt")
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        let listing = try dataset.listSamples()
        #expect(dataset.classNames == ["a", "b"] && dataset.classCount == 2)
        #expect(
            listing.samples.map(\.image) == ["images/extra/y.jpg", "images/train/deep/x.JPG", "images/val/[v].png"])
        #expect(listing.samples[1].label == "labels/train/deep/x.txt" && listing.samples[1].hasLabelFile)
    }

    @Test func splitsAreFoundByNameAndTheKnownOnesNamed() throws {
        let folder = try place("train: images/train\nval: images/val\nnames: [a]\n", ["images/train/a.jpg"])
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        #expect(dataset.splitNames == ["train", "val"])
        #expect(try dataset.split(named: "val").line == 2)
        let error = #expect(throws: FileError.self) { try dataset.split(named: "nope") }
        #expect(error?.wayOut.hasPrefix("use train, val") == true)
    }

    @Test func roboflowsPathsAndSynonyms() throws {
        let folder = try place(
            "train: ../train/images\nvalidation: ../valid/images\nnc: '2'\nnames: [a, b]\n",
            ["train/images/a.jpg", "valid/images/b.jpg", "valid/labels/b.txt"])
        let listing = try Dataset.open(folder.path + "/data.yaml").listSamples()
        #expect(listing.samples.map(\.image) == ["train/images/a.jpg", "valid/images/b.jpg"])
        #expect(listing.samples[1].hasLabelFile && listing.missingSources.isEmpty)
    }

    @Test func linksThatLeadBackEnd() throws {
        let folder = try place("train: images\nnames: [a]\n", ["images/a.jpg"])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/images/loop", withDestinationPath: folder.path + "/images")
        // Trainers list the image again and again, until the system refuses the forty-first link.
        let listing = try Dataset.open(folder.path + "/data.yaml").listSamples()
        #expect(listing.samples.count == 41)
        #expect(listing.missingSources.first?.reason.contains("leads back") == true)
        #expect(!(listing.missingSources.first?.isFatal ?? true))
    }

    @Test func orphansAreFoundInTheSplitsThatAreAskedFor() throws {
        let folder = try place(
            "train: images/train\nval: images/val\nnames: [a]\n",
            [
                "images/train/a.jpg", "labels/train/a.txt", "labels/train/lost.txt", "images/val/b.jpg",
                "labels/val/b.txt",
            ])
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        #expect(try dataset.listSamples().labelsWithoutImage == ["labels/train/lost.txt"])
        #expect(try dataset.listSamples(splits: ["val"]).labelsWithoutImage.isEmpty)
    }

    @Test(arguments: [
        ("names: [a]\n", "declares no train"), ("train: images\n", "neither names nor nc"),
        ("train: images\nnc: many\n", "positive whole number"), ("train: images\nnames: 5\n", "must be a list"),
        ("images: []\nannotations: []\n", "COCO JSON"),
    ])
    func whatIsNoDatasetIsExplained(yaml: String, words: String) throws {
        let folder = try place(yaml)
        do {
            _ = try Dataset.open(folder.path + "/data.yaml").usable()
            Issue.record("opened")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
        }
    }

    @Test func darknetIsASecondEntrance() throws {
        let folder = try place("", ["images/a.jpg"])
        try folder.write("classes = 2\ntrain = train.txt\nvalid = train.txt\nnames = my.names\n", to: "my.data")
        try folder.write("images/a.jpg\n", to: "train.txt")
        try folder.write("cat\ndog\n", to: "my.names")
        let dataset = try Dataset.open(folder.path + "/my.data")
        #expect(dataset.classNames == ["cat", "dog"] && dataset.splits.map(\.name) == ["train", "val"])
        #expect(try dataset.listSamples(splits: ["train"]).samples.count == 1)
    }

    @Test(
        .enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"),
        arguments: [("bccd", 364, 4888), ("deeppcb", 400, 2683)])
    func realDatasetsAreListedAndRead(name: String, images: Int, rows: Int) throws {
        let samples = try Dataset.open(SharedMaterial.path("data/\(name)/data.yaml")).listSamples().samples
        #expect(samples.count == images)
        #expect(try samples.reduce(0) { $0 + (try LabelFile.read($1.labelPath)).rows.count } == rows)
    }
}

@Suite struct LabelFileTests {
    private func rows(_ text: String) -> [LabelRow] { LabelFile.parse(Array(text.utf8)).rows }

    @Test(arguments: [
        "0 0.5 0.5 0.2 0.2\r\n1 0.1 0.1 0.1 0.1", "\u{FEFF}0 0.5 0.5 0.2 0.2\n\n 1\t0.1  0.1 0.1 0.1 \n",
        "0 .5 5e-1 +0.2 0.20\r1 0.1 0.1 0.1 1_0e-2",
    ])
    func formsThatAreFine(text: String) {
        let rows = rows(text)
        #expect(rows.count == 2 && rows.allSatisfy { $0.problem == nil && $0.kind == .box })
        #expect(rows[0].values == [0, 0.5, 0.5, 0.2, 0.2] && rows[1].values == [1, 0.1, 0.1, 0.1, 0.1])
    }

    @Test func problemsKnowTheirColumn() {
        #expect(rows("0 0.5 x 0.2 0.2")[0].problem == .notANumber(field: "x"))
        #expect(rows("0 0.5 x 0.2 0.2")[0].column == 7)
        #expect(rows("0 0.5 nan 0.2 0.2")[0].problem == .notFinite(field: "nan"))
        #expect(rows("0 0.5 0.5 0.2")[0].problem == .wrongColumnCount(4))
        #expect(rows("0 0.5 0.5 0.2 0.2 0.9")[0].problem == .wrongColumnCount(6))
    }

    @Test func polygonsBecomeBoxes() throws {
        let box = try #require(rows("0 0.1 0.2 0.5 0.2 0.3 0.8")[0].box)
        #expect(
            abs(box.cx - 0.3) < 1e-12 && abs(box.cy - 0.5) < 1e-12 && abs(box.width - 0.4) < 1e-12
                && abs(box.height - 0.6) < 1e-12)
    }

    @Test(arguments: [
        "0.1", "0.333333333333333314829616256247", "123456789012345678901234567890", "1e-320", "0.618750",
        "9007199254740993",
    ])
    func numbersRoundAsPythonDoes(text: String) {
        #expect(rows("0 \(text) 0 0 0")[0].values[1] == Double(text))
    }

    @Test(arguments: ["0x10", "1__0", "_1", "1_", "", "1,5", "--1", "1e", "e5", ".", "infinit"])
    func whatIsNoNumber(text: String) {
        let row = rows("0 \(text)q 0 0 0".replacing("q", with: text.isEmpty ? "q" : ""))[0]
        if case .notANumber = row.problem { return }
        Issue.record("\(text) became \(row.values)")
    }

    /// Any bytes: rows, never a crash, and lines that ascend.
    @Test func randomBytesAreReadWithoutACrash() {
        var state: UInt64 = 7
        for _ in 0..<2_000 {
            let bytes = (0..<60).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let pool = Array("0123456789.-+eE \t\r\n_naif,\0\u{FF}".utf8)
                return state >> 60 == 0 ? UInt8(truncatingIfNeeded: state >> 40) : pool[Int(state >> 33) % pool.count]
            }
            let lines = LabelFile.parse(bytes).rows.map(\.line)
            #expect(lines == lines.sorted())
        }
    }

    @Test func trainableRowsLeaveOutWhatCannotBeLearned() {
        let text =
            "0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n9 0.5 0.5 0.2 0.2\n0 0.5 0.5 0 0.2\n0 1.2 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n"
        let boxes = LabelFile.parse(Array(text.utf8)).trainableBoxes(classCount: 2)
        #expect(boxes.map(\.line) == [1, 6])
    }

    /// Corners are kept where turned boxes are asked for, and become the smallest rectangle in pixels.
    @Test func rowsOfCornersBecomeTurnedBoxes() throws {
        // A square on its corner in an image twice as wide as high.
        let text = "1 0.5 0.25 0.625 0.5 0.5 0.75 0.375 0.5\n0 0.5 0.5 0.2 0.2\n"
        let file = LabelFile.parse(Array(text.utf8))
        #expect(file.trainableBoxes(classCount: 2).allSatisfy { $0.corners == nil })
        let boxes = file.trainableBoxes(classCount: 2, keepsCorners: true)
        #expect(boxes.count == 2 && boxes[1].corners == nil && boxes[0].box == file.rows[0].box)
        let place = boxes[0].place(width: 200, height: 100)
        let turned = try #require(place.turned)
        #expect(abs(place.width - 25 * 2.0.squareRoot()) < 1e-9 && abs(place.height - place.width) < 1e-9)
        #expect(abs(abs(turned.angle) - .pi / 4) < 1e-9 && turned.centre == PlanePoint(100, 50))
        #expect(boxes[1].place(width: 200, height: 100) == ObjectBox(Edges(left: 80, top: 40, right: 120, bottom: 60)))
        // Points on a line have no rectangle.
        let flat = try #require(LabelBox(classID: 0, corners: [PlanePoint(0, 0), PlanePoint(1, 1)], line: 1))
        #expect(flat.place(width: 10, height: 10).turned == nil && LabelBox(classID: 0, corners: [], line: 1) == nil)
    }
}
