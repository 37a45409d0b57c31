import AuditPlan
import FileReading
import TextForms
import YOLODataset

/// A plan's labels and suspicions, gathered for whatever tool they go to.
public struct ReportExport: Sendable {
    /// A form by its name.
    public struct Format: Sendable {
        /// The format.
        public let exporter: any ReportExporter

        /// Nil where no form has this name.
        public init?(_ name: String) {
            guard let exporter = ReportExporters.all.first(where: { $0.name == name }) else { return nil }
            self.exporter = exporter
        }
    }

    /// A label row, or a place where one is missing.
    struct Region: Sendable {
        /// From 1; nil where the row is missing.
        var line: Int?
        var classID: Int
        /// Centre and size in fractions of the image.
        var box: [Double]
        var suspicion: SuspicionRow?

        /// Left and top edge, width and height, in units of which the image has `width` and `height`.
        func corner(width: Double, height: Double) -> [Double] {
            [(box[0] - box[2] / 2) * width, (box[1] - box[3] / 2) * height, box[2] * width, box[3] * height]
        }
    }

    /// An image with its rows.
    struct Entry: Sendable {
        var row: ImageLossRow
        var regions: [Region]
    }

    /// Sorted by name.
    let entries: [Entry]
    /// The most probable first; decided ones are left out.
    let suspicions: [SuspicionRow]
    let classNames: [String]
    /// Of the images, that a clean list leaves out.
    let part: Double
    /// Whether a checkpoint judged labels that it had learned.
    let isInSample: Bool
    /// Why the models cannot judge; nil where they can.
    let doubt: String?

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
        classNames = try Dataset.open(plan.settings.dataset).classNames
        let decided = Set(try ledger.decisions().filter { $0.decision != .unsure }.map(\.id))
        suspicions = try ledger.suspicions().filter { $0.score >= least && !decided.contains($0.id) }
        let accused = Dictionary(grouping: suspicions, by: \.image)
        entries = try ledger.imageLosses().sorted { $0.image < $1.image }.map { row in
            let own = accused[row.image] ?? []
            let rows = try ledger.boxLosses(ofImage: row.image).map { box in
                if let wrong = DecisionCheck().problem(ofRow: [Double(box.class), box.cx, box.cy, box.w, box.h]) {
                    throw FileError(
                        file: plan.ledgerPath, message: "holds a row of \(row.image) \(wrong)",
                        wayOut: "compute it anew: delete the ledger, and run the plan")
                }
                return Region(
                    line: box.line, classID: box.class, box: [box.cx, box.cy, box.w, box.h],
                    suspicion: own.first { $0.line == box.line })
            }
            let missing = own.filter { $0.line == nil }.compactMap { it in
                it.suggestion.map { Region(line: nil, classID: $0.classID, box: $0.box, suspicion: it) }
            }
            return Entry(row: row, regions: rows + missing)
        }
        self.part = part
        doubt = plan.summary(.toxic, "cannot_judge")?.string
        isInSample = plan.summary(.toxic, "out_of_fold")?.string == "false"
    }

    /// The whole file in one form.
    public func text(_ format: Format) throws -> String { try format.exporter.text(self) }

    /// How much there is, for people.
    public var summary: String {
        let labels = entries.reduce(0) { $0 + $1.regions.count { $0.line != nil } }
        return
            "\(Counted.text(entries.count, "image")), \(Counted.text(labels, "label")), \(Counted.text(suspicions.count, "suspicion"))"
    }

    func className(_ id: Int) -> String { classNames.indices.contains(id) ? classNames[id] : "class \(id)" }
}

extension SuspicionRow {
    /// The row as it should be; nil where it should go, and for whole images.
    var suggestion: ReportContent.Place? {
        guard let classID = self.class, (0..<Int(Int32.max)).contains(classID), let cx, let cy, let w, let h,
            [cx, cy, w, h].allSatisfy(\.isFinite)
        else { return nil }
        return ReportContent.Place(classID: classID, box: [cx, cy, w, h])
    }
}
