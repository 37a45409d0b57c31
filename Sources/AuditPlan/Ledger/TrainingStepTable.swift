import GRDB

extension LedgerTable {
    static let trainingStep = LedgerTable(
        "training_step", of: .probe,
        """
        fold INTEGER NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL, loss REAL NOT NULL,
        box REAL NOT NULL, obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL,
        clip_ratio REAL NOT NULL, rate REAL NOT NULL, PRIMARY KEY (fold, step)
        """)
}

/// One step of one fold of the probe.
public struct TrainingStepRow: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "training_step"

    /// From 1, like `epoch` and `step`.
    public var fold: Int
    /// From 1.
    public var epoch: Int
    /// From 1, over all epochs.
    public var step: Int
    /// Mean over the step's images, gains included.
    public var loss: Double
    /// The box part of `loss`.
    public var box: Double
    /// The objectness part of `loss`; nil where the family has none.
    public var obj: Double?
    /// The class part of `loss`.
    public var cls: Double
    /// Norm of the step's gradient before clipping.
    public var gradientNorm: Double
    /// Norm over the clipping norm.
    public var clipRatio: Double
    /// Learning rate of the step.
    public var rate: Double

    private enum CodingKeys: String, CodingKey {
        case fold, epoch, step, loss, box, obj, cls, rate
        case gradientNorm = "gradient_norm"
        case clipRatio = "clip_ratio"
    }

    /// A row; the parameters are its columns.
    public init(
        fold: Int, epoch: Int, step: Int, loss: Double, box: Double, obj: Double?, cls: Double, gradientNorm: Double,
        clipRatio: Double, rate: Double
    ) {
        (self.fold, self.epoch, self.step) = (fold, epoch, step)
        (self.loss, self.box, self.obj, self.cls) = (loss, box, obj, cls)
        (self.gradientNorm, self.clipRatio, self.rate) = (gradientNorm, clipRatio, rate)
    }
}

extension Ledger {
    /// Replaces the steps that the probe stage trained.
    public func replaceTrainingSteps(_ steps: [TrainingStepRow]) throws {
        try replace(.probe, steps.insert)
    }

    /// By fold, then by step.
    public func trainingSteps() throws -> [TrainingStepRow] {
        try rows(TrainingStepRow.order(Column("fold"), Column("step")))
    }
}
