import AuditPlan
import TextForms

/// The suspicions alone, a row each.
struct SuspicionTableExporter: ReportExporter {
    let name = "csv"
    let fileSuffix = "csv"
    let contents = "the suspicions, a row each, with the suggested class and box in fractions of the image"
    let importing = "spreadsheets, pandas, DuckDB"

    func text(_ export: ReportExport) -> String {
        var csv = CSVWriter(columns: [
            "id", "image", "line", "kind", "probability", "impact", "suggested_class", "cx", "cy", "w", "h", "reason",
        ])
        for it in export.suspicions {
            csv.row(
                it.id, it.image, it.line, it.kind.rawValue, it.score, it.impact, it.class.map(export.className), it.cx,
                it.cy,
                it.w, it.h, it.evidence)
        }
        return csv.text
    }
}
