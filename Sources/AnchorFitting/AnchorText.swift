import TextForms

/// What a person reads.
public enum AnchorText {
    /// `10,13, 16,30`
    static func pairs(_ anchors: [AnchorSize], between: String = ", ") -> String {
        anchors.map { "\(ExactNumber.text($0.width)),\(ExactNumber.text($0.height))" }.joined(separator: between)
    }

    /// - Parameter classNames: for the table of classes.
    public static func text(_ comparison: AnchorComparison, classNames: [String]) -> String {
        let settings = comparison.settings
        var lines = [summary(comparison)]
        if let source = comparison.source, source.isAnchorFree {
            lines += anchorFree(comparison)
            return lines.joined(separator: "\n") + "\n"
        }
        var table = [["", "fitness", "BPR", "AAT", "mean IoU", "held out"]]
        func row(_ name: String, _ m: AnchorMetrics, _ heldOut: Double?) {
            table.append(
                [name] + [m.fitness, m.bestPossibleRecall, m.anchorsAboveThreshold, m.meanIoU].map(figure)
                    + [heldOut.map(figure) ?? ""])
        }
        if let current = comparison.currentMetrics { row("current", current, comparison.heldOut?.currentFitness) }
        row("new", comparison.newMetrics, comparison.heldOut?.newFitness)
        if comparison.heldOut == nil { table = table.map { Array($0.dropLast()) } }
        lines += Columns.aligned(table)
        if let bound = comparison.bound {
            let gap = (bound.fitness / max(comparison.newMetrics.fitness, 1e-12) - 1) * 100
            lines.append(
                "proven: no set of \(Counted.text(comparison.anchors.count, "anchor")) has a fitness above \(figure(bound.fitness)), "
                    + "\(Figure.text(gap, decimals: 2)) % above the new ones")
        }
        if let asked = comparison.missedRecall {
            lines.append(
                "no set of \(Counted.text(comparison.anchors.count, "anchor")) was found with a BPR of \(asked); "
                    + "this one has the highest found")
        }
        if comparison.source?.isOutOfOrder == true {
            lines.append("the current anchors do not rise with the stride: boxes would go to the wrong levels")
        }
        lines.append(verdict(comparison))
        lines.append("")
        lines += levels(comparison)
        lines.append("")
        lines += classes(comparison, classNames)
        for source in comparison.unreached.prefix(10) {
            lines.append("# no anchor reaches the box at \(TerminalText.shown(source.label)):\(source.line)")
        }
        if comparison.unreached.count > 10 {
            lines.append("# … and \(comparison.unreached.count - 10) more: --format json lists them all")
        }
        lines.append("")
        return lines.joined(separator: "\n") + "\n" + AnchorWriter.yoloV5YAML(comparison.anchors, settings.levels)
    }

    private static func summary(_ comparison: AnchorComparison) -> String {
        let settings = comparison.settings
        var text =
            "\(Counted.text(comparison.boxCount, "box")) at \(settings.input.name) px, \(settings.input.resize.rawValue)"
        if comparison.tooSmall > 0 { text += "; \(comparison.tooSmall) under 2 px on both sides left out" }
        if comparison.unreadableImages > 0 {
            text += "; the boxes of \(Counted.text(comparison.unreadableImages, "unreadable image")) left out"
        }
        if let least = settings.fit.leastRecall { text += "; a BPR of \(figure(least)) is asked for" }
        let factors = settings.variation.factors
        if factors.count > 1, let low = factors.min(), let high = factors.max() {
            text += "; mean over \(factors.count) scales, \(figure(low)) to \(figure(high))"
        }
        return text
    }

    static func verdict(_ comparison: AnchorComparison) -> String {
        switch comparison.verdict {
        case .none: "this model has no anchors"
        case .new where comparison.current == nil: "there are no anchors yet; these fit best"
        case .new: "take the new anchors"
        case .keep: "keep your anchors: new ones would not fit better. The best found:"
        }
    }

    private static func levels(_ comparison: AnchorComparison) -> [String] {
        let boxes = max(1, comparison.boxCount)
        var table = [["level", "anchors", "best for", "can learn"]]
        for level in comparison.newDetail.levels {
            table.append([
                level.name, pairs(level.anchors), percent(level.best, of: boxes), percent(level.learnable, of: boxes),
            ])
        }
        return Columns.aligned(table)
    }

    private static func classes(_ comparison: AnchorComparison, _ names: [String]) -> [String] {
        let old = Dictionary(
            (comparison.currentDetail?.classes ?? []).map { ($0.classID, $0) }, uniquingKeysWith: { first, _ in first })
        var table = [["class", "boxes", "BPR", "fitness"] + (old.isEmpty ? [] : ["BPR now", "fitness now"])]
        for entry in comparison.newDetail.classes {
            let name =
                names.indices.contains(entry.classID)
                ? TerminalText.shown(names[entry.classID]) : "\(entry.classID)"
            let now = old[entry.classID].map { [figure($0.bestPossibleRecall), figure($0.fitness)] } ?? []
            table.append([name, "\(entry.boxes)", figure(entry.bestPossibleRecall), figure(entry.fitness)] + now)
        }
        return Columns.aligned(table)
    }

    private static func anchorFree(_ comparison: AnchorComparison) -> [String] {
        let sizes = comparison.sizes
        let boxes = max(1, comparison.boxCount)
        var lines = ["this model has no anchors: there is nothing to fit. What still matters is size against stride:"]
        var table = [["level", "boxes with a side under its stride"]]
        for (stride, count) in zip(sizes.strides, sizes.underStride) {
            table.append(["/\(stride)", percent(count, of: boxes)])
        }
        lines += Columns.aligned(table)
        if sizes.underFinest > 0 {
            lines.append(
                "\(sizes.underFinest) boxes are narrower than a cell of the finest level (\(sizes.strides.first ?? 8) px): "
                    + "few cells or none have their centre inside. A larger image size helps.")
        }
        if sizes.tooLarge > 0 {
            lines.append(
                "\(sizes.tooLarge) boxes are larger than \(2 * ObjectSizes.farthestCells * (sizes.strides.last ?? 32)) px, "
                    + "more than the coarsest level can span. A smaller image size helps.")
        }
        return lines
    }

    // MARK: Figures

    static func figure(_ value: Double) -> String { Figure.text(value, decimals: 4) }

    static func percent(_ count: Int, of total: Int) -> String {
        "\(count) (\(Figure.percent(Double(count) / Double(total))) %)"
    }
}
