/// C001: the loss does not fall.
enum FlatFromTheStart: RunDiagnosis {
    /// Below this part of the loss nothing was learned.
    static let leastFall = 0.08
    /// A detector that is good already cannot fall.
    static let goodScore = 0.3

    static let documentation = DiagnosisDocumentation(
        code: "C001", name: "flat from the start", severity: .error,
        what: "Neither boxes nor classes are learned from the first epoch on, and the score stays low.",
        why:
            "A learning rate that is too small, a warm-up that never ends, frozen layers, labels that the trainer does not "
            + "read, or a loss that is not that of the model.",
        threshold:
            "five epochs or more; the median of the last training losses, or of the last with mosaic, less than 8 % below that of the first; of "
            + "validation (of training, where there is none) the sum never more than 15 % above the first; no part of either that "
            + "is 15 % of it or more 12 % below the first, objectness left out, which rises as boxes get better; and mAP50 never 0.3",
        hides: ["C002", "C006", "C009", "C010"],
        triggering: [
            RunExample(
                [
                    "train/box_loss": [4.1, 4.12, 4.09, 4.11, 4.08, 4.1], "train/cls_loss": [3, 3, 3.01, 2.99, 3, 3],
                    "metrics/mAP50(B)": [0, 0, 0.001, 0, 0.001, 0],
                ], settings: "lr0: 0.00001\nbatch: 64\noptimizer: SGD\n"),
            // The loss falls where mosaics end, and validation tells that nothing is learned.
            RunExample(
                [
                    "train/box_loss": [5.9, 5.95, 6.0, 5.9, 5.92, 5.9, 4.9, 4.7],
                    "val/box_loss": [5.2, 5.2, 5.19, 5.18, 5.17, 5.16, 5.15, 5.15],
                    "metrics/mAP50(B)": [0, 0, 0, 0, 0, 0, 0, 0],
                ], settings: "lr0: 0.00001\nepochs: 8\nclose_mosaic: 2\nmosaic: 1.0\noptimizer: SGD\n"),
        ],
        clean: [
            RunExample([
                "train/box_loss": [4.1, 3.6, 3.1, 2.8, 2.6, 2.5], "train/cls_loss": [3, 2.6, 2.2, 2, 1.9, 1.8],
                "metrics/mAP50(B)": [0, 0.1, 0.2, 0.3, 0.33, 0.4],
            ]),
            // Trained before, and good already.
            RunExample([
                "train/box_loss": [0.8, 0.8, 0.79, 0.81, 0.8, 0.8],
                "metrics/mAP50(B)": [0.9, 0.9, 0.91, 0.9, 0.9, 0.9],
            ]),
        ])

    /// Validation sees the same images each epoch and is the better witness; without it the training loss must keep still.
    private static func isFlat(_ run: TrainingRun) -> Bool {
        let phase: LogColumn.Phase = run.table.total(.val).count >= 5 ? .val : .train
        let all = run.table.total(phase).smooth
        guard let start = all.start, start > 0, let most = all.most, most < start * 1.15 else { return false }
        return parts(run, phase).allSatisfy { $0.smooth.least ?? 0 > ($0.start ?? 0) * 0.88 }
            && parts(run, .train).allSatisfy { least($0.fall, run.untilMosaicCloses($0).fall) ?? 0 < 0.12 }
    }

    private static func least(_ a: Double?, _ b: Double?) -> Double? { [a, b].compactMap { $0 }.min() }

    /// The parts of a loss that weigh something.
    private static func parts(_ run: TrainingRun, _ phase: LogColumn.Phase) -> [Curve] {
        let parts = run.table.parts(phase).filter { $0 != "obj" }.map { run.table.curve(.loss(phase, $0)) }
        let level = parts.reduce(0) { $0 + ($1.start ?? 0) }
        return parts.filter { $0.start ?? 0 >= 0.15 * level && $0.start ?? 0 > 0 }
    }

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let whole = run.table.total(.train)
        let withMosaic = run.untilMosaicCloses(whole)
        let loss = withMosaic.fall ?? 1 < whole.fall ?? 1 ? withMosaic : whole
        guard loss.count >= 5, let start = loss.start, let end = loss.end, let fall = loss.fall, start > 0,
            fall < leastFall, isFlat(run), run.table.mainScore.most ?? 0 < goodScore
        else { return nil }
        let rules = RateRules(run)
        var steps = rules.faster
        let frozen = run.settings.frozen
        if !frozen.isEmpty, let key = run.settings.entry("freeze") {
            steps.append(
                FirstStep(
                    "train more layers: \(key.entry.file):\(key.entry.line) freezes \(frozen.prefix(60))",
                    file: key.entry.file))
        }
        steps += [
            audit.step("B001", "D015", "P001", "D019", reason: "labels that no trainer reads")
        ].compactMap { $0 }
        if let peak =
            (run.table.columns.compactMap { column -> Double? in
                if case .rate = column { run.table.curve(column).most } else { nil }
            }.max()), let rate = rules.rate, peak < rate / 2, frozen.isEmpty
        {
            steps.append(
                FirstStep(
                    set: "warmup_epochs", to: "1",
                    "the rate never rose above \(RunFigure.text(peak)) of \(RunFigure.text(rate)): the warm-up has not ended"
                ))
        }
        if steps.isEmpty {
            steps.append(FirstStep("check that the labels are read: assay-labels \(run.data?.path ?? "data.yaml")"))
            steps.append(FirstStep("raise the rate tenfold for three epochs: a loss that then moves was short of it"))
        }
        return diagnosis(
            run,
            "the training loss is \(RunFigure.text(start)) at first and \(RunFigure.text(end)) at the end: \(RunFigure.percent(fall)) % less",
            epochs: (loss.points.first?.epoch ?? 1)...(loss.points.last?.epoch ?? 1),
            figures: [("loss_first", start), ("loss_last", end), ("fall", fall)], steps: steps)
    }
}
