import Foundation
import TestSupport
import Testing
import YOLODataset

/// What trainers stumble over before the first image, and what they read over.
@Suite struct DatasetReadingTests {
    private func place(_ yaml: String, _ more: [String: String] = [:]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(yaml, to: "data.yaml")
        for split in ["train", "val"] {
            try folder.write("x", to: "images/\(split)/\(split).png")
            try folder.write("0 0.5 0.5 0.2 0.2\n", to: "labels/\(split)/\(split).txt")
        }
        for (path, text) in more { try folder.write(text, to: path) }
        return folder
    }

    private func dataset(_ folder: TemporaryFolder, _ trainer: Trainer = .ultralytics) throws -> Dataset {
        try Dataset.open(
            folder.path + "/data.yaml", trainer: trainer, startedIn: TrainingPlace(workingFolder: folder.path))
    }

    private static let splits = "train: images/train\nval: images/val\n"

    private static let stopping: [(String, String)] = [
        ("train: images/train\nnames: [a]\n", "declares no val"),
        ("train: images/train\nvla: images/val\nnames: [a]\n", "“vla”"),
        ("train: images/train\nval:\nnames: [a]\n", "val is empty"),
        ("train: 2023\nval: images/val\nnames: [a]\n", "read as a number"),
        ("train: 2024-01-01\nval: images/val\nnames: [a]\n", "read as a date"),
        ("train: images/train\nval: images/none\nnames: [a]\n", "does not exist"),
        ("train: images\\train\nval: images/val\nnames: [a]\n", "does not exist"),
        ("train: images/train\nval: images/val\nnames: [a]\ntest: 3\n", "test (3) is read as a number"),
        ("train: images/train\nval: images/val\nnames: [a]\n---\nx: 1\n", "second document"),
        ("train: images/train\nval: images/val\nnames: [a]\nx: !!python/name:os.system\n", "tag"),
        ("train: images/train\nval: images/val\nnames: [a]\nx: 2024-13-01\n", "cannot be"),
        ("train: images/train\nval: images/val\nnames: {0: a, 2: b}\n", "without a gap"),
        ("train: images/train\nval: images/val\nnc: 3\nnames: [a]\n", "nc is 3"),
        ("train: images/train\nval: images/val\n", "neither names nor nc"),
        ("train: images/train\nval: images/val\nnames: [a]\npath: 2023\n", "path is read as a number"),
    ]

    @Test(arguments: stopping)
    func noTrainingStartsOn(yaml: String, words: String) throws {
        let stops = try dataset(try place(yaml)).problems.filter(\.stops)
        #expect(stops.contains { $0.message.contains(words) }, "\(stops.map(\.message))")
    }

    private static let starting: [String] = [
        "train: images/train\nval: images/val\nnames: [a]\ntest: None\n",
        "train: images/train\nval: images/val\nnames: [a]\ntest: missing\n",
        "train: images/train\nval: images/val\nnc: '1'\nnames: [a]\n",
        "base: &b\n  train: images/train\n  val: images/val\n<<: *b\nnames: {'0': a}\n",
        "train: images/train\nvalidation: images/val\nnames: [a]\n",
        "train: images/train\nval: images/val\nnames: [a\u{1}b]\n",
        "train: images/train\nval: images/val\nnc: 1.0\n",
        "\u{FEFF}%YAML 1.1\r\n---\r\ntrain: images/train\r\nval: images/val\r\nnc:\t1\r\n...\r\n",
    ]

    @Test(arguments: starting)
    func trainingStartsOn(yaml: String) throws {
        let folder = try place(yaml)
        // The folder is removed with its last use.
        defer { withExtendedLifetime(folder) {} }
        let dataset = try dataset(folder)
        #expect(dataset.problems.isEmpty, "\(dataset.problems.map(\.message))")
        #expect(dataset.classCount == 1)
        let samples = try dataset.listSamples().samples
        #expect(samples.map(\.hasLabelFile) == [true, true], "\(samples.map { ($0.imagePath, $0.labelPath) })")
    }

    @Test func bytesThatAreNotUTF8AreLeftOut() throws {
        let folder = try place("")
        let bytes =
            [UInt8]("# ".utf8) + [0xD1, 0xB5, 0x0A] + Array((Self.splits + "names: [caf").utf8) + [0xE9]
            + Array("]\n".utf8)
        try folder.write(bytes, to: "data.yaml")
        #expect(try dataset(folder).classNames == ["caf"])
        #expect(try dataset(folder).problems.isEmpty)
        // YOLOv7 reads it strictly.
        #expect(try dataset(folder, .yolov7).problems.first?.subject == .text)
    }

    @Test(arguments: [Trainer.ultralytics, .ultralyticsOld], ["0", "-1"])
    func noTrainerStartsWithoutAClass(trainer: Trainer, count: String) throws {
        let dataset = try dataset(try place(Self.splits + "nc: \(count)\n"), trainer)
        #expect(dataset.problems.contains { $0.stops && $0.subject == .classes }, "\(dataset.problems)")
    }

    @Test func olderVersionsTakeEachLetterForAClass() throws {
        let folder = try place(Self.splits + "names: ab\n")
        #expect(try dataset(folder, .ultralyticsOld).classNames == ["a", "b"])
        #expect(try dataset(folder, .ultralyticsOld).problems.isEmpty)
        #expect(try dataset(folder).problems.contains(where: \.stops))
    }

