import AnnotationSources
import Foundation
import TestSupport
import Testing

@Suite struct RecognitionTests {
    private static let coco =
        #"{"info": {}, "images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [], "categories": []}"#
    private static let voc = "<annotation><filename>a.jpg</filename><object><name>x</name></object></annotation>"
    private static let cvat =
        #"<?xml version="1.0"?><annotations><version>1.1</version><meta></meta><image id="0"/></annotations>"#
    private static let labelMe =
        #"{"version": "5.4.1", "flags": {}, "shapes": [], "imagePath": "a.jpg", "imageData": null}"#
    private static let labelStudio = #"[{"id": 1, "annotations": [{"result": []}], "data": {"image": "/data/a.jpg"}}]"#
    private static let short =
        #"[{"image": "/d/a.jpg", "id": 1, "label": [{"x": 1, "original_width": 9, "rectanglelabels": ["x"]}]}]"#

    @Test(arguments: [
        ("annotations.json", coco, AnnotationFormat.coco), ("a.xml", voc, .voc), ("annotations.xml", cvat, .cvat),
        ("a.json", labelMe, .labelMe), ("project.json", labelStudio, .labelStudio), ("min.json", short, .labelStudio),
        ("meta.json", #"{"classes": [{"title": "x", "shape": "rectangle"}], "tags": []}"#, .supervisely),
        ("obj.data", "classes = 1\ntrain = data/train.txt\nnames = data/obj.names\n", .darknet),
        ("data.yaml", "train: images\nnames: [a]\n", .yolo),
    ])
    func filesAreRecognised(name: String, text: String, format: AnnotationFormat) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "deep/er/" + name)
        #expect(ExportRecognition.recognise(path)?.format == format)
        #expect(ExportRecognition.recognise(folder.path)?.format == format)
        // The same in an archive.
        let archive = try folder.write(StoredArchive.bytes([.init("x/" + name, Array(text.utf8))]), to: "z.zip")
        #expect(ExportRecognition.recognise(archive)?.format == format)
        #expect(ExportRecognition.recognise(archive)?.isArchive == true)
    }

    @Test func foldersOfRowsAreRecognised() throws {
        let folder = try TemporaryFolder()
        try folder.write("0 0.5 0.5 0.1 0.1\n", to: "labels/a.txt")
        #expect(ExportRecognition.recognise(folder.path)?.format == .yolo)
        let other = try TemporaryFolder()
        try other.write("a\n", to: "classes.txt")
        #expect(ExportRecognition.recognise(other.path)?.format == .yolo)
    }

    @Test(arguments: [
        "", "{", "[]", "hello", "{\"a\": 1}", "[[[[[[", "{\"images\": [", "<html><body>", "\"", "{\"a\\", "{\"shapes\"",
    ])
    func otherFilesAreNone(text: String) throws {
        let folder = try TemporaryFolder()
        for name in ["a.json", "a.xml", "a.zip", "a.data", "a.yaml", "a.txt"] { try folder.write(text, to: name) }
        for name in ["a.json", "a.xml", "a.zip", "a.data", "a.yaml", "a.txt", "", "/nowhere"] {
            #expect(ExportRecognition.recognise(folder.path + "/" + name) == nil, "\(name)")
        }
    }

    /// A text of brackets alone takes neither memory nor time.
    @Test func bracketsWithoutEnd() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(String(repeating: "[{\"a\":", count: 50_000), to: "a.json")
        #expect(ExportRecognition.recognise(path) == nil)
    }

    @Test func oneCommandIsGiven() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.coco, to: "my set/it's.json")
        let error = try #require(ExportRecognition.recognise(path)).error
        #expect(error.message == "is COCO JSON, not a data.yaml")
        #expect(
            error.wayOut
                == "convert it: assay convert '\(folder.path)/my set/it'\\''s.json' -o 'it'\\''s-yolo'")
    }
}
