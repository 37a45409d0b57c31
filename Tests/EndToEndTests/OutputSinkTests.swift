import Foundation
import TestSupport
import Testing

/// Whatever is printed goes through `StandardStream`, which takes nothing but `TerminalText`.
@Suite struct OutputSinkTests {
    @Test func nothingElseWritesToAStandardStream() throws {
        let ways = try Regex(
            #"\bprint\(|\bdebugPrint\(|\bdump\(|\bputs\(|\bfputs\(|printf\(|FileHandle\.standard(Output|Error)|\bSTD(OUT|ERR)_FILENO"#
        )
        let root = SharedMaterial.checkout.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        // The last one gives a child's streams to files.
        let sinks = ["StandardStream.swift", "Terminal.swift", "ChildProcess.swift"]
        var seen = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            seen += 1
            let isSink = sinks.contains(file.lastPathComponent)
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
                #expect(isSink || code.firstMatch(of: ways) == nil, "\(file.lastPathComponent): \(line)")
            }
        }
        #expect(seen > 100)
    }
}
