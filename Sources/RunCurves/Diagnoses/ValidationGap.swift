/// How far the losses of validation lie above those of training at the end of a run, part by part, and what the training
/// learned: what tells labels of validation that are wrong from a model that knows its images by heart.
struct ValidationGap {
    /// The box loss of validation over that of training.
    let box: Double
    /// The class loss of validation over that of training.
    let classes: Double

    /// Nil where the log lacks a part.
    ///
    /// - Parameter part: of the curves that is looked at.
    init?(_ run: TrainingRun, _ part: (Curve) -> Curve = { $0 }) {
        func end(_ phase: LogColumn.Phase, _ name: String) -> Double? {
            part(run.table.curve(.loss(phase, name))).end
        }
        func ratio(_ name: String) -> Double? {
            guard let train = end(.train, name), let val = end(.val, name), train > 0 else { return nil }
            return val / train
        }
        guard let box = ratio("box"), let classes = ratio("cls") else { return nil }
        (self.box, self.classes) = (box, classes)
    }

    /// Boxes are found in validation as well as in training, classes are not.
    var isOfClassesAlone: Bool { classes >= 1.3 && classes >= 1.5 * box && box < 1.3 }

    /// Neither boxes nor classes carry over.
    var isOfBoth: Bool { box >= 1.5 && classes >= 2 }
}

extension TrainingRun {
    /// What part of its highest level a loss of training has lost: the largest of those of box and class. From the peak,
    /// since Ultralytics' losses begin low where a new head assigns no box yet.
    var learned: Double {
        ["box", "cls"].compactMap { table.curve(.loss(.train, $0)).fallFromPeak }.max()
            ?? table.total(.train).fallFromPeak ?? 0
    }

    /// A curve without the last epochs, in which Ultralytics no longer makes mosaics: a training loss falls then whether or
    /// not anything is learned. The whole curve where fewer than five epochs would be left.
    func untilMosaicCloses(_ curve: Curve) -> Curve {
        guard trainer == .ultralytics, settings.number("mosaic") ?? 1 > 0, let closes = settings.whole("close_mosaic"),
            closes > 0, let wanted = wantedEpochs
        else { return curve }
        let with = curve.until(wanted - closes)
        return with.count >= 5 ? with : curve
    }

    /// The best mAP50 of the second half, smoothed: what a pretrained head finds by luck at first is gone by then.
    var lateScore: Double? {
        let score = table.mainScore.smooth
        return Curve(Array(score.points.suffix(max(1, score.count / 2)))).most
    }

    /// Images of a split, by the labels, or by what the trainer said.
    func images(of split: String) -> Int? { data?.splits[split]?.images ?? console?.scans[split]?.images }

    /// Fewer than twenty images to learn from, or fewer than to validate.
    var hasFewImages: Bool {
        guard let train = images(of: "train"), train > 0 else { return false }
        return train < max(20, images(of: "val") ?? 0)
    }
}
