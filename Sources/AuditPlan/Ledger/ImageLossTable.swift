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
    /// The table in the ledger.
    public static let databaseTableName = "image_loss"

    /// The image's path, relative to the dataset's root.
    public var image: String
    /// `train`, `val` or `test`: the first that lists the image.
    public var split: String
    /// In pixels, as the image is stored.
    public var width = 0
    /// Pixels.
    public var height = 0
    /// Labels that training can use.
    public var boxes = 0
    /// What the trainer would print for this image alone, gains included; nil where there is no finite figure.
    public var loss: Double?
    /// The box part of `loss`.
    public var box: Double?
    /// The objectness part of `loss`; nil where the family has none.
    public var obj: Double?
    /// The class part of `loss`.
    public var cls: Double?
    /// The distribution part of `loss`; nil where the family has none.
    public var dfl: Double?
    /// The image's numerators over the dataset's denominators, times the number of images.
    public var share: Double?
    /// Its numerators over its own number of matches.
    public var intensity: Double?
    /// Norm of the gradient of `loss` with frozen batch-norm statistics.
    public var gradientNorm: Double?
    /// Of the backbone's parameters alone.
    public var gradientNormBackbone: Double?
    /// Of the neck's parameters alone.
    public var gradientNormNeck: Double?
    /// Of the head's parameters alone.
    public var gradientNormHead: Double?
    /// Squared norm over the sum of all squared norms.
    public var energyShare: Double?
    /// ⟨g, ḡ⟩/(N·‖ḡ‖²): the part of the mean gradient that the image provides.
    public var projectionShare: Double?
    /// Cosine of the gradient and the mean gradient of all other images.
    public var leaveOneOutCosine: Double?
    /// Of log ‖g‖, by median and MAD, among images with a similar number of boxes.
    public var robustZ: Double?
    /// Norm over a clipping norm of 10.
    public var clipRatio10: Double?
    /// Norm over a clipping norm of 1.
    public var clipRatio1: Double?
    /// Over the training of the probe: mean, standard deviation, and what the last lies above the least.
    public var lossMean: Double?
    /// Standard deviation of the loss over moments of the probe’s training.
    public var lossSpread: Double?
    /// What the last loss lies above the least one.
    public var lossForgotten: Double?
    /// The fold whose model judged it, from 1.
    public var fold: Int?
    /// That something is wrong with the image or one of its labels.
    public var probability: Double?
    /// 1 for the worst.
    public var rank: Int
    /// Why the image stands where it stands, in words.
    public var reason: String
    /// Why there are no figures: unreadable, NaN or infinite; nil where there are.
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

    /// A row without figures.
    public init(image: String, split: String, rank: Int = 0, reason: String = "") {
        (self.image, self.split, self.rank, self.reason) = (image, split, rank, reason)
    }
}

extension Ledger {
    /// Replaces what the toxic stage measured and suspects.
    public func replaceLosses(
        images: some Sequence<ImageLossRow>, boxes: some Sequence<BoxLossRow>,
        suspicions: some Sequence<SuspicionRow>, predictions: some Sequence<PredictionRow> = []
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
