import FileReading
import Findings
import GRDB
import ToolOptions

/// What the toxic stage knows of one image.
public struct ImageLossRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "image_loss"

    public var image: String
    public var split: String
    public var width: Int
    public var height: Int
    public var boxes: Int
    public var loss: Double?
    public var box: Double?
    public var obj: Double?
    public var cls: Double?
    public var dfl: Double?
    public var share: Double?
    public var intensity: Double?
    public var gradientNorm: Double?
    public var gradientNormBackbone: Double?
    public var gradientNormNeck: Double?
    public var gradientNormHead: Double?
    public var energyShare: Double?
    public var projectionShare: Double?
    public var leaveOneOutCosine: Double?
    public var robustZ: Double?
    public var clipRatio10: Double?
    public var clipRatio1: Double?
    /// Over the training of the probe: mean, standard deviation, and what the last lies above the least.
    public var lossMean: Double?
    public var lossSpread: Double?
    public var lossForgotten: Double?
    /// The fold whose model judged it, from 1.
    public var fold: Int?
    /// That something is wrong with the image or one of its labels.
    public var probability: Double?
    public var rank: Int
    public var reason: String
    public var problem: String?

    enum CodingKeys: String, CodingKey {
        case image, split, width, height, boxes, loss, box, obj, cls, dfl, share, intensity
        case gradientNorm = "gradient_norm"
        case gradientNormBackbone = "gradient_norm_backbone"
        case gradientNormNeck = "gradient_norm_neck"
        case gradientNormHead = "gradient_norm_head"
        case energyShare = "energy_share"
        case projectionShare = "projection_share"
        case leaveOneOutCosine = "leave_one_out_cosine"
        case robustZ = "robust_z"
        case clipRatio10 = "clip_ratio_10"
        case clipRatio1 = "clip_ratio_1"
        case lossMean = "loss_mean"
        case lossSpread = "loss_spread"
        case lossForgotten = "loss_forgotten"
        case fold, probability, rank, reason, problem
    }

    public init(image: String, split: String, rank: Int = 0, reason: String = "") {
        self.image = image
        self.split = split
        width = 0
        height = 0
        boxes = 0
        self.rank = rank
        self.reason = reason
    }
}

/// What the toxic stage knows of one label row.
public struct BoxLossRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "box_loss"

    public var image: String
    public var line: Int
    public var `class`: Int
    public var cx: Double
    public var cy: Double
    public var w: Double
    public var h: Double
    public var matches: Int
    public var box: Double
    public var obj: Double?
    public var cls: Double
    public var gradientNorm: Double
    public var gradientNormBox: Double
    public var gradientNormObj: Double?
    public var gradientNormCls: Double

    enum CodingKeys: String, CodingKey {
        case image, line, `class`, cx, cy, w, h, matches, box, obj, cls
        case gradientNorm = "gradient_norm"
        case gradientNormBox = "gradient_norm_box"
        case gradientNormObj = "gradient_norm_obj"
        case gradientNormCls = "gradient_norm_cls"
    }

    public init(
        image: String, line: Int, class id: Int, cx: Double, cy: Double, w: Double, h: Double, matches: Int,
        box: Double,
        obj: Double?, cls: Double, gradientNorm: Double, gradientNormBox: Double, gradientNormObj: Double?,
        gradientNormCls: Double
    ) {
        self.image = image
        self.line = line
        self.class = id
        self.cx = cx
        self.cy = cy
        self.w = w
        self.h = h
        self.matches = matches
        self.box = box
        self.obj = obj
        self.cls = cls
        self.gradientNorm = gradientNorm
        self.gradientNormBox = gradientNormBox
        self.gradientNormObj = gradientNormObj
        self.gradientNormCls = gradientNormCls
    }
}

