import AnnotationSources
import FileReading

/// Reads one form of annotations.
///
/// To add one: a case of `AnnotationFormat` with its signature in `AnnotationSources`, a type in a file of its own here, and
/// its line in `AnnotationReaders`; `assay convert --from`, its help and the table in `docs/formats.md` follow.
protocol AnnotationReader: Sendable {
    /// Which form it is.
    static var format: AnnotationFormat { get }
    /// What it reads, for people.
    static var documentation: String { get }

    /// All annotations of an export.
    ///
    /// - Parameter losses: takes whatever does not come through.
    /// - Throws: `FileError` where nothing can be read.
    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset
}

/// The readers of this build.
package enum AnnotationReaders {
    /// One a form.
    static func reader(of format: AnnotationFormat) -> any AnnotationReader.Type {
        switch format {
        case .coco: COCOReader.self
        case .voc: VOCReader.self
        case .cvat: CVATReader.self
        case .labelStudio: LabelStudioReader.self
        case .labelMe: LabelMeReader.self
        case .supervisely: SuperviselyReader.self
        case .darknet: DarknetReader.self
        case .yolo: YOLOReader.self
        }
    }

    /// The table of `docs/formats.md`.
    package static var documentation: String {
        let rows = AnnotationFormat.allCases.map { format in
            "| `\(format.rawValue)` | \(format.title) | \(reader(of: format).documentation) |\n"
        }
        return "| `--from` | is | what is read |\n|---|---|---|\n" + rows.joined()
    }
}
