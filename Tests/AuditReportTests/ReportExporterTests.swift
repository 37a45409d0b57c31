import AuditReport
import Foundation
import TestSupport
import Testing

@Suite struct ReportExporterTests {
    @Test func everyFormHasANameOfItsOwn() {
        let names = ReportExporters.all.map(\.name)
        #expect(Set(names).count == names.count && names.count >= 7)
        for exporter in ReportExporters.all {
            #expect(ReportExport.Format(exporter.name) != nil)
            #expect(!exporter.fileSuffix.isEmpty && !exporter.contents.isEmpty && !exporter.importing.isEmpty)
        }
        #expect(ReportExport.Format("pdf") == nil && ReportExport.Format("") == nil)
    }

    /// `RECORD_SNAPSHOTS=1` writes the table anew, and fails.
    @Test func theTableOfFormsIsCurrent() throws {
        let file = SharedMaterial.checkout.appendingPathComponent("docs/formats.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.components(separatedBy: "<!-- exports -->\n")
        let after = try #require(parts.last?.components(separatedBy: "<!-- /exports -->"))
        #expect(parts.count == 2 && after.count == 2)
        let isCurrent = after[0] == ReportExporters.documentation
        if !isCurrent, ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            let new = [parts[0], "<!-- exports -->\n", ReportExporters.documentation, "<!-- /exports -->", after[1]]
            try new.joined().write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(isCurrent, "run the tests with RECORD_SNAPSHOTS=1")
    }
}
