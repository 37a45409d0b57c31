import AnnotationSources
import DatasetConversion
import FileReading
import Foundation

@testable import YOLODataset

/// What another tool exported becomes labels that a trainer takes, or an error.
///
/// The first byte chooses the tool and what is written.
@Sendable func convertExport(_ input: [UInt8]) throws {
    guard let choice = input.first else { return }
    let text = Array(input.dropFirst())
    let forms = exportForms
    let form = forms[Int(choice) % forms.count]
    let folder = MemoryFolder.path + "/" + form.format.rawValue
    for (name, contents) in form.others { _ = MemoryFolder.write(contents, to: form.format.rawValue + "/" + name) }
    _ = MemoryFolder.write(text, to: form.format.rawValue + "/" + form.name)
    let targets = ConversionTarget.allCases
    let output = MemoryFolder.path + "/out"
    var request = ConversionRequest(input: folder, output: output)
    request.format = form.format
    request.target = targets[Int(choice) / forms.count % targets.count]
    request.placement = .none
    request.replaces = true
    _ = try Conversion.run(request)
    guard request.target != .coco else { return }
    let files = FileManager.default.enumerator(atPath: output + "/labels")
    while let name = files?.nextObject() as? String {
        guard name.hasSuffix(".txt") else { continue }
        let rows = LabelFile.parse(try FileReading.bytes(ofFile: output + "/labels/" + name)).rows
        for row in rows {
            demand((row.classID ?? -1) >= 0, "a row without a class")
            demand(row.values.dropFirst().allSatisfy { $0 >= 0 && $0 <= 1 }, "a place outside the image")
        }
    }
}

/// A tool, the file that is fuzzed, and what lies beside it.
private let exportForms: [(format: AnnotationFormat, name: String, others: [(name: String, contents: [UInt8])])] = [
    (.coco, "instances.json", []),
    (.voc, "a.xml", []),
    (.cvat, "annotations.xml", []),
    (.labelStudio, "export.json", []),
    (.labelMe, "a.json", []),
    (.supervisely, "set/ann/a.png.json", [("meta.json", Array(#"{"classes": [{"title": "a"}]}"#.utf8))]),
    (
        .yolo, "labels/a.txt",
        [("data.yaml", Array("names: [a, b]\ntrain: images\nval: images\n".utf8)), ("images/a.png", [])]
    ),
]
