import AuditPlan
import TextForms

/// Label Studio's tasks with `predictions`: percent of the image, a score a region.
struct LabelStudioExporter: ReportExporter {
    let name = "label-studio"
    let fileSuffix = "json"
    let contents = "a task an image: labels as annotations, what a suspicion suggests as predictions with scores"
    let importing =
        "Label Studio, started with `LOCAL_FILES_SERVING_ENABLED=true` and the dataset's root as "
        + "`LOCAL_FILES_DOCUMENT_ROOT`: Import"

    func text(_ export: ReportExport) -> String {
        var json = JSONWriter(spacing: .tight, step: 0)
        json.array(.lines) { json in
            for entry in export.entries { write(entry, export, to: &json) }
        }
        json.endLine()
        return json.text
    }

    private func write(_ entry: ReportExport.Entry, _ export: ReportExport, to json: inout JSONWriter) {
        let regions = Array(entry.regions.enumerated())
        let suspicious = regions.filter { $1.suspicion != nil }
        json.object { json in
            json.object("data") { $0.member("image", "/data/local-files/?d=" + PercentText.url(path: entry.row.image)) }
            json.array("annotations") { json in
                json.object { json in
                    json.array("result") { json in
                        for (number, region) in regions where region.line != nil {
                            write(region, number, nil, entry.row, export, to: &json)
                        }
                    }
                }
            }
            json.array("predictions") { json in
                guard !suspicious.isEmpty else { return }
                json.object { json in
                    json.member("model_version", "assay \(assayVersion)")
                    let score = suspicious.compactMap(\.element.suspicion?.score).max() ?? 0
                    json.member("score", FixedNumber(score, decimals: 4))
                    json.array("result") { json in
                        for (number, region) in suspicious {
                            write(suggested(region), number, region.suspicion?.score, entry.row, export, to: &json)
                        }
                    }
                }
            }
        }
    }

    /// A prediction holds what the row should say.
    private func suggested(_ region: ReportExport.Region) -> ReportExport.Region {
        var region = region
        if let place = region.suspicion?.suggestion { (region.classID, region.box) = (place.classID, place.box) }
        return region
    }

    private func write(
        _ region: ReportExport.Region, _ number: Int, _ score: Double?, _ row: ImageLossRow, _ export: ReportExport,
        to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("id", "r\(number)")
            json.member("type", "rectanglelabels")
            json.member("from_name", "label")
            json.member("to_name", "image")
            json.member("original_width", row.width)
            json.member("original_height", row.height)
            json.member("image_rotation", 0)
            if let score { json.member("score", FixedNumber(score, decimals: 4)) }
            json.object("value") { json in
                for (key, value) in zip(["x", "y", "width", "height"], region.corner(width: 100, height: 100)) {
                    json.member(key, FixedNumber(value, decimals: 4))
                }
                json.member("rotation", 0)
                json.member("rectanglelabels", [export.className(region.classID)])
            }
        }
    }
}
