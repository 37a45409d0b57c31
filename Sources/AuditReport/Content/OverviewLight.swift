import AuditPlan
import Findings
import TextForms

/// One of the figures that the overview leads with.
public struct OverviewLight: Sendable {
    /// How much it asks for.
    public enum Level: String, Sendable {
        case red, amber, green
        /// Nothing was measured.
        case grey
    }

    /// What it is about.
    public enum Topic: String, Sendable {
        case trainable = "Can it be trained?"
        case lost = "Images lost"
        case wrong = "Labels probably wrong"
        case judge = "Quality of the probe"
        case leakage = "Leakage"
    }

    /// What it is about.
    public let topic: Topic
    /// What it is called.
    public var title: String { topic.rawValue }
    /// The figure itself.
    public let headline: String
    /// What it says, in a sentence.
    public let detail: String
    /// How much it asks for.
    public let level: Level
    /// Where on the page there is more; nil for nowhere.
    public let place: String?

    init(_ topic: Topic, _ headline: String, _ detail: String, _ level: Level, at place: String?) {
        (self.topic, self.headline, self.detail, self.level, self.place) = (topic, headline, detail, level, place)
    }

    /// Rules about images that stand in two splits.
    private static let leaks: Set<String> = ["D005", "D006", "D014", "D020"]

    /// Whether training starts, and on how much.
    package static func trainable(_ findings: [Finding], images: Int, dropped: Int) -> OverviewLight {
        if let stop = findings.first(where: { $0.effect.verdict == .stops }) {
            return .init(.trainable, "No", "\(stop.code): \(stop.message)", .red, at: "findings")
        }
        if images > 0, dropped >= images {
            return .init(.trainable, "No", "every image is dropped", .red, at: "findings")
        }
        let errors = findings.count { $0.severity == .error }
        if dropped > 0 || errors > 0 {
            let detail = errors > 0 ? Counted.text(errors, "error") + " to look at" : "a part of it is dropped"
            return .init(.trainable, "Yes, but", detail, .amber, at: "findings")
        }
        return .init(.trainable, "Yes", "no error stands in the way", .green, at: nil)
    }

    /// Images and rows that training never sees.
    static func lost(images: Int, of all: Int, rows: Int) -> OverviewLight {
        let share = all > 0 ? Double(images) / Double(all) : 0
        let more = rows > 0 ? ", with " + Counted.text(rows, "label row") : ""
        return .init(
            .lost, Counted.number(images), "of \(Counted.number(all))\(more)",
            images == 0 ? .green : share > 0.02 ? .red : .amber, at: images == 0 ? nil : "findings")
    }

    /// How many labels are wrong, with the bounds that errors of people, which are not quite like planted ones, may have.
    ///
    /// - Parameter expected: by kind, of which whole images are left out.
    package static func wrong(
        _ expected: [SuspicionKind: ProbabilityCalibration.Count], labels: Int, decisions: Int = 0
    ) -> OverviewLight {
        func sum(_ isCounted: (SuspicionKind) -> Bool) -> ProbabilityCalibration.Count {
            expected.filter { isCounted($0.key) }.sorted { $0.key.rawValue < $1.key.rawValue }
                .reduce(into: .init()) { $0.add($1.value) }
        }
        func range(_ it: ProbabilityCalibration.Count) -> String {
            let bounds = [it.low.rounded(.down), it.high.rounded(.up)].map { ReportFigure.number($0, decimals: 0) }
            return "\(bounds[0])–\(bounds[1])"
        }
        var rows = sum { ![.missing, .image, .check].contains($0) }
        // What is off for one is off for all: the bounds know no number of labels.
        rows.high = min(rows.high, Double(max(labels, 0)))
        let missing = sum { $0 == .missing }
        let share = labels > 0 ? rows.mean / Double(labels) : 0
        let detail =
            "\(range(rows)) of \(Counted.text(labels, "label")); objects without a label: \(ReportFigure.number(missing.mean, decimals: 0)) (\(range(missing)))"
            + (decisions == 0 ? "; each decision makes this surer" : "; by \(Counted.text(decisions, "decision"))")
        return .init(
            .wrong, "about \(ReportFigure.number(rows.mean, decimals: 0))", detail,
            share > 0.05 ? .red : share > 0.01 ? .amber : .green, at: "review")
    }

    /// Where nothing that the judge says is worth believing.
    static var unknownWrong: OverviewLight {
        .init(.wrong, "unknown", "the models that judge have learned too little to say", .grey, at: "training")
    }

    /// How far the judge can be believed.
    package static func judge(
        found: Double?, ap50: Double? = nil, isOutOfFold: Bool, isCalibrated: Bool, canJudge: Bool = true
    ) -> OverviewLight {
        let precision = ap50.map { "; AP50 \(ReportFigure.number($0))" } ?? ""
        guard canJudge else {
            let detail = "of the labels are found\(precision): too little to judge labels by"
            return .init(
                .judge, found.map { "\(ReportFigure.percent($0, decimals: 0))" } ?? Figure.none, detail, .red,
                at: "training")
        }
        guard isOutOfFold else {
            return .init(
                .judge, "in sample", "a checkpoint excuses what it has learned; a probe judges out of fold", .amber,
                at: "training")
        }
        guard let found else { return .init(.judge, Figure.none, "not measured", .grey, at: nil) }
        let calibration = isCalibrated ? "" : "; probabilities are not calibrated"
        return .init(
            .judge, "\(ReportFigure.percent(found, decimals: 0))",
            "of the labels are found by a model that has not seen them\(precision)\(calibration)",
            found < 0.5 ? .red : found < 0.8 || !isCalibrated ? .amber : .green, at: "training")
    }

    /// Images that stand in two splits.
    package static func leakage(_ findings: [Finding]) -> OverviewLight {
        let found = findings.filter { leaks.contains($0.code) }
        guard let worst = found.map(\.severity).max() else {
            return .init(.leakage, "none", "no image was found in two splits", .green, at: nil)
        }
        return .init(
            .leakage, Counted.text(found.count, "finding"), found[0].message, worst == .error ? .red : .amber,
            at: "findings")
    }
}
