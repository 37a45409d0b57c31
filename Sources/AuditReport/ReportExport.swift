import AuditPlan
import FileReading
import Findings
import Foundation
import YOLODataset

/// A plan's labels and suspicions in the forms that other tools import.
///
/// - CVAT: “CVAT for images 1.1”, as its documentation describes it.
/// - Label Studio: tasks with `predictions`, percent of the image, a score a region.
/// - FiftyOne: `FiftyOneImageDetectionDataset`'s labels.json, suspicions as attributes.
/// - COCO: instances, a suspicion as further keys of the annotation.
public struct ReportExport {
    public enum Format: String, CaseIterable, Sendable {
        case cvat, fiftyone, coco, csv, markdown
        case labelStudio = "label-studio"
        case cleanList = "clean-list"
    }

    private struct Region {
        var line: Int?
        var classID: Int
        /// Centre and size in fractions of the image.
        var box: [Double]
        var suspicion: SuspicionRow?
    }

    private struct Entry {
        var row: ImageLossRow
        var regions: [Region]
    }

    private let dataset: Dataset
    private let suspicions: [SuspicionRow]
    private let entries: [Entry]
    private let part: Double
    private let summary: (String) -> String?

    /// - Parameters:
    ///   - least: suspicions from this probability on; decided ones are left out.
    ///   - part: of the images, that a clean list leaves out.
    /// - Throws: `FileError` where the plan has no losses.
    public init(plan: PlanFile, least: Double, part: Double) throws {
        guard plan.results[.toxic]?.status == .done else {
            throw FileError(
                file: plan.path, message: "has no suspicions yet", wayOut: "run it first: assay run \(plan.path)")
        }
        let ledger = try Ledger(plan.ledgerPath)
        dataset = try Dataset.open(plan.settings.dataset)
        let decided = Set(try ledger.decisions().filter { $0.decision != "unsure" }.map(\.id))
        suspicions = try ledger.suspicions().filter { $0.score >= least && !decided.contains($0.id) }
        let accused = Dictionary(grouping: suspicions, by: \.image)
        entries = try ledger.imageLosses().sorted { $0.image < $1.image }.map { row in
            let own = accused[row.image] ?? []
            var regions = try ledger.boxLosses(ofImage: row.image).map { box in
                Region(
                    line: box.line, classID: box.class, box: [box.cx, box.cy, box.w, box.h],
                    suspicion: own.first { $0.line == box.line })
            }
            for it in own where it.line == nil {
                guard let classID = it.class, let cx = it.cx, let cy = it.cy, let w = it.w, let h = it.h else {
                    continue
                }
                regions.append(Region(line: nil, classID: classID, box: [cx, cy, w, h], suspicion: it))
            }
            return Entry(row: row, regions: regions)
        }
        self.part = part
        summary = { plan.summary(.toxic, $0)?.string }
    }

    public func text(_ format: Format) -> String {
        switch format {
        case .cvat: cvat()
        case .labelStudio: labelStudio()
        case .fiftyone: fiftyOne()
        case .coco: coco()
        case .csv: csv()
        case .markdown: markdown()
        case .cleanList: cleanList()
        }
    }

    private func name(_ classID: Int) -> String { dataset.className(classID) }

