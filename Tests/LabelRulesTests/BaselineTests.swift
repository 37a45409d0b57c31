import FileReading
import Findings
import LabelRules
import TestSupport
import Testing

@Suite struct BaselineTests {
    private func finding(_ code: String, _ line: Int?, file: String = "labels/a.txt") -> Finding {
        Finding(code: code, severity: .error, file: file, line: line, message: "m", effect: .kept("e"), fix: "f")
    }

    @Test func movedRowsStayKnownAndNewOnesDoNot() throws {
        let folder = try TemporaryFolder()
        try folder.write("0 0.5 0.5 0 0.2\n0 0.4 0.4 0 0.1\n", to: "labels/a.txt")
        let path = folder.path + "/known.txt"
        try Baseline([finding("B005", 1), finding("B005", 2), finding("I001", nil)], root: folder.path).write(to: path)
        let known = try Baseline.read(path)
        #expect(known.count == 3)
        // The rows moved down by one; the new first row is wrong in the same way.
        try folder.write("0 0.9 0.9 0 0.1\n0 0.5 0.5 0 0.2\n0 0.4 0.4 0 0.1\n", to: "labels/a.txt")
        let now = [
            finding("B005", 1), finding("B005", 2), finding("B005", 3), finding("I001", nil), finding("B001", 2),
        ]
        let new = known.new(in: now, root: folder.path)
        #expect(new == [finding("B005", 1), finding("B001", 2)])
    }

    @Test func countsMatter() throws {
        let folder = try TemporaryFolder()
        try folder.write("0 0.5 0.5 0 0.2\n0 0.5 0.5 0 0.2\n", to: "labels/a.txt")
        let known = Baseline([finding("B005", 1)], root: folder.path)
        let new = known.new(in: [finding("B005", 1), finding("B005", 2)], root: folder.path)
        #expect(new == [finding("B005", 2)])
    }

    @Test func damagedBaselinesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# x\n1\tB005\n", to: "known.txt")
        let error = #expect(throws: FileError.self) { try Baseline.read(path) }
        #expect(error?.line == 2)
    }

    /// Found by fuzzing: the sum of two such numbers fits nowhere.
    @Test func numbersBeyondAllReasonAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\(Int.max)\tB003\ta\tb\n1\tB003\ta\tb\n", to: "known.txt")
        let error = #expect(throws: FileError.self) { try Baseline.read(path) }
        #expect(error?.line == 1)
    }

    @Test func selectionByCodeAndPlace() {
        let selection = FindingSelection(
            select: ["B", "I001"], ignore: ["B006"], ignoredAt: ["labels/old/*": ["b005"], "*.png": ["ALL"]])
        #expect(selection.keeps(finding("B005", 1)))
        #expect(!selection.keeps(finding("B006", 1)))
        #expect(!selection.keeps(finding("F001", 1)))
        #expect(!selection.keeps(finding("B005", 1, file: "labels/old/x.txt")))
        #expect(selection.keeps(finding("B001", 1, file: "labels/old/x.txt")))
        #expect(!selection.keeps(finding("I001", nil, file: "images/x.png")))
        #expect(selection.unknown(codes: ["B005", "B006", "I001"]).isEmpty)
        #expect(FindingSelection(select: ["Q"]).unknown(codes: ["B005"]) == ["Q"])
    }

    @Test func junitIsWellFormed() {
        let hostile = Finding(
            code: "F003", severity: .error, file: "labels/<a>&\"b\".txt", line: 1, message: "“\u{1}<x>”",
            effect: .kept("e"),
            fix: "f")
        let text = FindingReporter.render([hostile, finding("B005", 2)], as: .junit).text
        #expect(text.contains("tests=\"2\" failures=\"2\""))
        #expect(text.contains("&lt;a&gt;&amp;&quot;b&quot;") && !text.contains("<a>") && !text.contains("\u{1}"))
        #expect(text.ranges(of: "<testsuite ").count == 2 && text.ranges(of: "</testsuite>").count == 2)
    }
}
