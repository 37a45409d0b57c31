import AuditPlan
import FileReading
import Foundation
import TestSupport
import Testing
import ToolOptions

/// Dictionaries have another order in every process; digests have not.
@Suite struct DigestTests {
    @Test func aDictionaryIsDigestedInTheOrderOfItsKeys() {
        func digest(_ severities: [String: String]) -> String {
            var builder = DigestBuilder()
            severities.add(to: &builder)
            return builder.finish().hex
        }
        let keys = (0..<40).map { "K\($0)" }
        let ascending = Dictionary(uniqueKeysWithValues: keys.map { ($0, "note") })
        // Another capacity is another order within one process.
        var grown: [String: String] = [:]
        grown.reserveCapacity(4096)
        for key in keys.reversed() { grown[key] = "note" }
        #expect(Array(ascending.keys) != Array(grown.keys))
        #expect(digest(ascending) == digest(grown))
        #expect(digest(ascending) != digest(ascending.merging(["K1": "error"]) { $1 }))
    }

    @Test func mapsOfSettingsHaveOneText() throws {
        let text = "F001=note,B003=note,D009=note,B009=note"
        #expect(try SeverityMap(setting: text).description == "B003=note,B009=note,D009=note,F001=note")
        #expect(try SeverityMap(setting: text) == SeverityMap(setting: "B003=note,B009=note,D009=note,F001=note"))
    }

    @Test func aFileCountsByItsContents() throws {
        let folder = try TemporaryFolder()
        let (a, b) = (try folder.write("1", to: "a.pt"), try folder.write("1", to: "b.pt"))
        func digest(_ path: String) throws -> String {
            var builder = DigestBuilder()
            try AuditSession(jobs: 1).add(ProbeOptions.parse(["--weights=\(path)"]).contents, to: &builder)
            return builder.finish().hex
        }
        let before = try digest(a)
        #expect(try digest(b) == before)
        try folder.write("2", to: "a.pt")
        #expect(try digest(a) != before)
    }
}