/// One step of one fold of the probe.
public struct TrainingStepRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "training_step"

    /// From 1, like `epoch` and `step`.
    public var fold: Int
    public var epoch: Int
    public var step: Int
    public var loss: Double
    public var box: Double
    public var obj: Double?
    public var cls: Double
    public var gradientNorm: Double
    public var clipRatio: Double
    public var rate: Double

    enum CodingKeys: String, CodingKey {
        case fold, epoch, step, loss, box, obj, cls
        case gradientNorm = "gradient_norm"
        case clipRatio = "clip_ratio"
        case rate
    }

    public init(
        fold: Int, epoch: Int, step: Int, loss: Double, box: Double, obj: Double?, cls: Double, gradientNorm: Double,
        clipRatio: Double, rate: Double
    ) {
        self.fold = fold
        self.epoch = epoch
        self.step = step
        self.loss = loss
        self.box = box
        self.obj = obj
        self.cls = cls
        self.gradientNorm = gradientNorm
        self.clipRatio = clipRatio
        self.rate = rate
    }
}

/// An accusation of one label row, of a place where one is missing, or of an image.
public struct SuspicionRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "suspicion"

    /// Stable over runs: made of the image's bytes, the row and the kind.
    public var id: String
    public var image: String
    public var line: Int?
    public var kind: String
    /// The probability that a person would change it.
    public var score: Double
    public var impact: Double
    /// The suggested row; nil where the row should go.
    public var `class`: Int?
    public var cx: Double?
    public var cy: Double?
    public var w: Double?
    public var h: Double?
    public var evidence: String

    public init(
        id: String, image: String, line: Int?, kind: String, score: Double, impact: Double, class classID: Int?,
        cx: Double?, cy: Double?, w: Double?, h: Double?, evidence: String
    ) {
        self.id = id
        self.image = image
        self.line = line
        self.kind = kind
        self.score = score
        self.impact = impact
        self.class = classID
        self.cx = cx
        self.cy = cy
        self.w = w
        self.h = h
        self.evidence = evidence
    }
}

/// What a person decided about a suspicion. Kept whatever stages run again.
public struct DecisionRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "decision"

    public var id: String
    /// `accept`, `reject` or `unsure`.
    public var decision: String
    public var image: String
    public var line: Int?
    public var kind: String
    /// JSON, `[class, cx, cy, w, h]`: the row as it was judged, and as it should be; nil for none.
    public var label: String?
    public var row: String?
    /// Whether the label file says so by now.
    public var isApplied: Bool

    enum CodingKeys: String, CodingKey {
        case id, decision, image, line, kind, label, row
        case isApplied = "is_applied"
    }

    public init(
        id: String, decision: String, image: String, line: Int?, kind: String, label: String?, row: String?,
        isApplied: Bool
    ) {
        self.id = id
        self.decision = decision
        self.image = image
        self.line = line
        self.kind = kind
        self.label = label
        self.row = row
        self.isApplied = isApplied
    }
}

/// A predicted box, in fractions of the image.
public struct PredictionRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "prediction"

    public var image: String
    public var `class`: Int
    public var confidence: Double
    public var cx: Double
    public var cy: Double
    public var w: Double
    public var h: Double

    public init(image: String, class classID: Int, confidence: Double, cx: Double, cy: Double, w: Double, h: Double) {
        self.image = image
        self.class = classID
        self.confidence = confidence
        self.cx = cx
        self.cy = cy
        self.w = w
        self.h = h
    }
}

/// A set of anchors with its metrics.
public struct AnchorRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "anchor"

    /// `current` or `new`.
    public var setName: String
    public var position: Int
    public var width: Double
    public var height: Double

    enum CodingKeys: String, CodingKey {
        case setName = "set_name"
        case position, width, height
    }

    public init(set: String, position: Int, width: Double, height: Double) {
        setName = set
        self.position = position
        self.width = width
        self.height = height
    }
}

public struct AnchorMetricRow: Codable, Sendable, FetchableRecord, PersistableRecord, Hashable {
    public static let databaseTableName = "anchor_metric"

