import FileReading
import Foundation
import Imaging
import TestSupport
import Testing
import YOLODataset

/// What stands in folders besides images: it is listed or reported, and nothing waits or crashes.
@Suite struct OddTreeTests {
    private let row = "0 0.5 0.5 0.2 0.2\n"

    private func listing(_ folder: TemporaryFolder, _ yaml: String = "train: images\nnames: [a]\n") throws
        -> SampleListing
    {
        try folder.write(yaml, to: "data.yaml")
        return try Dataset.open(folder.path + "/data.yaml").listSamples()
    }

    @Test func pipesSocketsAndDevicesAreErrorsOfTheirImage() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "labels/pipe.txt")
        try folder.write(row, to: "images/keep.md")
        #expect(mkfifo(folder.path + "/images/pipe.jpg", 0o600) == 0)
        #expect(mkfifo(folder.path + "/labels/full.txt", 0o600) == 0)
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = folder.path + "/images/full.png"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/images/zero.jpg", withDestinationPath: "/dev/zero")
        let listing = try listing(folder)
        #expect(listing.samples.map(\.image) == ["images/full.png", "images/pipe.jpg", "images/zero.jpg"])
        for sample in listing.samples {
            #expect(throws: FileError.self) { try ImageHeader.readFile(sample.imagePath) }
            #expect(throws: FileError.self) { try ImageDecoder.decodeFile(sample.imagePath) }
        }
        #expect(throws: FileError.self) { try LabelFile.read(listing.samples[0].labelPath) }
    }

    /// Compared with YOLOv5: the name of a folder is a pattern to it.
    @Test func foldersThatArePatterns() throws {
        let folder = try TemporaryFolder()
        let yaml = "path: \(folder.path)\ntrain: '[set]/images'\nval: '[set]/images'\nnc: 1\nnames: [a]\n"
        try folder.write(yaml, to: "data.yaml")
        try folder.write(row, to: "[set]/images/a.jpg")
        func images(_ trainer: Trainer) throws -> [String] {
            let dataset = try Dataset.open(folder.path + "/data.yaml", trainer: trainer)
            return try dataset.listSamples(splits: ["train"]).samples.map(\.image)
        }
        #expect(try images(.ultralytics) == ["[set]/images/a.jpg"])
        for trainer in [Trainer.yolov5, .yolov7, .ultralyticsOld] { #expect(try images(trainer).isEmpty, "\(trainer)") }
        try folder.write(row, to: "s/images/b.jpg")
        try folder.write(row, to: "t/images/c.jpg")
        #expect(try images(.yolov5) == ["s/images/b.jpg", "t/images/c.jpg"])
        #expect(try images(.ultralytics) == ["[set]/images/a.jpg"])
    }

    @Test func linksAreFollowedAsTrainersFollowThem() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "images/z/a.jpg")
        try folder.write(row, to: "elsewhere/b.jpg")
        for (link, target) in [
            ("images/again", folder.path + "/images/z"), ("images/far", "../elsewhere"),
            ("images/self.jpg", "self.jpg"), ("images/nowhere", "/does/not/exist"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/" + link, withDestinationPath: target)
        }
        let listing = try listing(folder)
        let images = listing.samples.map(\.image)
        #expect(images == ["images/self.jpg", "images/again/a.jpg", "images/far/b.jpg", "images/z/a.jpg"])
        #expect(throws: FileError.self) { try ImageHeader.readFile(listing.samples[0].imagePath) }
    }

    @Test func foldersNamedLikeImagesAreEntered() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "images/scene.jpg/frame.png")
        #expect(try listing(folder).samples.map(\.label) == ["labels/scene.jpg/frame.txt"])
    }

    @Test func namesThatAreNotUTF8AreFindings() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "images/a.jpg")
        let bytes = Array((folder.path + "/images/").utf8) + [0x63, 0xE9] + Array(".jpg".utf8) + [0]
        let descriptor = open(bytes.map { CChar(bitPattern: $0) }, O_CREAT, 0o600)
        close(descriptor)
        let listing = try listing(folder)
        #expect(listing.samples.count == 2)
        do {
            _ = try ImageHeader.readFile(listing.samples[1].imagePath)
            Issue.record("read")
        } catch {
            #expect("\(error)".contains("not UTF-8; rename it"), "\(error)")
        }
    }

    @Test func longNamesAreWhole() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "x", count: 251)
        try folder.write(row, to: "images/\(name).jpg")
        #expect(try listing(folder).samples.map(\.image) == ["images/\(name).jpg"])
    }

    @Test func aMarkAtTheBeginningOfAListIsPartOfAName() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "images/a.jpg")
        try folder.write("\u{FEFF}images/a.jpg\nimages/a.jpg\nimages/readme.doc\n", to: "lists/train.txt")
        let yaml = "train: lists/train.txt\nval: images\nnames: [a]\n"
        // Newer versions pass over the mark.
        #expect(try listing(folder, yaml).oddLists.isEmpty)
        let dataset = try Dataset.open(folder.path + "/data.yaml", trainer: .yolov5)
        let read = try dataset.listSamples(splits: ["train"])
        // Without a leading slash there is no /images/ to replace: the label is looked for beside the image.
        #expect(read.samples.map(\.image) == ["images/a.jpg", "\u{FEFF}images/a.jpg"])
        #expect(read.samples.map(\.label) == ["images/a.txt", "\u{FEFF}images/a.txt"])
        #expect(
            read.oddLists.map(\.lines) == [[OddLine(line: 1, text: "\u{FEFF}images/a.jpg", kind: .byteOrderMark)]])
        #expect(read.otherFiles == ["images/readme.doc"])
    }

    @Test func labelsOfFoldersWithoutImagesAreSeen() throws {
        let folder = try TemporaryFolder()
        try folder.write(row, to: "images/a.jpg")
        try folder.write(row, to: "labels/deep/lost.txt")
        try folder.write("a\n", to: "labels/classes.txt")
        #expect(try listing(folder).labelsWithoutImage == ["labels/deep/lost.txt"])
    }

    @Test func filesThatVanishAreErrors() throws {
        let folder = try TemporaryFolder()
        let image = try folder.write(row, to: "images/a.jpg")
        let sample = try #require(try listing(folder).samples.first)
        try FileManager.default.removeItem(atPath: image)
        #expect(throws: FileError.self) { try ImageHeader.readFile(sample.imagePath) }
    }

    @Test(arguments: [
        ("/d/images/train/a.jpg", "/d/labels/train/a.txt"), ("/images/x/images/b.c.png", "/images/x/labels/b.c.txt"),
        ("/d/Images/a.jpg", "/d/Images/a.txt"), ("/d/my_images/a.jpg", "/d/my_images/a.txt"),
        ("/d/images/images/a.jpg", "/d/images/labels/a.txt"), ("/d/images.jpg", "/d/images.txt"),
    ])
    func labelOfAnImage(image: String, label: String) {
        #expect(Dataset.labelPath(ofImage: image) == label)
    }
}

