import FileReading
import Findings
import YOLODataset

/// D014: siblings in different splits.
public struct SiblingsAcrossSplits: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D014", name: "siblings in different splits", severity: .warning,
        what: "Augmented copies of one picture (Roboflow's .rf. names), or neighbouring frames of a sequence that look "
            + "alike, stand in different splits.",
        why: "Validation then measures what was learned by heart: the AP is too good, and nobody notices.",
        fix: "split by picture and by sequence, before copies are made")

    public init() {}

    /// Correlation of brightness from which neighbouring frames show one scene.
    private static let leastLikeness = 0.9
    private static let leastPairs = 5
    /// As many pairs are looked at, spread over all.
    private static let mostPairs = 100

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        [copies(survey), frames(survey)].compactMap { $0 }
    }

    private func copies(_ survey: DatasetSurvey) -> Finding? {
        var first: [String: DatasetSample] = [:]
        var count = 0
        var example: (DatasetSample, DatasetSample)?
        for sample in survey.samples where Self.isCopy(sample) {
            let name = sample.folder.images[sample.index]
            guard let mark = name.firstRange(of: ".rf."), mark.lowerBound > name.startIndex else { continue }
            let stem = String(name[..<mark.lowerBound])
            guard let earlier = first[stem] else {
                first[stem] = sample
                continue
            }
            guard earlier.split != sample.split else { continue }
            count += 1
            example = example ?? (earlier, sample)
        }
        guard let example else { return nil }
        return finding(
            example.1.image,
            message: "\(count) augmented copies have a sibling in another split: this one is of the same picture as "
                + example.0.image,
            effect: .kept("validation sees what training has seen"))
    }

    /// Whether the name holds Roboflow's mark of a copy.
    private static func isCopy(_ sample: DatasetSample) -> Bool {
        sample.folder.images.withBytes(sample.index) { name in
            name.indices.dropLast(4).contains { at in
                name[at] == 0x2E && at > 0 && name[at + 1] == 0x72 && name[at + 2] == 0x66 && name[at + 3] == 0x2E
            }
        }
    }

    private func frames(_ survey: DatasetSurvey) -> Finding? {
        guard survey.hasPictures else { return nil }
        // By what stands before the last number of the name.
        var sequences: [String: [(number: Int, sample: Int)]] = [:]
        for (index, sample) in survey.samples.enumerated() {
            let stem = Paths.withoutSuffix(sample.folder.images[sample.index])
            guard let last = stem.lastIndex(where: \.isASCIIDigit) else { continue }
            let start = stem[...last].lastIndex { !$0.isASCIIDigit }.map { stem.index(after: $0) } ?? stem.startIndex
            guard let number = Int(stem[start...last]) else { continue }
            sequences[stem[..<start] + "*" + stem[stem.index(after: last)...], default: []].append((number, index))
        }
        var pairs: [(Int, Int)] = []
        for sequence in sequences.sorted(by: { $0.key < $1.key }).map(\.value) {
            let sorted = sequence.sorted { ($0.number, $0.sample) < ($1.number, $1.sample) }
            for (one, next) in zip(sorted, sorted.dropFirst()) where next.number - one.number == 1 {
                let (a, b) = (survey.samples[one.sample], survey.samples[next.sample])
                if a.split != b.split { pairs.append((one.sample, next.sample)) }
            }
        }
        guard pairs.count >= Self.leastPairs else { return nil }
        let looked = stride(from: 0, to: pairs.count, by: (pairs.count + Self.mostPairs - 1) / Self.mostPairs).map {
            pairs[$0]
        }
        let alike = looked.filter { a, b in (survey.likeness(a, b) ?? 0) >= Self.leastLikeness }
        guard alike.count >= Self.leastPairs, alike.count * 2 >= looked.count, let example = alike.first else {
            return nil
        }
        return finding(
            survey.samples[example.1].image,
            message:
                "\(alike.count) of \(looked.count) pairs of neighbouring frames in different splits look alike: this one follows "
                + survey.samples[example.0].image,
            effect: .kept("validation sees what training has seen"))
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
