import FileReading
import Findings
import Foundation
import TextForms
import YOLODataset

/// All suspicions of a dataset, and how much of it is wrong in which way.
public struct SuspicionList: Sendable {
    /// The most probable first: every label row, and every prediction that may be an object without a label.
    public private(set) var suspicions: [Suspicion] = []
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
    public var shown: [Suspicion] { suspicions.filter(\.isShown) }

    /// Less probable suspicions only have a place in the order: they are neither shown nor explained.
    public static let leastShown = 0.002
    /// Labels from which on probabilities can be fitted.
    public static let fewest = 100

    package init() {}

    /// - Parameters:
    ///   - className: for the evidence.
    ///   - problems: images that could not be judged, with the reason.
    package init(
        _ images: [ImageJudgement], className: @escaping (Int) -> String, problems: [(image: String, reason: String)],
        jobs: Int
    ) throws {
        let rows = images.reduce(0) { $0 + $1.rows.count }
        isCalibrated = rows >= Self.fewest
        let found = images.reduce(0) { $0 + $1.rows.count { $0.support >= 0.1 } }
        foundShare = rows == 0 ? 1 : Double(found) / Double(rows)
        let energy = max(1e-300, images.reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.energy } })
        let judged = isCalibrated ? try Self.fitted(images, jobs: jobs) : plain(images)
        expected[.missing] = judged.absences.joined().reduce(0, +)
        for (kind, place) in zip(Self.rowKinds, 0...) {
            expected[kind] = judged.rows.joined().reduce(0) { $0 + $1[place] }
        }
        let wording = Wording(className: className)
        for (number, image) in images.enumerated() {
            var total = 0.0
            for (row, probabilities) in zip(image.rows, judged.rows[number]) {
                let probability = min(1, probabilities.reduce(0, +))
                total += probability
                let worst = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
                let isUntrainable = row.matches == 0 && probability < 0.5
                let isShown = probability >= Self.leastShown || isUntrainable
                let kind = isUntrainable ? .untrainable : Self.rowKinds[worst]
                suspicions.append(
                    Suspicion(
                        image: image.image, digest: image.digest, kind: kind, probability: probability,
                        impact: row.energy / energy, label: row.label, suggestion: Self.suggestion(row, kind),
                        evidence: isShown ? wording.row(row, kind) : "", isShown: isShown))
            }
            for (absence, probability) in zip(image.absences, judged.absences[number]) {
                let isShown = probability >= Self.leastShown
                suspicions.append(
                    Suspicion(
                        image: image.image, digest: image.digest, kind: .missing, probability: probability,
                        impact: absence.energy / energy, label: nil, suggestion: absence.suggestion,
                        evidence: isShown ? wording.absence(absence) : "", isShown: isShown))
            }
            if image.rows.count >= 3, total > 0.5 * Double(image.rows.count) {
                suspicions.append(
                    Suspicion(
                        image: image.image, digest: image.digest, kind: .image,
                        probability: total / Double(image.rows.count),
                        impact: image.rows.reduce(0) { $0 + $1.energy } / energy, label: nil, suggestion: nil,
                        evidence:
                            "most of its \(Counted.text(image.rows.count, "label")) fit nothing that the model sees: do they belong to another image?"
                    ))
            }
        }
        let calibration = ProbabilityCalibration()
        for (kind, own) in Dictionary(grouping: suspicions, by: \.kind) where expected[kind] != nil {
            bounds[kind] = calibration.count(own.map { ($0.probability, $0.kind) })
        }
        for problem in problems {
            suspicions.append(
                Suspicion(
                    image: problem.image, digest: nil, kind: .image, probability: 1, impact: 0, label: nil,
                    suggestion: nil, evidence: problem.reason))
        }
        suspicions.sort {
            ($1.probability, $1.impact, $0.image, $0.line ?? .max, $0.id)
                < ($0.probability, $0.impact, $1.image, $1.line ?? .max, $1.id)
        }
    }

    private static let rowKinds: [SuspicionKind] = [.wrongClass, .shifted, .spurious, .duplicate]

    private struct Probabilities {
        /// An image, a row, a kind of `rowKinds`.
        var rows: [[[Double]]]
        var absences: [[Double]]
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
        let rows = try ErrorMixture(rowSamples, kinds: rowKinds.count, options: options).probabilities
        let absences = try ErrorMixture(absenceSamples, kinds: 1, options: options).probabilities.map { $0[0] }
        var result = Probabilities(rows: [], absences: [])
        var nextRow = 0
        var nextAbsence = 0
        for image in images {
            result.rows.append(Array(rows[nextRow..<nextRow + image.rows.count]))
            result.absences.append(Array(absences[nextAbsence..<nextAbsence + image.absences.count]))
            nextRow += image.rows.count
            nextAbsence += image.absences.count
        }
        return result
    }

    /// Where there is too little to fit to: the score of each kind on its own, times the part of the labels that the
    /// models find at all.
    private func plain(_ images: [ImageJudgement]) -> Probabilities {
        var result = Probabilities(rows: [], absences: [])
        for image in images {
            result.rows.append(
                image.rows.map { row in
                    let sum = max(row.otherProbability + row.classProbability, 1e-9)
                    // The predictions speak for the first of two labels that lie on each other.
                    let isDuplicate = row.earlierIoU >= 0.8
                    let scores = [
                        row.otherProbability / sum * row.confidence, (1 - row.fusedIoU) * row.confidence,
                        isDuplicate ? 0 : 1 - max(0, row.support).squareRoot(), isDuplicate ? row.earlierIoU : 0,
                    ]
                    // The kinds share what the worst of them scores.
                    let total = max(scores.reduce(0, +), 1e-9)
                    return scores.map { $0 / total * (scores.max() ?? 0) * foundShare }
                })
            result.absences.append(image.absences.map { $0.confidence * max(0, 1 - $0.nearest / 0.5) })
        }
        return result
    }

    private static func suggestion(_ row: ImageJudgement.Row, _ kind: SuspicionKind) -> LabelBox? {
        switch kind {
        case .wrongClass:
            var label = row.label
            label.classID = Int32(clamping: row.otherClass)
            return label
        case .shifted: return row.fused ?? row.label
        case .spurious, .duplicate, .missing, .image, .check: return nil
        case .untrainable: return row.label
        }
    }
}

