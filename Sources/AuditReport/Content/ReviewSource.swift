import AuditPlan
import FileReading
import Findings
import ToolOptions

/// What a plan's ledger has to decide, with the images that it is about.
struct ReviewSource {
    /// Less probable ones are not worth an annotator's time.
    private static let leastProbability = 0.05
    /// More pictures than this lie beside the page instead of in it.
    private static let mostPicturesInside = 300
    private static let mostSpotChecks = 30

    private let source: ReportSource
    private let losses: [ImageLossRow]

    /// Adds the suspicions that are not decided, the most probable first, and samples to check.
    init(_ source: ReportSource, _ content: inout ReportContent) throws {
        self.source = source
        guard source.plan.results[.toxic]?.status == .done else {
            losses = []
            return
        }
        losses = try source.ledger.imageLosses()
        let all = try source.ledger.suspicions()
        let decisions = try source.ledger.decisions()
        let decided = Set(decisions.filter(\.isApplied).map(\.id))
        content.decisions = try DecisionFile.json(of: decisions.filter { !$0.isApplied })
        let rows = Recalibration.recalibrated(all, decisions).filter {
            !decided.contains($0.id) && $0.score >= Self.leastProbability
        }.sorted { ($1.score, $0.id) < ($0.score, $1.id) }
        content.suspicions = rows.prefix(source.options.suspicions.value).map { row in
            .init(
                id: row.id, image: row.image, line: row.line, kind: row.kind, probability: row.score,
                impact: row.impact, suggestion: row.suggestion, evidence: row.evidence)
        }
        let asked = Set(decisions.map(\.id))
        content.suspicions += spotChecks(
            accused: Set(all.filter { $0.score >= Self.leastProbability }.map(\.image))
        ).filter { !asked.contains($0.id) }
        content.spotChecks = SpotCheckEstimate(decisions)
        if !decisions.isEmpty { content.cards.append(Self.decisionsCard(decisions)) }
    }

    /// Adds the images of the suspicions.
    ///
    /// - Parameter write: writes a file beside the page.
    /// - Returns: the pictures that were written.
    func addImages(
        to content: inout ReportContent, write: (_ bytes: [UInt8], _ name: String) throws -> String
    ) throws -> [String] {
        var seen: Set<String> = []
        let names = content.suspicions.map(\.image).filter { seen.insert($0).inserted }
        let lossOf = Dictionary(losses.map { ($0.image, $0) }) { first, _ in first }
        var outputs: [String] = []
        for (number, name) in names.enumerated() {
            let path = Paths.absolute(name, relativeTo: source.dataset.root)
            var place = ""
            if names.count <= Self.mostPicturesInside {
                place = ReportPicture.reviewURI(path) ?? ""
            } else if let jpeg = ReportPicture.reviewJPEG(path) {
                place = "pictures/\(number + 1).jpg"
                outputs.append(try write(jpeg, place))
            }
            content.reviewImages.append(try image(name, lossOf[name], at: place))
        }
        return outputs
    }

    private func image(_ name: String, _ row: ImageLossRow?, at place: String) throws -> ReportContent.ReviewImage {
        .init(
            name: name, split: row?.split ?? "", fold: row?.fold ?? 0, loss: row?.loss ?? 0,
            gradient: row?.gradientNorm ?? 0,
            labels: try source.ledger.boxLosses(ofImage: name).map {
                .init(line: $0.line, classID: $0.class, box: [$0.cx, $0.cy, $0.w, $0.h])
            },
            predictions: PredictionSuppression.kept(try source.ledger.predictions(ofImage: name)).map {
                .init(classID: $0.class, confidence: $0.confidence, box: [$0.cx, $0.cy, $0.w, $0.h])
            }, source: place)
    }

    private static func decisionsCard(_ decisions: [DecisionRow]) -> ReportContent.Card {
        func count(_ decision: Decision) -> String { "\(decisions.count { $0.decision == decision })" }
        let kinds = Dictionary(grouping: decisions.filter { $0.decision == .accept }, by: \.kind)
            .sorted { $0.key.rawValue < $1.key.rawValue }.map {
                (name: "accepted: \($0.key)", value: "\($0.value.count)")
            }
        let applied = decisions.count(where: \.isApplied)
        return ReportContent.Card(
            title: "Decisions", headline: "\(applied) applied, \(decisions.count - applied) waiting",
            figures: [("accepted", count(.accept)), ("rejected", count(.reject)), ("unsure", count(.unsure))] + kinds
        )
    }

    /// Images of which nothing is suspected, drawn from the plan's seed: what people find in them tells what is still
    /// wrong in all such images.
    private func spotChecks(
        accused: Set<String>
    ) -> [ReportContent.Accusation] {
        let quiet = losses.filter { $0.problem == nil && !accused.contains($0.image) }
        let drawn = quiet.map { row in
            (SpotCheckEstimate.digest(image: row.image, seed: source.options.seeding.number), row.image)
        }.sorted { $0 < $1 }.prefix(min(Self.mostSpotChecks, source.options.suspicions.value))
        return drawn.map { digest, image in
            .init(
                id: SpotCheckEstimate.id(digest), image: image, line: nil, kind: .check, probability: 0,
                impact: 0, suggestion: nil,
                evidence: "nothing is suspected here; the image was drawn at random")
        }
    }
}
