import AuditPlan
import TextForms

/// COCO's instances; a suspicion is two further keys of its annotation.
struct COCOExporter: ReportExporter {
    let name = "coco"
    let fileSuffix = "json"
    let contents = "all labels and missing ones as instances; `suspicion` and `probability` as further keys"
    let importing = "whatever reads COCO's `instances.json`"

    func text(_ export: ReportExport) -> String {
        var json = JSONWriter(spacing: .tight, step: 0)
        json.object { json in
            json.object("info") { $0.member("description", "assay \(assayVersion)") }
            json.array("images") { json in
                for (number, entry) in export.entries.enumerated() {
                    json.startLine()
                    json.object { json in
                        json.member("id", number + 1)
                        json.member("file_name", entry.row.image)
                        json.member("width", entry.row.width)
                        json.member("height", entry.row.height)
                    }
                }
            }
            json.startLine()
            json.array("annotations") { json in
                var id = 0
                for (number, entry) in export.entries.enumerated() {
                    for region in entry.regions {
                        id += 1
                        json.startLine()
                        write(region, id: id, imageID: number + 1, entry.row, to: &json)
                    }
                }
            }
            json.startLine()
            json.array("categories") { json in
                for (id, name) in export.classNames.enumerated() {
                    json.object { json in
                        json.member("id", id + 1)
                        json.member("name", name)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private func write(
        _ region: ReportExport.Region, id: Int, imageID: Int, _ row: ImageLossRow, to json: inout JSONWriter
    ) {
        let corner = region.corner(width: Double(row.width), height: Double(row.height))
        json.object { json in
            json.member("id", id)
            json.member("image_id", imageID)
            json.member("category_id", region.classID + 1)
            json.member("bbox", corner.map { FixedNumber($0, decimals: 2) })
            json.member("area", FixedNumber(corner[2] * corner[3], decimals: 2))
            json.member("iscrowd", 0)
            if let it = region.suspicion {
                json.member("suspicion", it.kind.rawValue)
                json.member("probability", FixedNumber(it.score, decimals: 4))
            }
        }
    }
}