    private func xml(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 || $0 == "\t" }))
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private func decimal(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

    private func cvat() -> String {
        let attributes = ["assay_kind", "assay_probability", "assay_reason"].map {
            "<attribute><name>\($0)</name><mutable>False</mutable><input_type>text</input_type>"
                + "<default_value></default_value><values></values></attribute>"
        }.joined()
        let labels = dataset.classNames.map {
            "<label><name>\(xml($0))</name><type>rectangle</type><attributes>\(attributes)</attributes></label>"
        }
        let images = entries.enumerated().map { number, entry -> String in
            let (width, height) = (Double(entry.row.width), Double(entry.row.height))
            let boxes = entry.regions.map { region -> String in
                let b = region.box
                let edges = [
                    (b[0] - b[2] / 2) * width, (b[1] - b[3] / 2) * height, (b[0] + b[2] / 2) * width,
                    (b[1] + b[3] / 2) * height,
                ].map { decimal($0) }
                let values =
                    region.suspicion.map { ["\($0.kind)", decimal($0.score, 3), $0.evidence] } ?? ["", "", ""]
                let tags = zip(["assay_kind", "assay_probability", "assay_reason"], values)
                    .map { "<attribute name=\"\($0)\">\(xml($1))</attribute>" }.joined()
                return
                    "    <box label=\"\(xml(name(region.classID)))\" source=\"\(region.line == nil ? "auto" : "manual")\" "
                    + "occluded=\"0\" xtl=\"\(edges[0])\" ytl=\"\(edges[1])\" xbr=\"\(edges[2])\" ybr=\"\(edges[3])\" "
                    + "z_order=\"0\">\(tags)</box>\n"
            }
            return "  <image id=\"\(number)\" name=\"\(xml(entry.row.image))\" width=\"\(entry.row.width)\" "
                + "height=\"\(entry.row.height)\">\n\(boxes.joined())  </image>\n"
        }
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n"
            + "  <meta><task><labels>\(labels.joined())</labels></task></meta>\n\(images.joined())</annotations>\n"
    }

    private func labelStudio() -> String {
        func result(_ region: Region, _ row: ImageLossRow, _ number: Int, _ score: Double?) -> String {
            let b = region.box
            let values = [(b[0] - b[2] / 2) * 100, (b[1] - b[3] / 2) * 100, b[2] * 100, b[3] * 100].map {
                decimal($0, 4)
            }
            let rating = score.map { ",\"score\":\(decimal($0, 4))" } ?? ""
            return "{\"id\":\"r\(number)\",\"type\":\"rectanglelabels\",\"from_name\":\"label\",\"to_name\":\"image\","
                + "\"original_width\":\(row.width),\"original_height\":\(row.height),\"image_rotation\":0\(rating),"
                + "\"value\":{\"x\":\(values[0]),\"y\":\(values[1]),\"width\":\(values[2]),\"height\":\(values[3]),"
                + "\"rotation\":0,\"rectanglelabels\":[\(JSONText.quoted(name(region.classID)))]}}"
        }
        let tasks = entries.map { entry -> String in
            let labels = entry.regions.enumerated().filter { $1.line != nil }
                .map { result($1, entry.row, $0, nil) }
            // A prediction holds what the row should say.
            let wrong = entry.regions.enumerated().compactMap { number, region -> String? in
                guard let it = region.suspicion else { return nil }
                var suggested = region
                if let classID = it.class, let cx = it.cx, let cy = it.cy, let w = it.w, let h = it.h {
                    suggested.classID = classID
                    suggested.box = [cx, cy, w, h]
                }
                return result(suggested, entry.row, number, it.score)
            }
            let score = entry.regions.compactMap(\.suspicion?.score).max() ?? 0
            let predictions =
                wrong.isEmpty
                ? "[]"
                : "[{\"model_version\":\"assay \(assayVersion)\",\"score\":\(decimal(score, 4)),\"result\":[\(wrong.joined(separator: ","))]}]"
            return "{\"data\":{\"image\":\(JSONText.quoted("/data/local-files/?d=" + entry.row.image))},"
                + "\"annotations\":[{\"result\":[\(labels.joined(separator: ","))]}],\"predictions\":\(predictions)}"
        }
        return "[\n" + tasks.joined(separator: ",\n") + "\n]\n"
    }

    private func fiftyOne() -> String {
        let images = entries.map { entry -> String in
            let regions = entry.regions.map { region -> String in
                let b = region.box
                let values = [b[0] - b[2] / 2, b[1] - b[3] / 2, b[2], b[3]].map { decimal($0, 6) }
                var attributes = ""
                if let it = region.suspicion {
                    attributes =
                        "\"mistakenness\":\(decimal(it.score, 4)),\"possible_missing\":\(it.kind == "missing"),"
                        + "\"possible_spurious\":\(["spurious", "duplicate"].contains(it.kind)),"
                        + "\"kind\":\(JSONText.quoted(it.kind)),\"reason\":\(JSONText.quoted(it.evidence))"
                }
                return
                    "{\"label\":\(JSONText.quoted(name(region.classID))),\"bounding_box\":[\(values.joined(separator: ","))],"
                    + "\"attributes\":{\(attributes)}}"
            }
            let key = Paths.withoutSuffix(entry.row.image)
            return "\(JSONText.quoted(key)):[\(regions.joined(separator: ","))]"
        }
        let classes = dataset.classNames.map(JSONText.quoted).joined(separator: ",")
        return "{\"classes\":[\(classes)],\"labels\":{\n\(images.joined(separator: ",\n"))\n}}\n"
    }

    private func coco() -> String {
        var annotations: [String] = []
        var images: [String] = []
        for (number, entry) in entries.enumerated() {
            let (width, height) = (Double(entry.row.width), Double(entry.row.height))
            images.append(
                "{\"id\":\(number + 1),\"file_name\":\(JSONText.quoted(entry.row.image)),\"width\":\(entry.row.width),\"height\":\(entry.row.height)}"
            )
            for region in entry.regions {
                let b = region.box
                let values = [(b[0] - b[2] / 2) * width, (b[1] - b[3] / 2) * height, b[2] * width, b[3] * height]
                var text =
                    "{\"id\":\(annotations.count + 1),\"image_id\":\(number + 1),\"category_id\":\(region.classID + 1),"
                text += "\"bbox\":[\(values.map { decimal($0) }.joined(separator: ","))],"
                text += "\"area\":\(decimal(values[2] * values[3])),\"iscrowd\":0"
                if let it = region.suspicion {
                    text += ",\"suspicion\":\(JSONText.quoted(it.kind)),\"probability\":\(decimal(it.score, 4))"
                }
                annotations.append(text + "}")
            }
        }
        let categories = dataset.classNames.enumerated().map { "{\"id\":\($0 + 1),\"name\":\(JSONText.quoted($1))}" }
        return
            "{\"info\":{\"description\":\"assay \(assayVersion)\"},\"images\":[\n\(images.joined(separator: ",\n"))],\n"
            + "\"annotations\":[\n\(annotations.joined(separator: ",\n"))],\n\"categories\":[\(categories.joined(separator: ","))]}\n"
    }

    private func csv() -> String {
        let rows = suspicions.map { it -> String in
            let box = [it.cx, it.cy, it.w, it.h].map { $0.map(JSONText.number) ?? "" }.joined(separator: ",")
            return "\(it.id),\(CSVText.field(it.image)),\(it.line.map(String.init) ?? ""),\(it.kind),"
                + "\(JSONText.number(it.score)),\(JSONText.number(it.impact)),"
                + "\(it.class.map { CSVText.field(name($0)) } ?? ""),\(box),\(CSVText.field(it.evidence))\n"
        }
        return "id,image,line,kind,probability,impact,suggested_class,cx,cy,w,h,reason\n" + rows.joined()
    }

    private func markdown() -> String {
        func cell(_ text: String) -> String {
            xml(text).replacing("|", with: "\\|").replacing("`", with: "'").replacing("\n", with: " ")
        }
        let kinds = Dictionary(grouping: suspicions, by: \.kind).map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
        var text = "## Dataset audit\n\n\(entries.count) images, \(suspicions.count) suspicions"
        text += kinds.isEmpty ? ".\n" : ": \(kinds.map { "\($0.1) \($0.0)" }.joined(separator: ", ")).\n"
        if summary("out_of_fold") == "false" { text += "\nIn sample: the checkpoint has learned these labels.\n" }
        guard !suspicions.isEmpty else { return text }
        text += "\n| probability | kind | image | reason |\n|---|---|---|---|\n"
        for it in suspicions.prefix(20) {
            let row = it.line.map { ":\($0)" } ?? ""
            text += "| \(decimal(it.score)) | \(it.kind) | `\(cell(it.image))\(row)` | \(cell(it.evidence)) |\n"
        }
        if suspicions.count > 20 { text += "\n… and \(suspicions.count - 20) more.\n" }
        return text
    }

    /// Images of the training split without the worst, as trainers read them from the dataset's root.
    private func cleanList() -> String {
        let train = entries.filter { $0.row.split == "train" }
        let dropped = Set(
            train.sorted { ($0.row.rank, $0.row.image) < ($1.row.rank, $1.row.image) }
                .prefix(Int((Double(train.count) * part).rounded(.up))).map(\.row.image))
        return train.filter { !dropped.contains($0.row.image) }.map { "./\($0.row.image)\n" }.joined()
    }
}