@Suite struct PoseRowTests {
    private let rows = Array("0 0.5 0.5 0.2 0.2 0.1 0.1 2 0.2 0.2 0\n0 0.5 0.5 0.2 0.2\n".utf8)

    @Test func keypointsAreColumnsOfTheirOwn() {
        let file = LabelFile.parse(rows, keypointShape: [2, 3])
        #expect(file.rows[0].kind == .pose && file.rows[0].problem == nil && file.rows[0].box?.width == 0.2)
        #expect(file.rows[1].problem == .wrongColumnCount(5))
        #expect(file.trainableBoxes(classCount: 1).map(\.line) == [1])
    }

    @Test(arguments: [[], [2], [0, 3], [2, 4], [Int.max, 3], [-1, -1]])
    func aShapeThatIsNoneIsDetection(shape: [Int]) {
        #expect(LabelFile.parse(rows, keypointShape: shape).rows.map(\.kind) == [.polygon, .box])
    }
}

@Suite struct RowPlaceTests {
    /// Python's `splitlines` ends a row at these; editors do not count a line there.
    @Test func controlCharactersEndARowWithinTheLine() {
        let file = LabelFile.parse(Array("0 .5 .5 .2 .2\u{0B}1 .5 .5 .2 .2\u{1C}2 .5 x .2 .2\n3 .5 .5 .2 .2".utf8))
        #expect(file.rows.map(\.line) == [1, 1, 1, 2])
        #expect(file.rows[2].column == 34)
    }

    @Test func theFirstByteThatIsNotUTF8IsNamed() {
        #expect(LabelFile.parse(Array("é".utf8) + [0x20, 0xC3, 0x28]).textProblem == .notUTF8(offset: 3))
        #expect(LabelFile.parse(Array("é 1 2".utf8)).textProblem == nil)
    }
}
