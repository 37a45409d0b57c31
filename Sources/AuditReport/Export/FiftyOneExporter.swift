import AuditPlan
import FileReading
import TextForms

/// `labels.json` of `FiftyOneImageDetectionDataset`; suspicions as attributes.
struct FiftyOneExporter: ReportExporter {
    let name = "fiftyone"
    let fileSuffix = "json"
    let contents = "all labels and missing ones; mistakenness, kind and reason as attributes"
    let importing = "FiftyOne: `labels.json` of a `FiftyOneImageDetectionDataset`"

    func text(_ export: ReportExport) -> String {
        var json = JSONWriter(spacing: .tight, step: 0)
        json.object { json in
            json.member("classes", export.classNames)
            json.object("labels", .lines) { json in
                for entry in export.entries {
                    json.array(Paths.withoutSuffix(entry.row.image), .line) { json in
                        for region in entry.regions { write(region, export, to: &json) }
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private func write(_ region: ReportExport.Region, _ export: ReportExport, to json: inout JSONWriter) {
        json.object { json in
            json.member("label", export.className(region.classID))
            json.member(
                "bounding_box", region.corner(width: 1, height: 1).map { FixedNumber($0, decimals: 6) })
            json.object("attributes") { json in
                guard let it = region.suspicion else { return }
                json.member("mistakenness", FixedNumber(it.score, decimals: 4))
                json.member("possible_missing", it.kind == .missing)
                json.member("possible_spurious", [.spurious, .duplicate].contains(it.kind))
                json.member("kind", it.kind.rawValue)
                json.member("reason", it.evidence)
            }
        }
    }
}