    public var setName: String
    public var fitness: Double
    public var bpr: Double
    public var aat: Double
    public var meanIou: Double

    enum CodingKeys: String, CodingKey {
        case setName = "set_name"
        case fitness, bpr, aat
        case meanIou = "mean_iou"
    }

    public init(set: String, fitness: Double, bpr: Double, aat: Double, meanIoU: Double) {
        setName = set
        self.fitness = fitness
        self.bpr = bpr
        self.aat = aat
        meanIou = meanIoU
    }
}

private struct FindingRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "finding"

    var id: Int
    var code: String
    var severity: String
    var file: String
    var line: Int?
    var column: Int?
    var message: String
    var effect: String
    var fix: String
}

/// The SQLite file beside a plan: everything that does not fit a summary.
///
/// Its contents depend on the inputs alone: no times, and rows in a fixed order. docs/formats.md describes the tables.
public final class Ledger: Sendable {
    private let path: String
    private let queue: DatabaseQueue

    /// Version of the tables; raised when one changes its meaning.
    public static let schemaVersion = 2

    /// Opens the ledger, or makes it.
    ///
    /// - Throws: `FileError` where the file is not a ledger or cannot be written.
    public init(_ path: String) throws {
        self.path = path
        do {
            var configuration = Configuration()
            // Somebody may be looking at the ledger with another program: wait for them.
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { try Self.createTables($0) }
        } catch {
            throw FileError(
                file: path, message: "cannot be used as a ledger: \(error)",
                wayOut: "move it away; the stages write it anew")
        }
        let version = try read {
            try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = 'schema_version'")
        }
        guard version == String(Self.schemaVersion) else {
            throw FileError(
                file: path, message: "is a ledger of version \(version ?? "?"), this tool writes \(Self.schemaVersion)",
                wayOut: "move it away; the stages write it anew")
        }
    }

