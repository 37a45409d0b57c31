import Foundation
import TestSupport
import Testing

/// Whoever types the wrong thing is told the command that goes on.
@Suite struct GuidanceTests {
    @Test func aFolderStandsForItsDataset() throws {
        let place = try Workplace()
        let named = try Executables.run("assay-labels", ["shapes/data.yaml", "--no-cache"], in: place.path)
        let folder = try Executables.run("assay-labels", ["shapes", "--no-cache"], in: place.path)
        let inside = try Executables.run("assay-labels", ["--no-cache"], in: place.path + "/shapes")
        #expect(folder.output == named.output && folder.status == named.status)
        #expect(inside.status == 0 && inside.output.contains("images"), "\(inside.errors)")
    }

    private static let mistakes: [(String, [String], String)] = [
        ("assay-labels", ["C:\\work\\shapes\\data.yaml"], "run: assay-labels shapes/data.yaml"),
        ("assay-labels", ["/home/someone/shapes/data.yaml"], "run: assay-labels shapes/data.yaml"),
        ("assay-labels", ["shapes/images/train/shape00.jpg"], "run: assay-labels shapes/data.yaml"),
        ("assay-anchors", ["shapes/images"], "run: assay-anchors shapes/data.yaml"),
        ("assay-probe", ["model.safetensors", "--output", "x"], "--weights model.safetensors"),
        (
            "assay-toxic", ["evaluate", "plan.yaml", "--weights", "model.safetensors"],
            "run: assay-toxic evaluate shapes/data.yaml"
        ),
        ("assay", ["run", "shapes/data.yaml"], "assay plan init shapes/data.yaml -o plan.yaml"),
        ("assay-labels", ["set.zip"], "unzip set.zip -d set, then run: assay-labels set"),
        ("assay-labels", ["."], "run: assay-labels shapes/data.yaml"),
        ("assay-labels", ["pointer.yaml"], "git lfs pull"), ("assay", ["run", "pointer.yaml"], "git lfs pull"),
        ("assay-toxic", ["page.yaml", "--weights", "model.safetensors"], "download the file again"),
        ("assay", ["run", "page.yaml"], "download the file again"),
        ("assay-labels", ["shapes", "--working-directory", "nowhere"], "nowhere: is no folder"),
    ]

    @Test(arguments: mistakes)
    func eachMistakeHasItsCommand(tool: String, arguments: [String], command: String) throws {
        let place = try Workplace()
        if arguments.contains("plan.yaml") { try place.folder.write("dataset: shapes/data.yaml\n", to: "plan.yaml") }
        try place.folder.write("PK", to: "set.zip")
        try place.folder.write("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", to: "pointer.yaml")
        try place.folder.write("<!DOCTYPE html><title>Sign in</title>", to: "page.yaml")
        let outcome = try Executables.run(tool, arguments, in: place.path)
        #expect(outcome.status == 2 && outcome.errors.contains(command), "\(outcome.errors)\(outcome.output)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func whatStopsTrainingIsAFinding() throws {
        let place = try Workplace()
        let yaml = place.text("shapes/data.yaml").replacing("val: ", with: "vla: ")
        try place.folder.write(yaml, to: "shapes/data.yaml")
        let outcome = try Executables.run("assay-labels", ["shapes", "--no-cache", "--format", "json"], in: place.path)
        #expect(outcome.status == 1 && outcome.output.contains("D019") && outcome.output.contains("stops: "))
        let verdicts = try Executables.run("assay-labels", ["verdicts", "shapes"], in: place.path)
        #expect(verdicts.output.hasPrefix("{\"verdict\": \"stops\"") || verdicts.output.contains("\"stops\""))
    }
}
