import Foundation
import TestSupport
import Testing

/// Who names no input is understood.
@Suite struct DiscoveryTests {
    private func run(_ tool: String, _ arguments: [String], in folder: String) throws -> Executables.Outcome {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try Executables.run(tool, arguments, in: folder)
    }

    @Test func theOneDatasetIsFoundBelowAndAbove() throws {
        let place = try Workplace()
        for folder in [place.path, place.path + "/shapes", place.path + "/shapes/images/train"] {
            let outcome = try run("assay", ["check", "--no-cache"], in: folder)
            #expect(outcome.status == 0 && outcome.output.contains("32 images"), "\(folder): \(outcome.errors)")
            #expect(outcome.errors.contains("using ") == (folder != place.path + "/shapes"), "\(outcome.errors)")
        }
    }

    @Test func severalAreNamed() throws {
        let place = try Workplace()
        try FileManager.default.copyItem(atPath: place.path + "/shapes", toPath: place.path + "/more")
        let outcome = try run("assay-labels", [], in: place.path)
        #expect(outcome.status == 2 && outcome.errors.contains("more/data.yaml, shapes/data.yaml"), "\(outcome.errors)")
        #expect(outcome.errors.contains("name one: assay-labels more/data.yaml"))
        let none = try TemporaryFolder()
        let lost = try run("assay", ["check"], in: none.path)
        #expect(lost.status == 2 && lost.errors.split(separator: "\n").count == 1, "\(lost.errors)")
    }

    @Test func aPlanOfThatNameIsFoundFromBelow() throws {
        let place = try Workplace()
        try place.folder.write("dataset: shapes/data.yaml\nlabels: {splits: val}\n", to: "assay.yaml")
        let deep = place.path + "/shapes/labels/train"
        let outcome = try run("assay", ["check"], in: deep)
        #expect(outcome.status == 0 && outcome.errors.contains("using ../../../assay.yaml"), "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: place.path + "/assay.ledger.sqlite"))
        #expect(try run("assay", ["run", "--only", "labels"], in: deep).errors.contains("labels: unchanged"))
        #expect(try run("assay", ["status"], in: deep).output.contains("labels   current"))
        // What is named goes before what is found.
        let named = try run("assay", ["check", "../../data.yaml", "--no-cache"], in: deep)
        #expect(named.output.contains("32 images") && !named.errors.contains("using"))
    }

    /// Not beyond a repository, and not from a folder into which anybody may write.
    @Test func aPlanOfSomebodyElseIsNotFound() throws {
        let place = try Workplace()
        try place.folder.write("dataset: shapes/data.yaml\n", to: "assay.yaml")
        try FileManager.default.createDirectory(atPath: place.path + "/shapes/.git", withIntermediateDirectories: true)
        let inside = try run("assay", ["check", "--no-cache"], in: place.path + "/shapes/images")
        #expect(inside.errors.contains("using ../data.yaml"), "\(inside.errors)")
        try FileManager.default.removeItem(atPath: place.path + "/shapes/.git")
        chmod(place.path, 0o777)
        let open = try run("assay", ["check", "--no-cache"], in: place.path + "/shapes/images")
        #expect(open.errors.contains("using ../data.yaml"), "\(open.errors)")
        chmod(place.path, 0o755)
        #expect(
            try run("assay", ["check"], in: place.path + "/shapes/images").errors.contains("using ../../assay.yaml"))
    }
}