    @Test func ofClassesNamedTwiceTheLaterCounts() throws {
        let dataset = try dataset(try place(Self.splits + "names:\n  0: a\n  1: x\n  1: b\n"))
        #expect(dataset.classNames == ["a", "b"])
        #expect(dataset.problems.map(\.weight) == [.warning] && dataset.problems.map(\.subject) == [.lines])
    }

    @Test func namesInTwoUnicodeFormsAreTwo() throws {
        let folder = try place("train: train.txt\nval: images/val\nnames: [a]\n")
        let forms = ["u\u{308}ber.png", "\u{FC}ber.png"]
        try folder.write(forms.map { "./images/train/\($0)\n" }.joined(), to: "train.txt")
        let samples = try dataset(folder).listSamples(splits: ["train"]).samples
        #expect(samples.count == 2 && Set(samples).count == 2)
    }

    @Test func splitFoldersThatAreLinksHaveTheirLabelsBesideTheTarget() throws {
        let folder = try place(
            "path: poly\ntrain: images/train\nval: images/val\nnames: [a]\n",
            ["poly/labels/train/train.txt": "0 .5 .5 .1 .1\n"])
        try FileManager.default.removeItem(atPath: folder.path + "/labels")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/poly/images", withDestinationPath: "../images")
        let dataset = try dataset(folder)
        #expect(try dataset.listSamples().samples.map(\.hasLabelFile) == [false, false])
        #expect(dataset.splits[0].sources[0].isLink)
    }

    @Test func linesAreReadAsTheyAre() throws {
        let folder = try place(
            "train: train.txt\nval: images/val\nnames: [a]\n",
            ["train.txt": "./images/train/train.png \r\n./images/train/train.png\n./images/train/train.png"])
        let listing = try dataset(folder).listSamples(splits: ["train"])
        // The one with a blank has no suffix that is known; of the two others each counts, where repeats do.
        #expect(listing.samples.map(\.image) == ["images/train/train.png", "images/train/train.png"])
        #expect(listing.oddLists.first?.lines.map(\.kind) == [.blankAtEnd])
        let once = try dataset(folder, .yolov5).listSamples(splits: ["train"])
        #expect(once.samples.count == 1)
    }

    @Test func plainLinesAreOfTheWorkingDirectory() throws {
        let folder = try place(
            "train: train.txt\nval: images/val\nnames: [a]\n", ["train.txt": "images/train/train.png\n"])
        // The dataset is found wherever the check is started, and it is said.
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        #expect(dataset.place.workingFolder.hasSuffix(URL(fileURLWithPath: folder.path).lastPathComponent))
        #expect(dataset.problems.map(\.subject) == [.workingFolder])
        let sample = try #require(try dataset.listSamples(splits: ["train"]).samples.first)
        #expect(sample.label == "images/train/train.txt" && !sample.hasLabelFile)
    }

    @Test func aPathOfAnotherMachineIsWhatIsMissing() throws {
        let folder = try place("path: /home/someone/ds\n" + Self.splits + "names: [a]\n")
        let dataset = try Dataset.open(folder.path + "/data.yaml")
        let problem = try #require(dataset.problems.first)
        #expect(problem.stops && problem.line == 1 && problem.wayOut.contains("lie beside the file"))
        #expect(try dataset.listSamples().samples.count == 2)
    }

    @Test func yolov5LooksFromTheWorkingDirectory() throws {
        let folder = try place(Self.splits + "names: [a]\n")
        let elsewhere = TrainingPlace(workingFolder: folder.path + "/images")
        let yaml = folder.path + "/data.yaml"
        #expect(try Dataset.open(yaml, trainer: .yolov5, startedIn: elsewhere).problems.contains(where: \.stops))
        #expect(try Dataset.open(yaml, trainer: .ultralytics, startedIn: elsewhere).problems.isEmpty)
    }

    @Test func darknetReplacesOtherFolders() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "VOC/JPEGImages/a.jpg")
        try folder.write("x", to: "images/b.jpg")
        for label in ["VOC/labels/a.txt", "labels/b.txt"] { try folder.write("0 .5 .5 .1 .1\n", to: label) }
        try folder.write("VOC/JPEGImages/a.jpg\r\nimages/b.jpg\r\n", to: "train.txt")
        try folder.write("classes= 1\r\ntrain  = train.txt\r\nvalid = train.txt\r\nnames = x.names\r\n", to: "x.data")
        try folder.write("thing\r\n", to: "x.names")
        let dataset = try Dataset.open(folder.path + "/x.data", trainer: .darknet)
        #expect(dataset.classNames == ["thing"])
        let samples = try dataset.listSamples(splits: ["train"]).samples
        #expect(samples.map(\.label) == ["VOC/labels/a.txt", "images/b.txt"])
        #expect(samples.map(\.hasLabelFile) == [true, false])
    }

    @Test func archivesOfCVATAreReadAsTheyAreUnpacked() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "obj_train_data/a.png")
        try folder.write("0 .5 .5 .1 .1\n", to: "obj_train_data/a.txt")
        try folder.write("data/obj_train_data/a.png\n", to: "train.txt")
        try folder.write("thing\n", to: "obj.names")
        try folder.write("classes = 1\ntrain = data/train.txt\nnames = data/obj.names\n", to: "obj.data")
        let dataset = try Dataset.open(folder.path + "/obj.data")
        #expect(dataset.classNames == ["thing"] && dataset.problems.map(\.weight) == [.warning])
        #expect(try dataset.listSamples().samples.map(\.hasLabelFile) == [true])
    }
}
