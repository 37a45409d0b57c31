import GRDB

extension LedgerTable {
    static let imageLoss = LedgerTable(
        "image_loss", of: .toxic,
        """
        image TEXT PRIMARY KEY, split TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        boxes INTEGER NOT NULL, loss REAL, box REAL, obj REAL, cls REAL, dfl REAL, share REAL, intensity REAL,
        gradient_norm REAL, gradient_norm_backbone REAL, gradient_norm_neck REAL, gradient_norm_head REAL,
        energy_share REAL, projection_share REAL, leave_one_out_cosine REAL, robust_z REAL,
        clip_ratio_10 REAL, clip_ratio_1 REAL, loss_mean REAL, loss_spread REAL,
        loss_forgotten REAL, fold INTEGER, probability REAL, rank INTEGER NOT NULL, reason TEXT NOT NULL, problem TEXT
        """)
}

/// What the toxic stage knows of one image; a figure is nil where the model's family or the run has none.
public struct ImageLossRow: LedgerRow {
    public static let databaseTableName = "image_loss"

    public var image: String
    public var split: String
    /// In pixels, as the image is stored.
    public var width = 0
    public var height = 0
    /// Labels that training can use.
    public var boxes = 0
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
    /// 1 for the worst.
    public var rank: Int
    public var reason: String
    public var problem: String?

    private enum CodingKeys: String, CodingKey {
        case image, split, width, height, boxes, loss, box, obj, cls, dfl, share, intensity, fold, probability, rank
        case reason, problem
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
    }

    public init(image: String, split: String, rank: Int = 0, reason: String = "") {
        (self.image, self.split, self.rank, self.reason) = (image, split, rank, reason)
    }
}

extension Ledger {
    /// Replaces what the toxic stage measured and suspects.
    public func replaceLosses(
        images: [ImageLossRow], boxes: [BoxLossRow], suspicions: [SuspicionRow], predictions: [PredictionRow] = []
    ) throws {
        try replace(.toxic) { database in
            try predictions.insert(into: database)
            try images.insert(into: database)
            try boxes.insert(into: database)
            try suspicions.insert(into: database)
        }
    }

    /// The worst first.
    public func imageLosses() throws -> [ImageLossRow] {
        try rows(ImageLossRow.order(Column("rank"), Column("image")))
    }
}
