import YOLODataset

/// Two images that show nearly the same picture.
struct NearDuplicate: Sendable {
    /// Of the same split, or of an earlier one.
    let first: DatasetSample
    let second: DatasetSample
    /// Correlation of brightness, up to 1.
    let likeness: Double
    /// The number of the group of pictures that they belong to.
    let group: Int

    /// A group with more pairs than this is reported once: a fixed camera, or a sequence.
    static let mostSingly = 20

    /// Pairs one by one, and those of large groups together, each with its likeliest pair first.
    static func sorted(_ pairs: [NearDuplicate], condenses: Bool) -> (single: [NearDuplicate], large: [[NearDuplicate]])
    {
        struct Key: Hashable {
            let group: Int
            let splits: [String]
        }
        let groups = Dictionary(grouping: pairs) { Key(group: $0.group, splits: [$0.first.split, $0.second.split]) }
        var single: [NearDuplicate] = []
        var large: [[NearDuplicate]] = []
        for group in groups.values {
            if condenses, group.count > mostSingly {
                large.append(group.sorted { ($1.likeness, $0.second.image) < ($0.likeness, $1.second.image) })
            } else {
                single += group
            }
        }
        return (single, large)
    }
}
