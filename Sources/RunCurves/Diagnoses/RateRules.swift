import TextForms

/// The rules of thumb for rate, batch, warm-up and clipping, and what a run used. They advise only where a diagnosis says
/// that the curve agrees.
struct RateRules {
    let settings: RunSettings
    let trainer: RunTrainer

    init(_ run: TrainingRun) { (settings, trainer) = (run.settings, run.trainer) }

    /// Images behind a step: small batches are gathered up to the nominal one.
    var effectiveBatch: Int? {
        settings.batch.map { batch in batch * max(1, (settings.nominalBatch + batch / 2) / batch) }
    }

    private var isAdaptive: Bool {
        ["adam", "adamw", "adamax", "nadam", "radam"].contains((settings.text("optimizer") ?? "").lowercased())
    }

    /// Ultralytics chooses rate and optimizer itself, and does not look at lr0.
    var isAutomatic: Bool { settings.text("optimizer") == "auto" }

    /// In proportion to the effective batch, from 0.01 (0.001 with Adam's kin) at 64 images; 13 % less above that.
    var usualRate: Double? {
        guard let batch = effectiveBatch else { return isAdaptive ? 0.001 : 0.01 }
        let share = Double(batch) / 64
        return (isAdaptive ? 0.001 : 0.01) * max(0.25, min(share, 8)) * (share > 1 ? 0.87 : 1)
    }

    /// The rate that was set, unless the trainer chose one itself.
    var rate: Double? { isAutomatic ? nil : settings.number("lr0") }

    /// How many times the usual rate; nil where the rate is not known.
    var excess: Double? {
        guard let rate, let usualRate, usualRate > 0 else { return nil }
        return rate / usualRate
    }

    private var hypNote: String { trainer == .ultralytics ? "" : " in the hyp file" }

    /// Where the rate is more than five times the usual one.
    var slower: [FirstStep] {
        guard let excess, let usualRate, let rate, excess > 5 else { return [] }
        return [
            FirstStep(
                set: "lr0", to: RunFigure.text(usualRate),
                "\(RunFigure.text(rate)) is \(RunFigure.text(excess)) times the usual rate at \(batchWords)\(hypNote)")
        ]
    }

    /// Where the rate is less than a fifth of the usual one.
    var faster: [FirstStep] {
        guard let excess, let usualRate, let rate, excess < 0.2 else { return [] }
        return [
            FirstStep(
                set: "lr0", to: RunFigure.text(usualRate),
                "\(RunFigure.text(rate)) is \(RunFigure.text(1 / max(excess, 1e-9))) times below the usual rate at \(batchWords)\(hypNote)"
            )
        ]
    }

    private var batchWords: String { effectiveBatch.map { "an effective batch of \($0)" } ?? "the usual batch" }

    /// Fewer than three epochs.
    var longerWarmUp: [FirstStep] {
        guard let epochs = settings.number("warmup_epochs"), epochs < 3 else { return [] }
        return [
            FirstStep(
                set: "warmup_epochs", to: "3",
                "\(RunFigure.text(epochs)) is less than three epochs; difficult data takes 10 to 15\(hypNote)")
        ]
    }

    /// Fewer than four images a device, or fewer than 32 in effect.
    var largerBatch: [FirstStep] {
        guard let batch = settings.batch else { return [] }
        let key = trainer == .ultralytics ? "batch" : "batch-size"
        if batch < 4 { return [FirstStep(set: key, to: "16", "statistics of a batch of \(batch) are noise")] }
        if let effective = effectiveBatch, effective < 32 {
            return [
                FirstStep(set: key, to: "32", "\(Counted.text(effective, "image")) in effect: few positives a step")
            ]
        }
        return []
    }
}
