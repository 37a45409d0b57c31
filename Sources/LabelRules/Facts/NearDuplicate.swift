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

    /// The pairs to be reported: all, but of a large group the likeliest alone, with how many pairs the group has.
    static func reported(_ pairs: [NearDuplicate], condenses: Bool) -> [(pair: NearDuplicate, standsFor: Int)] {
        struct Key: Hashable {
            let group: Int
            let splits: [String]
        }
        let groups = Dictionary(grouping: pairs) { Key(group: $0.group, splits: [$0.first.split, $0.second.split]) }
        return groups.values.flatMap { group in
            guard condenses, group.count > mostSingly else { return group.map { (pair: $0, standsFor: 1) } }
            let likeliest = group.min { ($1.likeness, $0.second.image) < ($0.likeness, $1.second.image) }
            return likeliest.map { [(pair: $0, standsFor: group.count)] } ?? []
        }
    }
}
