import TextForms

/// C006: the training loss falls, and the score stays where it is.
enum ScoreDoesNotFollow: RunDiagnosis {
    /// Part of the loss that is gone: something was learned.
    static let leastFall = 0.15
    /// Below this nothing is detected.
    static let noScore = 0.05
    /// A detector of this score knows its classes.
    static let goodScore = 0.3

    /// What shows it.
    private enum Sign {
        case never(Double)
        case lost(from: Double)
        case classes(ValidationGap)
        case names(ClassFingerprint)
    }

    static let documentation = DiagnosisDocumentation(
        code: "C006", name: "loss falls, mAP does not", severity: .error,
        what:
            "The training loss falls well, and the score of validation stays next to nothing, or its class loss does not "
            + "fall along.",
        why:
            "Labels of validation that are wrong, class names in another order, a val path to something else, or images "
            + "that are prepared in another way than for training. The log alone cannot tell boxes of validation that lie beside "
            + "their objects from boxes of training that do: validating on the training images does.",
        threshold:
            "eight epochs or more; the box or the class loss of training lost 15 % of its highest level; and one of these: mAP50 "
            + "in the second half never above 0.05 (unless less than half of both parts is gone, and both fall in validation by a tenth "
            + "or more and to no more than 1.3 times those of training: then nothing is detected yet), or at the end less than a quarter of its best; at the end below 0.3, while the class "
            + "loss of validation is 1.3 times that of training and 1.5 times as far above it as the box loss, which is no more "
            + "than 1.3 times; below 0.3, while the boxes of a class of val have number and size of another class of train "
            + "(100,000 times as likely, boxes as normal in the logarithm of their sides). Labels that speak for the names as "
            + "they are silence the figures of the class loss",
        hides: ["C009"],
        triggering: [
            RunExample([
                "train/box_loss": [4, 3.5, 3, 2.8, 2.6, 2.5, 2.4, 2.3],
                "metrics/mAP50(B)": [0, 0.001, 0, 0.002, 0.001, 0.002, 0.003, 0.002],
                "val/box_loss": [4.5, 4.4, 4.5, 4.4, 4.5, 4.6, 4.5, 4.5],
            ])
        ],
        clean: [
            RunExample([
                "train/box_loss": [4, 3.5, 3, 2.8, 2.6, 2.5, 2.4, 2.3],
                "metrics/mAP50(B)": [0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.33, 0.35],
                "val/box_loss": [4.1, 3.6, 3.2, 3, 2.8, 2.7, 2.6, 2.6],
            ]),
            // Hardly begun: validation falls along.
            RunExample([
                "train/box_loss": [0.12, 0.115, 0.11, 0.105, 0.1, 0.095, 0.09, 0.085],
                "train/cls_loss": [0.04, 0.039, 0.037, 0.036, 0.034, 0.033, 0.032, 0.031],
                "metrics/mAP50(B)": [0, 0.001, 0, 0.002, 0.004, 0.008, 0.01, 0.009],
                "val/box_loss": [0.115, 0.11, 0.106, 0.1, 0.096, 0.092, 0.088, 0.084],
                "val/cls_loss": [0.04, 0.039, 0.038, 0.036, 0.034, 0.033, 0.032, 0.031],
            ]),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let loss = run.table.total(.train)
        let score = run.table.mainScore
        guard loss.count >= 8, run.learned >= leastFall, let last = score.end, let end = loss.points.last?.epoch,
            let sign = sign(run, last), !Overfit.isByHeart(run)
        else { return nil }
        var steps: [FirstStep] = []
        if case .names(let print) = sign, let data = run.data {
            for (own, other) in print.order.sorted(by: { $0.key < $1.key }).prefix(3) {
                steps.append(
                    FirstStep(
                        "compare the ids of \(name(own, data)) and \(name(other, data)) in the labels of val with the names",
                        file: data.path))
            }
        }
        if let step = audit.step("D036", "D026", "B015", "D027", reason: "class names in another order") {
            steps.append(step)
        }
        if let step = audit.step("D005", "D006", reason: "images in both splits") { steps.append(step) }
        if let scan = run.console?.scans["val"] {
            steps.append(
                FirstStep(
                    "look at the labels that validation reads: \(scan.folder) (\(Counted.text(scan.images, "image")))",
                    file: scan.folder))
        } else {
            steps.append(
                FirstStep(
                    "look at the labels of val over their images: assay-labels \(run.data?.path ?? "data.yaml") --splits val",
                    file: run.data?.path))
        }
        steps.append(
            FirstStep(
                "validate with val set to the training images: a score that is then good says that val is what is wrong, and one that is not that the boxes of training are"
            ))
        if let count = audit.suspicionsByKind["shifted"], count > 0 {
            steps.append(
                FirstStep(
                    "look at \(Counted.text(count, "label")) suspected to be shifted",
                    file: audit.suspiciousImage["shifted"]))
        }
        let gap = ValidationGap(run)
        return diagnosis(
            run,
            "\(RunFigure.percent(run.learned)) % of the training loss is gone since its peak, and \(words(sign, last, run))",
            epochs: (loss.points.first?.epoch ?? 1)...end, column: .score(.map50, of: "B"),
            figures: [("fall", run.learned), ("best", score.smooth.most ?? last), ("last", last)]
                + (gap.map { [("class_ratio", $0.classes), ("box_ratio", $0.box)] } ?? []),
            steps: steps)
    }

    private static func sign(_ run: TrainingRun, _ last: Double) -> Sign? {
        let print = run.data?.fingerprint
        if let print, print.isOtherOrder, last < goodScore { return .names(print) }
        if let late = run.lateScore, late < noScore, !hasHardlyBegun(run) { return .never(late) }
        if let best = run.table.mainScore.smooth.most, best >= noScore, last < best / 4 { return .lost(from: best) }
        if let gap = ValidationGap(run), gap.isOfClassesAlone, last < goodScore, !(print?.isSameOrder ?? false),
            !(run.data?.lacksClass ?? false)
        {
            return .classes(gap)
        }
        return nil
    }

    /// Less than half of the loss is gone, and that of validation falls along: nothing is detected yet, in either.
    private static func hasHardlyBegun(_ run: TrainingRun) -> Bool {
        guard let gap = ValidationGap(run), gap.box < 1.3, gap.classes < 1.3, run.learned < 0.5 else { return false }
        return ["box", "cls"].allSatisfy { run.table.curve(.loss(.val, $0)).fallFromPeak ?? 0 >= 0.1 }
    }

    private static func words(_ sign: Sign, _ last: Double, _ run: TrainingRun) -> String {
        switch sign {
        case .never(let late): return "mAP50 is never above \(RunFigure.text(late)) in the second half"
        case .lost(let best): return "mAP50 was \(RunFigure.text(best)) and is \(RunFigure.text(last)) at the end"
        case .classes(let gap):
            return
                "mAP50 is \(RunFigure.text(last)): the class loss of validation is \(RunFigure.text(gap.classes)) times that of training, its box loss \(RunFigure.text(gap.box)) times: boxes are found, and named otherwise than the labels do"
        case .names(let print):
            guard let data = run.data, let pair = print.order.min(by: { $0.key < $1.key }) else { return "" }
            return
                "mAP50 is \(RunFigure.text(last)): by number and size the boxes of \(name(pair.key, data)) in val are those of \(name(pair.value, data)) in train"
        }
    }

    private static func name(_ id: Int, _ data: RunData) -> String {
        data.classNames.indices.contains(id) ? data.classNames[id] : "class \(id)"
    }
}