    private static func createTables(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
                INSERT OR IGNORE INTO meta VALUES ('schema_version', '\(schemaVersion)');
                CREATE TABLE IF NOT EXISTS finding (
                    id INTEGER PRIMARY KEY, code TEXT NOT NULL, severity TEXT NOT NULL, file TEXT NOT NULL, line INTEGER,
                    "column" INTEGER, message TEXT NOT NULL, effect TEXT NOT NULL, fix TEXT NOT NULL);
                CREATE TABLE IF NOT EXISTS anchor (
                    set_name TEXT NOT NULL, position INTEGER NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
                    PRIMARY KEY (set_name, position));
                CREATE TABLE IF NOT EXISTS anchor_metric (
                    set_name TEXT PRIMARY KEY, fitness REAL NOT NULL, bpr REAL NOT NULL, aat REAL NOT NULL,
                    mean_iou REAL NOT NULL);
                CREATE TABLE IF NOT EXISTS anchor_box (width REAL NOT NULL, height REAL NOT NULL, class INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS image_loss (
                    image TEXT PRIMARY KEY, split TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
                    boxes INTEGER NOT NULL, loss REAL, box REAL, obj REAL, cls REAL, dfl REAL, share REAL, intensity REAL,
                    gradient_norm REAL, gradient_norm_backbone REAL, gradient_norm_neck REAL, gradient_norm_head REAL,
                    energy_share REAL, projection_share REAL, leave_one_out_cosine REAL, robust_z REAL,
                    clip_ratio_10 REAL, clip_ratio_1 REAL, loss_mean REAL, loss_spread REAL,
                    loss_forgotten REAL, fold INTEGER, probability REAL, rank INTEGER NOT NULL, reason TEXT NOT NULL, problem TEXT);
                CREATE TABLE IF NOT EXISTS box_loss (
                    image TEXT NOT NULL, line INTEGER NOT NULL, class INTEGER NOT NULL, cx REAL NOT NULL,
                    cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL, matches INTEGER NOT NULL, box REAL NOT NULL,
                    obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL, gradient_norm_box REAL NOT NULL,
                    gradient_norm_obj REAL, gradient_norm_cls REAL NOT NULL, PRIMARY KEY (image, line));
                CREATE TABLE IF NOT EXISTS suspicion (
                    id TEXT PRIMARY KEY, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL, score REAL NOT NULL,
                    impact REAL NOT NULL, class INTEGER, cx REAL, cy REAL, w REAL, h REAL, evidence TEXT NOT NULL);
                CREATE TABLE IF NOT EXISTS prediction (
                    image TEXT NOT NULL, class INTEGER NOT NULL, confidence REAL NOT NULL, cx REAL NOT NULL,
                    cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL);
                CREATE TABLE IF NOT EXISTS decision (
                    id TEXT PRIMARY KEY, decision TEXT NOT NULL, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL,
                    label TEXT, row TEXT, is_applied INTEGER NOT NULL);
                CREATE INDEX IF NOT EXISTS prediction_image ON prediction (image);
                CREATE TABLE IF NOT EXISTS training_step (
                    fold INTEGER NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL, loss REAL NOT NULL,
                    box REAL NOT NULL, obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL,
                    clip_ratio REAL NOT NULL, rate REAL NOT NULL, PRIMARY KEY (fold, step));
                """)
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try queue.read(body) } catch let error as DatabaseError { throw failure(error) }
    }

    private func write(_ body: (Database) throws -> Void) throws {
        do { try queue.write(body) } catch let error as DatabaseError { throw failure(error) }
    }

    private func failure(_ error: DatabaseError) -> FileError {
        FileError(
            file: path, message: "the ledger cannot be used: \(error.message ?? error.resultCode.description)",
            wayOut: "check the free space; if that is not it, move the ledger away and the stages write it anew")
    }

    /// Replaces a stage's rows in one transaction, which also takes back that the stage had been finished.
    private func replace(_ stage: StageName, _ tables: [String], _ insert: (Database) throws -> Void) throws {
        try write { database in
            try Self.takeBack(stage, database)
            for table in tables { try database.execute(sql: "DELETE FROM \(table)") }
            try insert(database)
        }
    }

    private static func takeBack(_ stage: StageName, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [finishedKey(stage)])
    }

    private static func finishedKey(_ stage: StageName) -> String { "finished.\(stage.rawValue)" }

    /// Digest of the inputs that a stage's rows and files were made from; nil while they are not whole.
    func finishedInputs(of stage: StageName) throws -> String? {
        try read {
            try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.finishedKey(stage)])
        }
    }

    /// Says that a stage's rows and files are whole, and what they were made from.
    func finish(_ stage: StageName, inputs: String) throws {
        try write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [Self.finishedKey(stage), inputs])
        }
    }

    /// Says that a stage's rows and files are about to change.
    func takeBack(_ stage: StageName) throws { try write { try Self.takeBack(stage, $0) } }

    public func replaceFindings(_ findings: [Finding]) throws {
        try replace(.labels, ["finding"]) { database in
            for (index, it) in findings.enumerated() {
                try FindingRow(
                    id: index + 1, code: it.code, severity: it.severity.rawValue, file: it.file, line: it.line,
                    column: it.column, message: it.message, effect: it.effect.text, fix: it.fix
                ).insert(database)
            }
        }
    }

    public func replaceAnchors(_ anchors: [AnchorRow], _ metrics: [AnchorMetricRow], boxes: [(Double, Double, Int)])
        throws
    {
        try replace(.anchors, ["anchor", "anchor_metric", "anchor_box"]) { database in
            for row in anchors { try row.insert(database) }
            for row in metrics { try row.insert(database) }
            let statement = try database.makeStatement(sql: "INSERT INTO anchor_box VALUES (?, ?, ?)")
            for box in boxes { try statement.execute(arguments: [box.0, box.1, box.2]) }
        }
    }

    public func replaceTrainingSteps(_ steps: [TrainingStepRow]) throws {
        try replace(.probe, ["training_step"]) { database in
            for row in steps { try row.insert(database) }
        }
    }

    /// By fold, then by step.
    public func trainingSteps() throws -> [TrainingStepRow] {
        try read { try TrainingStepRow.order(Column("fold"), Column("step")).fetchAll($0) }
    }

    public func replaceLosses(
        images: [ImageLossRow], boxes: [BoxLossRow], suspicions: [SuspicionRow], predictions: [PredictionRow] = []
    ) throws {
        try replace(.toxic, ["image_loss", "box_loss", "suspicion", "prediction"]) { database in
            for row in predictions { try row.insert(database) }
            for row in images { try row.insert(database) }
            for row in boxes { try row.insert(database) }
            for row in suspicions { try row.insert(database) }
        }
    }

    /// Adds decisions; the last one about a suspicion counts.
    public func addDecisions(_ decisions: [DecisionRow]) throws {
        try write { database in
            for row in decisions { try row.insert(database, onConflict: .replace) }
        }
    }

    public func removeDecision(_ id: String) throws {
        try write { _ = try DecisionRow.filter(Column("id") == id).deleteAll($0) }
    }

    /// By id.
    public func decisions() throws -> [DecisionRow] {
        try read { try DecisionRow.order(Column("id")).fetchAll($0) }
    }

    public func findings() throws -> [Finding] {
        try read { database in
            try FindingRow.order(Column("id")).fetchAll(database).map {
                Finding(
                    code: $0.code, severity: Severity(rawValue: $0.severity) ?? .note, file: $0.file, line: $0.line,
                    column: $0.column, message: $0.message, effect: TrainerEffect(text: $0.effect), fix: $0.fix)
            }
        }
    }

    public func anchors() throws -> [AnchorRow] {
        try read { try AnchorRow.order(Column("set_name"), Column("position")).fetchAll($0) }
    }

    public func anchorMetrics() throws -> [AnchorMetricRow] {
        try read { try AnchorMetricRow.order(Column("set_name")).fetchAll($0) }
    }

    /// Width, height and class of every box that anchors were fitted to.
    public func anchorBoxes() throws -> [(width: Double, height: Double, classID: Int)] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT width, height, class FROM anchor_box ORDER BY rowid")
                .map { ($0["width"], $0["height"], $0["class"]) }
        }
    }

    /// The worst first.
    public func imageLosses() throws -> [ImageLossRow] {
        try read { try ImageLossRow.order(Column("rank"), Column("image")).fetchAll($0) }
    }

    public func boxLosses(ofImage image: String) throws -> [BoxLossRow] {
        try read {
            try BoxLossRow.filter(Column("image") == image).order(Column("line")).fetchAll($0)
        }
    }

    /// Every judged label with its image's split and size in pixels.
    public func labels() throws -> [(split: String, classID: Int, box: [Double], width: Double, height: Double)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT split, class, cx, cy, w, h, width, height FROM box_loss JOIN image_loss USING (image)
                    ORDER BY image, line
                    """
            ).map {
                (
                    $0["split"], $0["class"], [$0["cx"], $0["cy"], $0["w"], $0["h"]], Double($0["width"] as Int),
                    Double($0["height"] as Int)
                )
            }
        }
    }

    /// The most confident first.
    public func predictions(ofImage image: String) throws -> [PredictionRow] {
        try read {
            try PredictionRow.filter(Column("image") == image).order(Column("confidence").desc, Column("rowid"))
                .fetchAll($0)
        }
    }

    /// The most suspicious first.
    public func suspicions() throws -> [SuspicionRow] {
        try read { try SuspicionRow.order(Column("score").desc, Column("id")).fetchAll($0) }
    }
}
