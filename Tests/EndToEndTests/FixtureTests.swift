import Foundation
import TestSupport
import Testing

@Suite struct FixtureTests {
    private let fixtures = SharedMaterial.checkout.appendingPathComponent("Fixtures")

    @Test func generatorReproducesTheFixtures() throws {
        let folder = try TemporaryFolder()
        #expect(try Executables.run("make-fixtures", [folder.path + "/made"], in: folder.path).status == 0)
        let made = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/made").sorted()
        #expect(try FileManager.default.subpathsOfDirectory(atPath: fixtures.path).sorted() == made)
        for name in made {
            let kept = FileManager.default.contents(atPath: fixtures.path + "/" + name)
            #expect(kept == FileManager.default.contents(atPath: folder.path + "/made/" + name), "\(name)")
        }
    }

    /// Every breakage is found where it is, and nothing else.
    @Test func everyBreakageIsFound() throws {
        let folder = try TemporaryFolder()
        let outcome = try Executables.run(
            "assay-labels", [fixtures.path + "/broken/data.yaml", "--format", "json"], in: folder.path)
        #expect(outcome.status == 1)
        struct Found: Decodable {
            var code: String
            var file: String
            var line: Int?
        }
        let found = try JSONDecoder().decode([Found].self, from: Data(outcome.output.utf8))
            .map { "\($0.code),\($0.file),\($0.line.map(String.init) ?? "")" }
        let list = try String(contentsOf: fixtures.appendingPathComponent("broken/breakages.csv"), encoding: .utf8)
        let expected = list.split(separator: "\n").dropFirst().map(String.init).filter { !$0.hasPrefix("D001") }
        #expect(found.sorted() == expected.sorted())
        let unreadable = try Executables.run("assay-labels", [fixtures.path + "/broken/broken.yaml"], in: folder.path)
        #expect(unreadable.status == 2 && unreadable.errors.contains("broken.yaml:2:"))
    }

    /// Of what is planted in the demonstration, the label check finds what it can and nothing else.
    @Test func labelCheckFindsItsPartOfTheDemonstration() throws {
        let folder = try TemporaryFolder()
        let outcome = try Executables.run(
            "assay-labels", [fixtures.path + "/demo/data.yaml", "--format", "csv", "--size", "128"], in: folder.path)
        #expect(outcome.status == 1)
        let list = try String(contentsOf: fixtures.appendingPathComponent("demo/planted.csv"), encoding: .utf8)
        let expected = list.split(separator: "\n").map { $0.split(separator: ",").prefix(3) }
            .filter { $0[0].first?.isUppercase == true }
            .map { "\($0[0]) \($0[1].replacing("images/", with: "labels/").replacing(".jpg", with: ".txt")):\($0[2])" }
        let found = outcome.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
            .map { "\($0[0]) \($0[2]):\($0[3])" }
        #expect(found.sorted() == expected.sorted() && expected.count == 4)
    }

    @Test func soundShapesAreClean() throws {
        let folder = try TemporaryFolder()
        let outcome = try Executables.run(
            "assay-labels",
            [fixtures.path + "/shapes/data.yaml", "--format", "json", "--fail-on", "note", "--ignore", "I004,I006"],
            in: folder.path)
        #expect(outcome.status == 0 && outcome.output == "[\n]\n", "\(outcome.output)")
        // Turned and 16-bit images are in there on purpose.
        let all = try Executables.run(
            "assay-labels", [fixtures.path + "/shapes/data.yaml", "--statistics"], in: folder.path)
        #expect(all.status == 0 && all.output.contains("I004") && all.output.contains("I006"))
    }
}
