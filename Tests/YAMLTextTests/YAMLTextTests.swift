import FileReading
import Testing
import YAMLText

@Suite struct YAMLTextTests {
    private func parse(_ text: String) throws -> YAMLNode? {
        try YAMLDocument.parse(Array(text.utf8), file: "test.yaml").root
    }

    @Test func nodesKnowTheirPlace() throws {
        let root = try #require(try parse("a: 1\nnames:\n  - cat\n  - 'no'\n"))
        #expect(root["names"]?[1]?.line == 4 && root["names"]?[1]?.column == 5)
        #expect(root["names"]?[0]?.string == "cat")
        #expect(root["names"]?[1]?.bool == nil && root["a"]?.int == 1)
    }

    @Test func scalarsAsPythonReadsThem() throws {
        let root = try #require(try parse("a: no\nb: '10'\nc: 10.0\nd: ~\ne: 1e3\n"))
        #expect(root["a"]?.bool == false && root["b"]?.int == 10 && root["c"]?.int == 10)
        #expect(root["d"]?.isNull == true && root["d"]?.string == nil && root["e"]?.double == 1000)
    }

    @Test func repeatedKeysAreFoundAndTheLastWins() throws {
        let root = try #require(try parse("nc: 1\nx: 2\nnc: 3\n"))
        #expect(root.duplicateKeys.map(\.line) == [3])
        #expect(root["nc"]?.int == 3)
    }

    @Test func errorsHaveLineAndColumn() {
        do {
            _ = try YAMLDocument.parse(Array("a: [1, 2\nb: 3\n".utf8), file: "bad.yaml")
            Issue.record("parsed")
        } catch {
            let error = error as? FileError
            #expect(error?.file == "bad.yaml" && error?.line == 2 && error?.column != nil)
        }
    }

    @Test func aliasesCannotAskForAllMemory() {
        var text = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "b\(level): &a\(level) [\(names)]\n"
        }
        #expect(throws: FileError.self) { try YAMLDocument.parse(Array(text.utf8), file: "bomb.yaml") }
        let deep = String(repeating: "[", count: 5_000)
        #expect(throws: FileError.self) { try YAMLDocument.parse(Array(deep.utf8), file: "deep.yaml") }
    }

    @Test(arguments: [
        "plain", "yes", "10", "a: b", "", "- x", "tab\there", "ü \"quoted\" \\", "line\nbreak", "#x", " lead",
        "a\u{7f}b",
    ])
    func emittedTextReadsBack(text: String) throws {
        let root = try #require(try parse("key: \(YAMLEmitter.scalar(text))\n"))
        guard case .scalar(let read, let style) = root["key"]?.content else {
            Issue.record("no scalar")
            return
        }
        #expect(read == text)
        #expect(
            style == .quoted || (root["key"]?.bool == nil && root["key"]?.double == nil && root["key"]?.isNull == false)
        )
    }
}
