import Foundation
import TestSupport
import Testing

/// `scripts/audit` with the executables that are built already.
@Suite struct AuditScriptTests {
    private static let script = SharedMaterial.checkout.appendingPathComponent("scripts/audit").path

    private func audit(_ arguments: [String], in place: TemporaryFolder) throws -> Executables.Outcome {
        try Executables.run(Self.script, arguments + ["--bin", Executables.folder.path], in: place.path)
    }

    private func copyShapes(_ place: TemporaryFolder, _ name: String) throws -> String {
        let folder = URL(fileURLWithPath: place.path + "/" + name)
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes"), to: folder)
        return folder.path + "/data.yaml"
    }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// What a person wrote into the plan stays; the same command may be given again, another one is refused.
    @Test func aPlanThatIsThereIsNeverOverwritten() throws {
        let place = try TemporaryFolder()
        let data = try copyShapes(place, "shapes")
        #expect(try audit([data, "--size", "96", "--output", "out"], in: place).status == 0)
        let mine = "# mine, byte for byte\n"
        try place.write(mine + text(place.path + "/out/plan.yaml"), to: "out/plan.yaml")
        for options in [[], ["--size", "96"]] {
            let outcome = try audit([data, "--output", "out"] + options, in: place)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(text(place.path + "/out/plan.yaml").hasPrefix(mine))
        }
        let before = text(place.path + "/out/plan.yaml")
        for options in [["--size", "64"], ["--probe"]] {
            let outcome = try audit([data, "--output", "out"] + options, in: place)
            #expect(
                outcome.status == 2 && outcome.errors.contains("out/plan.yaml: is there already, and \(options[0])"))
            #expect(outcome.errors.contains("--output FOLDER"))
            #expect(text(place.path + "/out/plan.yaml") == before)
        }
    }

    @Test func foldersOfOneNameDoNotMeet() throws {
        let place = try TemporaryFolder()
        let (one, two) = (try copyShapes(place, "a/shapes"), try copyShapes(place, "b/shapes"))
        #expect(try audit([one, two, "--size", "64"], in: place).status == 0)
        let made = try FileManager.default.contentsOfDirectory(atPath: place.path + "/assay-out")
        #expect(made.count == 2 && made.allSatisfy { $0.hasPrefix("shapes-") }, "\(made)")
    }

    @Test func aPlanOfAnotherDatasetIsNoticed() throws {
        let place = try TemporaryFolder()
        let (one, two) = (try copyShapes(place, "a/shapes"), try copyShapes(place, "b/shapes"))
        #expect(try audit([one, "--size", "64", "--output", "out"], in: place).status == 0)
        let outcome = try audit([two, "--output", "out"], in: place)
        #expect(outcome.status == 2 && outcome.errors.contains("is the plan of another dataset"))
        // Decisions lie in folders from before names had a digest.
        try FileManager.default.createDirectory(atPath: place.path + "/assay-out", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: place.path + "/out", toPath: place.path + "/assay-out/shapes")
        #expect(try audit([one, two], in: place).status == 0)
        let made = try FileManager.default.contentsOfDirectory(atPath: place.path + "/assay-out").sorted()
        #expect(made.count == 2 && made.first == "shapes", "\(made)")
    }

    @Test(arguments: [
        ["--nope"], ["--size"], ["gone.yaml"], ["--weights", "gone.pt"], ["--output", "o", "a.yaml", "b.yaml"],
    ]) func whatIsWrongIsSaidBeforeAnythingIsDone(arguments: [String]) throws {
        let place = try TemporaryFolder()
        for name in ["a.yaml", "b.yaml"] { try place.write("train: images\nnc: 1\nnames: [a]\n", to: name) }
        let outcome = try Executables.run(Self.script, arguments, in: place.path)
        #expect(outcome.status == 2 && outcome.errors.hasPrefix("error: "), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: place.path + "/assay-out"))
    }

    /// The demonstration in short: one epoch, which finds little, but shows everything.
    @Test func theDemonstrationShowsEverything() throws {
        let place = try TemporaryFolder()
        let data = SharedMaterial.checkout.appendingPathComponent("Fixtures/demo/data.yaml").path
        try place.write(
            "dataset: \(data)\nimage_size: 64\nprobe:\n  size: 64\n  epochs: 1\n  folds: 2\n", to: "out/plan.yaml")
        let outcome = try audit(["--output", "out"], in: place)
        #expect(outcome.status == 1, "\(outcome.errors)")
        for part in [
            "B001", "fitness", "likely wrong:", "the first suspicions:", "planted errors: 48;", "gradient",
            "out/plan.assay/report.html",
        ] {
            #expect(outcome.output.contains(part), "\(part)")
        }
    }
}
