import AnchorFitting
import FileReading
import Foundation
import TestSupport
import Testing

@Suite struct AnchorFileTests {
    private let anchors = (1...9).map { AnchorSize(width: Double(10 * $0), height: Double(10 * $0) + 0.5) }
    private let levels = AnchorLevels.usual(count: 9)

    private static let darknet = """
        [net]
        width=416
        height = 352  # not square
        [convolutional]
        filters=24
        activation=linear
        [yolo]
        mask = 6,7,8
        anchors = 10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326
        classes=3
        num=9
        [convolutional]
        filters=24
        [yolo]
        mask = 3,4,5
        anchors = 10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326
        classes=3
        num=9
        [route]
        layers = 1
        [convolutional]
        filters=24
        [yolo]
        mask = 0,1,2
        anchors = 10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326  # all nine
        classes=3
        num=9

        """

    private static let modelYAML = """
        # a model
        nc: 3
        depth_multiple: 0.33
        anchors:
          - [10,13, 16,30, 33,23]  # P3/8
          - [30,61, 62,45, 59,119]  # P4/16  keep me
          - [116,90, 156,198, 373,326]  # P5/32
        backbone:
          [[-1, 1, Conv, [64, 6, 2, 2]]]
        head:
          [[[0, 0, 0], 1, Detect, [nc, anchors]]]

        """

    /// A checkpoint holds sides over the stride in single precision; what was meant is printed.
    @Test func sidesOfACheckpointAreTheDecimalsThatWereMeant() throws {
        let sides: [[Double]] = [[15.32, 30.64], [61.03, 45], [116.1875, 90.07]]
        let values = zip(sides, [8.0, 16, 32]).flatMap { row, stride in row.map { Float($0 / stride) } }
        let header = #"{"model.24.anchors":{"dtype":"F32","shape":[3,1,2],"data_offsets":[0,24]}}"#
        let bytes =
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        let folder = try TemporaryFolder()
        let source = try AnchorSource.read(try folder.write(bytes, to: "model.safetensors"))
        #expect(source.anchors.map { [$0.width, $0.height] } == sides)
    }

