import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import DatasetConversion
import FileReading
import Foundation
import LabelRules
import RunCurves
import ToolOptions

@main struct GenerateDocsMain {
    static func main() { Tool.main(GenerateDocs.self) }
}

/// Writes the pages that follow from the code, or says which are not current.
struct GenerateDocs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-docs", abstract: "Write the documents that are made from the code.",
        discussion: "Exit status: 0 written or current, 1 with --check: some are not current, 2 wrong usage.")

    @Argument(help: "The folder of the documents.", completion: .directory)
    var folder = "docs"

    @Flag(help: "Write nothing, and name the documents that are not current.")
    var check = false

    func run() throws {
        let pages = [
            ("rules.md", RuleRegistry.page), ("plan.schema.json", PlanSchema.text),
            ("glossary.md", Glossary.page),
            (
                "formats.md",
                try filled(
                    "formats.md", [("settings", SettingsTable.text), ("exports", ReportExporters.documentation)])
            ),
            ("curves.md", try filled("curves.md", [("diagnoses", DiagnosisRegistry.page)])),
            (
                "convert.md",
                try filled(
                    "convert.md",
                    [("readers", AnnotationReaders.documentation), ("losses", LossKind.documentation)])
            ),
        ]
        let rules = RulePages.all.map { ("rules/" + $0.name, $0.text) }
        var isCurrent = true
        for (name, text) in pages + rules where (try? page(name)) != text {
            isCurrent = false
            Tool.output("\(folder)/\(name): \(check ? "is not current; run: swift run generate-docs" : "written")\n")
            guard !check else { continue }
            try Folders.make(Paths.directory(of: folder + "/" + name))
            try AtomicFile.write(text, to: folder + "/" + name)
        }
        if check, !isCurrent { throw ExitStatus.findings }
    }

    private func page(_ name: String) throws -> String {
        String(decoding: try FileReading.bytes(ofFile: folder + "/" + name), as: UTF8.self)
    }

    /// A page with what stands between its marker lines made anew.
    private func filled(_ name: String, _ sections: [(name: String, text: String)]) throws -> String {
        try sections.reduce(try page(name)) { page, section in
            let (start, end) = ("<!-- \(section.name) -->\n", "<!-- /\(section.name) -->\n")
            guard let from = page.range(of: start), let to = page.range(of: end), from.upperBound <= to.lowerBound
            else {
                throw FileError(
                    file: folder + "/" + name, message: "has no section “\(section.name)”",
                    wayOut: "put the lines \(start.dropLast()) and \(end.dropLast()) where it belongs")
            }
            return page[..<from.upperBound] + section.text + page[to.lowerBound...]
        }
    }
}

/// The table of a plan's settings.
enum SettingsTable {
    static var text: String {
        var rows = ["| setting | option | meaning | default |", "|---|---|---|---|"]
        rows.append("| `dataset` | | the data.yaml (or darknet `.data`), relative to the plan | needed |")
        rows += SharedOptions.declaredSettings(isDocumented: true).map { row($0, prefix: "") }
        for stage in StageName.allCases {
            rows += stage.options.blockSettings(isDocumented: true).flatMap { setting in
                let row = row(setting, prefix: stage.rawValue + ".")
                return [row]
                    + (stage == .labels && setting.key == "thresholds" ? RuleRegistry.thresholds.map(limit) : [])
            }
        }
        rows += ClusterOptions.declaredSettings(isDocumented: true).map {
            row($0, prefix: "cluster.", hasOption: false)
        }
        return rows.map { $0 + "\n" }.joined()
    }

    private static func limit(_ threshold: RuleThreshold) -> String {
        let unit = threshold.unit.isEmpty ? "" : " \(threshold.unit)"
        return
            "| `labels.thresholds.\(threshold.name)` | | \(threshold.codes.joined(separator: ", ")): \(threshold.help) "
            + "(\(threshold.rangeText)\(unit)) | `\(threshold.default)` |"
    }

    private static func row(_ setting: SettingDeclaration, prefix: String, hasOption: Bool = true) -> String {
        let options =
            !hasOption
            ? []
            : setting.isFlag
                ? ["`--\(setting.names[0])`", "`--no-\(setting.names[0])`"] : setting.names.map { "`--\($0)`" }
        let value = setting.defaultText.flatMap { $0.isEmpty ? nil : "`\($0)`" } ?? setting.otherwise ?? "none"
        return "| `\(prefix)\(setting.key)` | \(options.joined(separator: ", ")) | \(setting.meaning) | \(value) |"
            .replacing("\n", with: " ")
    }
}
