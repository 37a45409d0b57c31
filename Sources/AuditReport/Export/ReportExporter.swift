/// A form in which a plan's labels and suspicions leave for another tool.
///
/// To add one: write a type in a file of its own, and put it into `ReportExporters.all`; the command's help, its check of
/// `--format` and the table in `docs/formats.md` follow.
public protocol ReportExporter: Sendable {
    /// What `--format` calls it.
    var name: String { get }
    /// How a file of it ends, without the point.
    var fileSuffix: String { get }
    /// What is in it, for people.
    var contents: String { get }
    /// How the other tool takes it, for people.
    var importing: String { get }

    /// Whether it leaves out a part of the images, instead of telling of suspicions.
    var leavesOutAPart: Bool { get }

    /// The whole file.
    ///
    /// - Throws: `FileError` where the form cannot hold a name.
    func text(_ export: ReportExport) throws -> String
}

extension ReportExporter {
    public var leavesOutAPart: Bool { false }
}

/// Every form there is, in the order in which help names them.
public enum ReportExporters {
    /// One a format, each with a name of its own.
    public static let all: [any ReportExporter] = [
        CVATExporter(), LabelStudioExporter(), FiftyOneExporter(), COCOExporter(), SuspicionTableExporter(),
        MarkdownExporter(), CleanListExporter(),
    ]

    /// The table of `docs/formats.md`.
    package static var documentation: String {
        let rows = all.map { "| `\($0.name)` | `.\($0.fileSuffix)` | \($0.contents) | \($0.importing) |\n" }
        return "| `--format` | file | holds | taken in by |\n|---|---|---|---|\n" + rows.joined()
    }
}
