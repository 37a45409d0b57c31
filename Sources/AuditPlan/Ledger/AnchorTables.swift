import Findings
import GRDB

extension LedgerTable {
    static let anchor = LedgerTable(
        "anchor", of: .anchors,
        """
        set_name TEXT NOT NULL, position INTEGER NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
        PRIMARY KEY (set_name, position)
        """)
    static let anchorMetric = LedgerTable(
        "anchor_metric", of: .anchors,
        """
        set_name TEXT PRIMARY KEY, fitness REAL NOT NULL, bpr REAL NOT NULL, aat REAL NOT NULL, mean_iou REAL NOT NULL
        """)
    static let anchorBox = LedgerTable(
        "anchor_box", of: .anchors, "width REAL NOT NULL, height REAL NOT NULL, class INTEGER NOT NULL")
}

/// Which anchors are meant.
public enum AnchorSet: String, Word {
    /// Those in use.
    case current
    /// Those that were fitted.
    case new
}

/// An anchor of a set, in pixels at the plan's image size.
public struct AnchorRow: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "anchor"

    /// Whether the anchor is in use or was found.
    public var set: AnchorSet
    /// From 0, ascending by area.
    public var position: Int
    /// Pixels at the training size.
    public var width: Double
    /// Pixels at the training size.
    public var height: Double

    private enum CodingKeys: String, CodingKey {
        case position, width, height
        case set = "set_name"
    }

    /// A row; the parameters are its columns.
    public init(set: AnchorSet, position: Int, width: Double, height: Double) {
        (self.set, self.position, self.width, self.height) = (set, position, width, height)
    }
}

/// How well a set of anchors fits the boxes.
public struct AnchorMetricRow: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "anchor_metric"

    /// Whether the anchor is in use or was found.
    public var set: AnchorSet
    /// Mean over the boxes of how well the best anchor fits, 0 to 1.
    public var fitness: Double
    /// Best possible recall.
    public var bpr: Double
    /// Anchors above the threshold, a box.
    public var aat: Double
    /// Mean over the boxes of the IoU with the best anchor, both centred.
    public var meanIoU: Double

    private enum CodingKeys: String, CodingKey {
        case fitness, bpr, aat
        case set = "set_name"
        case meanIoU = "mean_iou"
    }

    /// A row; the parameters are its columns.
    public init(set: AnchorSet, fitness: Double, bpr: Double, aat: Double, meanIoU: Double) {
        (self.set, self.fitness, self.bpr, self.aat, self.meanIoU) = (set, fitness, bpr, aat, meanIoU)
    }
}

extension Ledger {
    /// Replaces what the anchors stage fitted.
    ///
    /// - Parameter boxes: width, height and class of every box that anchors were fitted to.
    public func replaceAnchors(_ anchors: [AnchorRow], _ metrics: [AnchorMetricRow], boxes: [(Double, Double, Int)])
        throws
    {
        try replace(.anchors) { database in
            try anchors.insert(into: database)
            try metrics.insert(into: database)
            let statement = try database.makeStatement(sql: "INSERT INTO anchor_box VALUES (?, ?, ?)")
            for box in boxes { try statement.execute(arguments: [box.0, box.1, box.2]) }
        }
    }

    /// By set, then by position.
    public func anchors() throws -> [AnchorRow] {
        try rows(AnchorRow.order(Column("set_name"), Column("position")))
    }

    /// By set.
    public func anchorMetrics() throws -> [AnchorMetricRow] { try rows(AnchorMetricRow.order(Column("set_name"))) }

    /// Width, height and class of every box that anchors were fitted to.
    public func anchorBoxes() throws -> [(width: Double, height: Double, classID: Int)] {
        try read("anchor_box") { database in
            try Array(
                Row.fetchCursor(database, sql: "SELECT width, height, class FROM anchor_box ORDER BY rowid")
                    .map { (try $0.decode(atIndex: 0), try $0.decode(atIndex: 1), try $0.decode(atIndex: 2)) })
        }
    }
}
