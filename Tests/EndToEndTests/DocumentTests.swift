import Foundation
import TestSupport
import Testing

/// What the documents tell a reader to type is typed, and does what they say.
@Suite struct DocumentTests {
    private static let script = SharedMaterial.checkout.appendingPathComponent("scripts/docs-code").path

    @Test(arguments: [
        "README", "docs/tools", "docs/which-tool", "docs/scores", "docs/annotators", "docs/troubleshooting",
        "docs/schemas",
    ])
    func theCodeOfAPageRuns(page: String) throws {
        let place = try TemporaryFolder()
        let outcome = try Executables.run(
            Self.script, ["--bin", Executables.folder.path, page + ".md"], in: place.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// From a folder to mended labels, models trained from scratch among it: a minute or two.
    @Test func theTutorialRuns() throws {
        let place = try TemporaryFolder()
        let outcome = try Executables.run(
            Self.script, ["--bin", Executables.folder.path, "docs/tutorial.md"], in: place.path, limit: 1_800)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// A script that runs nothing would find nothing.
    @Test(arguments: [
        ("```sh\nfalse\n```\n", "exit status 1"), ("```console\n$ echo one\ntwo\n```\n", "the page says  two"),
        ("```console\n$ printf 'a\\nb\\n'\na\n```\n", "does not say: b"),
        ("```json\n{\"a\": }\n```\n", "Expecting value"),
        ("```\nls\n```\n", "says what it is"), ("<!-- exit 1 -->\n```sh\ntrue\n```\n", "exit status 0"),
        ("<!-- run\nfalse\n-->\n", "exit status 1"), ("```python\nraise SystemExit(1)\n```\n", "exit status 1"),
    ]) func whatIsWrongInAPageIsFound(page: String, reason: String) throws {
        let place = try TemporaryFolder()
        let path = try place.write(page, to: "page.md")
        let outcome = try Executables.run(Self.script, ["--bin", Executables.folder.path, path], in: place.path)
        #expect(outcome.status == 1 && outcome.errors.contains(reason), "\(outcome.errors)")
    }

    /// A link to a file that is not there helps nobody.
    @Test func linksLeadSomewhere() throws {
        let root = SharedMaterial.checkout
        let docs = FileManager.default.enumerator(atPath: root.path + "/docs")?.compactMap { $0 as? String } ?? []
        for page in docs.filter({ $0.hasSuffix(".md") }).map({ "docs/" + $0 }) + ["README.md", "CONTRIBUTING.md"] {
            let text = String(
                decoding: FileManager.default.contents(atPath: root.path + "/" + page) ?? Data(), as: UTF8.self)
            let folder = root.appendingPathComponent(page).deletingLastPathComponent()
            for link in text.matches(of: /\]\(([^)#\s]+)[^)]*\)/) {
                let target = String(link.output.1)
                // Code may hold such a thing, too; addresses are somebody else's.
                guard !target.contains(":"), !target.contains("…"), target.contains(".") || target.hasSuffix("/") else {
                    continue
                }
                let path = folder.appendingPathComponent(target).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(target)")
            }
        }
    }
}