/// Evidence in one sentence.
private struct Wording {
    let className: (Int) -> String

    private func part(_ value: Double) -> String { Figure.text(value, decimals: 2) }

    func row(_ row: ImageJudgement.Row, _ kind: SuspicionKind) -> String {
        let own = className(Int(row.label.classID))
        switch kind {
        case .wrongClass:
            return "labelled \(own), but the predictions here say \(className(row.otherClass)) with "
                + "\(part(row.otherProbability)) against \(part(row.classProbability))"
        case .shifted:
            return row.fused == nil
                ? "no prediction overlaps the \(own) by more than 0.3"
                : "the predictions put the \(own) elsewhere: their box overlaps the label by \(part(row.fusedIoU)), "
                    + "confidence \(part(row.confidence))"
        case .spurious:
            return "no \(own) is predicted here: objectness × IoU reaches \(part(row.support)) at most"
        case .duplicate:
            return
                "overlaps the \(own) of row \(row.earlierLine.map(String.init) ?? "before") by \(part(row.earlierIoU))"
        case .untrainable: return "no anchor matches this box at any level: training never learns it"
        case .missing, .image, .check: return ""
        }
    }

    func absence(_ it: ImageJudgement.Absence) -> String {
        let place = it.nearest < 0.01 ? "no label is near" : "the nearest label overlaps by \(part(it.nearest))"
        return "\(className(Int(it.suggestion.classID))) predicted with confidence \(part(it.confidence)), and \(place)"
    }
}