    @Test func readsADarknetConfiguration() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write(Self.darknet, to: folder.path + "/a.cfg")
        let source = try AnchorSource.read(folder.path + "/a.cfg")
        #expect(source.anchors.count == 9)
        #expect(source.anchors.first == AnchorSize(width: 10, height: 13))
        #expect(source.input == TrainingInput(width: 416, height: 352, resize: .stretch))
        #expect(source.levels?.perLevel == [3, 3, 3] && !source.isOutOfOrder)
    }

    @Test func writesEveryYoloSectionAndNothingElse() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.cfg"
        // Windows line ends stay.
        let text = Self.darknet.replacing("\n", with: "\r\n")
        try AtomicFile.write(text, to: path)
        let copy = try AnchorWriter.write(anchors, levels, into: path)
        #expect(copy == path + ".bak")
        #expect(try FileReading.bytes(ofFile: path + ".bak") == Array(text.utf8))
        let new = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        let old = "10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326"
        let figures = "10,10.5, 20,20.5, 30,30.5, 40,40.5, 50,50.5, 60,60.5, 70,70.5, 80,80.5, 90,90.5"
        #expect(new == text.replacing("\(old)  # all", with: "\(figures) # all").replacing(old, with: figures))
        #expect(try AnchorSource.read(path).anchors == anchors)
        #expect(try AnchorWriter.write(anchors, levels, into: path) == nil)
    }

    @Test func anotherNumberOfAnchorsChangesMasksAndFilters() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.cfg"
        try AtomicFile.write(Self.darknet, to: path)
        _ = try AnchorWriter.write(Array(anchors.prefix(6)), .usual(count: 6), into: path)
        let text = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        #expect(text.ranges(of: "num=6").count == 3 && text.ranges(of: "filters=16").count == 3)
        #expect(text.contains("mask = 4,5") && text.contains("mask = 2,3") && text.contains("mask = 0,1"))
        #expect(try AnchorSource.read(path).levels?.perLevel == [2, 2, 2])
        #expect(throws: FileError.self) {
            try AnchorWriter.write(Array(anchors.prefix(4)), .usual(count: 4), into: path)
        }
    }

    @Test func sharedMasksAreRespected() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/tiny.cfg"
        let yolo = "anchors = 10,14, 23,27, 37,58, 81,82, 135,169, 344,319\nclasses=3\nnum=6\n"
        let text =
            "[net]\nwidth=416\nheight=416\n[convolutional]\nfilters=24\n[yolo]\nmask = 3,4,5\n\(yolo)"
            + "[convolutional]\nfilters=24\n[yolo]\nmask = 1,2,3\n\(yolo)"
        try AtomicFile.write(text, to: path)
        #expect(try AnchorSource.read(path).anchors.count == 6)
        _ = try AnchorWriter.write(Array(anchors.prefix(6)), .usual(count: 6), into: path)
        let new = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        #expect(new.contains("mask = 3,4,5") && new.contains("mask = 1,2,3"))
        #expect(new.ranges(of: "10,10.5, 20,20.5").count == 2)
    }

    @Test func rewritesAModelYAMLInPlace() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.yaml"
        try AtomicFile.write(Self.modelYAML, to: path)
        #expect(try AnchorSource.read(path).anchors.last == AnchorSize(width: 373, height: 326))
        _ = try AnchorWriter.write(anchors, levels, into: path)
        let new = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        let expected = Self.modelYAML.replacing("10,13, 16,30, 33,23", with: "10,10.5, 20,20.5, 30,30.5")
            .replacing("30,61, 62,45, 59,119", with: "40,40.5, 50,50.5, 60,60.5")
            .replacing("116,90, 156,198, 373,326", with: "70,70.5, 80,80.5, 90,90.5")
        #expect(new == expected)
    }

    @Test(arguments: [
        "anchors: 3  # by the trainer\n", "anchors:\n  -\n    - 10\n    - 13\n  - [1,2]\n  - [3,4]\n",
        "anchors: [[10,13], [16,30], [33,23]]\n", "anchors:\n- [10,13]\n- [16,30]\n",
    ])
    func everyStyleOfAnchorsIsRewritten(block: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.yaml"
        let rest = "backbone:\n  [[-1, 1, Conv, [64, 6, 2, 2]]]\nhead:\n  [[[0, 0, 0], 1, Detect, [nc, anchors]]]\n"
        try AtomicFile.write("nc: 3\n" + block + rest, to: path)
        _ = try AnchorWriter.write(anchors, levels, into: path)
        let source = try AnchorSource.read(path)
        #expect(source.anchors == anchors && source.levels?.perLevel == [3, 3, 3])
        let new = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        #expect(new.hasPrefix("nc: 3\n") && new.hasSuffix(rest))
    }

    @Test func otherLevelsAreRefusedAndTheFileStays() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.yaml"
        try AtomicFile.write(Self.modelYAML, to: path)
        let two = try #require(AnchorLevels(strides: [16, 32], perLevel: [3, 3]))
        let error = #expect(throws: FileError.self) {
            try AnchorWriter.write(Array(anchors.prefix(6)), two, into: path)
        }
        #expect(error?.description.contains("--strides 8,16,32") == true)
        #expect(try FileReading.bytes(ofFile: path) == Array(Self.modelYAML.utf8))
        #expect(!FileManager.default.fileExists(atPath: path + ".bak"))
    }

    @Test func aModelWithoutAnchorsSaysSo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/v8.yaml"
        try AtomicFile.write(
            "nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [[15, 18, 21], 1, Detect, [nc]]\n", to: path)
        let source = try AnchorSource.read(path)
        #expect(source.isAnchorFree && source.levels?.strides == [8, 16, 32])
        #expect(throws: FileError.self) { try AnchorWriter.write(anchors, levels, into: path) }
    }

    @Test func anchorsOfFallingLevelsAreSeen() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.yaml"
        let wrong = Self.modelYAML.replacing("10,13, 16,30, 33,23", with: "500,500, 600,600, 610,610")
        try AtomicFile.write(wrong, to: path)
        #expect(try AnchorSource.read(path).isOutOfOrder)
    }

    @Test func formsOfTheTrainers() throws {
        let six = Array(anchors.prefix(6))
        let levels = AnchorLevels.usual(count: 6)
        #expect(
            AnchorWriter.text(.mmyolo, six, levels)
                == "anchors = [\n    [(10, 10.5), (20, 20.5)],  # P3/8\n    [(30, 30.5), (40, 40.5)],  # P4/16\n"
                + "    [(50, 50.5), (60, 60.5)],  # P5/32\n]\n")
        let mmdetection = AnchorWriter.text(.mmdetection, six, levels)
        #expect(mmdetection.contains("strides=[32, 16, 8]"))
        let coarse = try #require(mmdetection.firstRange(of: "(50, 50.5)")).lowerBound
        #expect(coarse < (try #require(mmdetection.firstRange(of: "(10, 10.5)")).lowerBound))
        #expect(AnchorWriter.text(.paddledetection, six, levels).contains("anchor_masks: [[4, 5], [2, 3], [0, 1]]"))
        #expect(AnchorWriter.text(.darknet, six, levels).hasPrefix("anchors = 10,10.5, 20,20.5"))
    }

    @Test(
        .enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"),
        arguments: ["yolov8n-deeppcb.pt", "yolov10n-deeppcb.pt", "yolo11n-deeppcb.pt", "yolo12n-deeppcb.pt"])
    func laterCheckpointsHaveNoAnchors(name: String) throws {
        let source = try AnchorSource.read(SharedMaterial.path("weights/\(name)"))
        #expect(source.isAnchorFree && source.levels?.strides == [8, 16, 32])
    }

    @Test(.enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"))
    func aCheckpointsAnchorsAreInPixels() throws {
        let source = try AnchorSource.read(SharedMaterial.path("weights/yolov5n.pt"))
        #expect(source.anchors.first == AnchorSize(width: 10, height: 13))
        #expect(source.anchors.last == AnchorSize(width: 373, height: 326))
        #expect(source.levels?.perLevel == [3, 3, 3])
    }
}
