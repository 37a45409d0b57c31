import Findings
import YOLODataset

/// P007: names that differ only in case.
public struct NamesDifferInCase: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P007", name: "names that differ only in case", severity: .warning,
        what: "Two images have names that differ in capital letters only.",
        why: "On Windows and macOS one overwrites the other when the dataset is copied.",
        fix: "rename one of the two")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        // Nearly all names differ in this number as well: only the others are compared as text.
        let keys = listing.samples.map(Self.key)
        var seen = Set<UInt64>(minimumCapacity: keys.count)
        let repeated = Set(keys.filter { !seen.insert($0).inserted })
        guard !repeated.isEmpty else { return [] }
        let suspects = keys.indices.filter { repeated.contains(keys[$0]) }
        var first: [String: String] = [:]
        return suspects.compactMap { index in
            let sample = listing.samples[index]
            let folded = sample.image.lowercased()
            guard let earlier = first[folded] else {
                first[folded] = sample.image
                return nil
            }
            guard earlier != sample.image else { return nil }
            return finding(
                sample.image, message: "differs from \(earlier) in capital letters only",
                effect: .kept("here; one of the two is lost where case does not count"))
        }
    }

    /// The same for names that differ in capital letters only.
    private static func key(_ sample: DatasetSample) -> UInt64 {
        sample.folder.images.withBytes(sample.index) { name in
            name.reduce(0xCBF2_9CE4_8422_2325) { key, byte in
                // Letters beyond ASCII count for nothing, whatever their case.
                let folded = byte >= 0x80 ? 0x80 : (65...90).contains(byte) ? byte | 0x20 : byte
                return folded == 0x80 ? key : (key ^ UInt64(folded)) &* 0x100_0000_01B3
            }
        }
    }
}
