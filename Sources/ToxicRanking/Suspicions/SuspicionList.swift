import FileReading
import Findings
import Foundation
import TextForms
import YOLODataset

/// All suspicions of a dataset, and how much of it is wrong in which way.
public struct SuspicionList: Sendable {
    /// The most probable first: every label row, and every prediction that may be an object without a label.
    public private(set) var suspicions = SuspicionOrder()
    /// The estimated number of wrong labels of each kind.
    public private(set) var expected: [SuspicionKind: Double] = [:]
    /// The bounds of those numbers: errors that people make are not quite like the planted ones that probabilities are
    /// learned from, and how far that can be off, only decisions say.
    public private(set) var bounds: [SuspicionKind: ProbabilityCalibration.Count] = [:]
    /// Whether probabilities are fitted to this dataset; below `fewest` labels they are plain scores.
    public private(set) var isCalibrated = true
    /// The part of the labels near which something is predicted: below one half, the models have learned too little.
    public private(set) var foundShare = 1.0

    /// Those that a person may want to look at.
    public var shown: [Suspicion] { suspicions.shown }

    /// Less probable suspicions only have a place in the order: they are neither shown nor explained.
    public static let leastShown = 0.002
    /// Labels from which on probabilities can be fitted.
    public static let fewest = 100

    package init() {}

    /// - Parameters:
    ///   - className: for the evidence.
    ///   - problems: images that could not be judged, with the reason.
    package init(
        _ judgements: consuming [ImageJudgement], className: @escaping (Int) -> String,
        problems: [(image: String, reason: String)], jobs: Int
    ) throws {
        var images = judgements
        let rows = images.reduce(0) { $0 + $1.rows.count }
        isCalibrated = rows >= Self.fewest
        let found = images.reduce(0) { $0 + $1.rows.count { $0.support >= 0.1 } }
        foundShare = rows == 0 ? 1 : Double(found) / Double(rows)
        let energy = max(1e-300, images.reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.energy } })
        let judged = isCalibrated ? try Self.fitted(images, jobs: jobs) : plain(images)
        // What the probabilities are made from is not needed any more.
        for index in images.indices { images[index].forgetFeatures() }
        expected[.missing] = judged.absences.reduce(0, +)
        let kinds = Self.rowKinds.count
        for (kind, place) in zip(Self.rowKinds, 0...) {
            expected[kind] = stride(from: place, to: judged.rows.count, by: kinds).reduce(0) { $0 + judged.rows[$1] }
        }
        var places: [SuspicionOrder.Place] = []
        var nextRow = 0
        var nextAbsence = 0
        for (number, image) in images.enumerated() {
            func place(
                _ item: SuspicionOrder.Item, _ kind: SuspicionKind, _ probability: Double, _ energyOfItem: Double,
                _ isShown: Bool
            ) {
                places.append(
                    SuspicionOrder.Place(
                        image: Int32(clamping: number), item: item, kind: kind, isShown: isShown,
                        probability: probability, impact: energyOfItem / energy))
            }
            var total = 0.0
            for (index, row) in image.rows.enumerated() {
                let probabilities = judged.rows[nextRow * kinds..<(nextRow + 1) * kinds]
                nextRow += 1
                let probability = min(1, probabilities.reduce(0, +))
                total += probability
                let worst = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
                let isUntrainable = row.matches == 0 && probability < 0.5
                place(
                    .row(Int32(clamping: index)),
                    isUntrainable ? .untrainable : Self.rowKinds[worst - probabilities.startIndex], probability,
                    row.energy, probability >= Self.leastShown || isUntrainable)
            }
            for (index, absence) in image.absences.enumerated() {
                let probability = judged.absences[nextAbsence]
                nextAbsence += 1
                place(
                    .absence(Int32(clamping: index)), .missing, probability, absence.energy,
                    probability >= Self.leastShown)
            }
            if image.rows.count >= 3, total > 0.5 * Double(image.rows.count) {
                place(
                    .image, .image, total / Double(image.rows.count), image.rows.reduce(0) { $0 + $1.energy }, true)
            }
        }
        let calibration = ProbabilityCalibration()
        for kind in expected.keys {
            let own = places.filter { $0.kind == kind }
            if !own.isEmpty { bounds[kind] = calibration.count(own.map { ($0.probability, $0.kind) }) }
        }
        suspicions = SuspicionOrder(places, of: images, problems: problems, className: className)
    }

    private static let rowKinds: [SuspicionKind] = [.wrongClass, .shifted, .spurious, .duplicate]

    private struct Probabilities {
        /// Those of `rowKinds` of each row of each image, one after the other.
        var rows: [Double] = []
        var absences: [Double] = []
    }

    private static func fitted(_ images: [ImageJudgement], jobs: Int) throws -> Probabilities {
        var rowSamples: [ErrorMixture.Sample] = []
        var absenceSamples: [ErrorMixture.Sample] = []
        var teaching = 0
        for (number, image) in images.enumerated() {
            let place = image.isPlanted ? teaching : nil
            if image.isPlanted { teaching += 1 }
            rowSamples += image.rows.map {
                .init(group: number, features: $0.features, kind: 0, teaching: place)
            }
            rowSamples += image.planted.map {
                .init(group: number, features: $0.features, kind: $0.kind.rawValue, teaching: place)
            }
            absenceSamples += image.absences.map {
                .init(group: number, features: $0.features, kind: 0, teaching: place)
            }
            absenceSamples += image.plantedAbsences.map {
                .init(group: number, features: $0, kind: 1, teaching: place)
            }
        }
        var options = ErrorMixture.Options()
        options.jobs = jobs
        return Probabilities(
            rows: try ErrorMixture(rowSamples, kinds: rowKinds.count, options: options).probabilities,
            absences: try ErrorMixture(absenceSamples, kinds: 1, options: options).probabilities)
    }

    /// Where there is too little to fit to: the score of each kind on its own, times the part of the labels that the
    /// models find at all.
    private func plain(_ images: [ImageJudgement]) -> Probabilities {
        var result = Probabilities()
        for image in images {
            for row in image.rows {
                let sum = max(row.otherProbability + row.classProbability, 1e-9)
                // The predictions speak for the first of two labels that lie on each other.
                let isDuplicate = row.earlierIoU >= 0.8
                let scores = [
                    row.otherProbability / sum * row.confidence, (1 - row.fusedIoU) * row.confidence,
                    isDuplicate ? 0 : 1 - max(0, row.support).squareRoot(), isDuplicate ? row.earlierIoU : 0,
                ]
                // The kinds share what the worst of them scores.
                let total = max(scores.reduce(0, +), 1e-9)
                result.rows += scores.map { $0 / total * (scores.max() ?? 0) * foundShare }
            }
            result.absences += image.absences.map { $0.confidence * max(0, 1 - $0.nearest / 0.5) }
        }
        return result
    }
}
