extension LabelFile {
    /// One row that is like an earlier one.
    public struct Repeat {
        /// The later one.
        public let row: LabelRow
        /// The first row that it is like.
        public let first: LabelRow
        /// Its place in `rows`.
        public let index: Int
    }

    /// The rows without a problem that are like an earlier one.
    ///
    /// - Parameter areAlike: an equivalence; rows that are alike have the same place.
    public func repeats(_ areAlike: (LabelRow, LabelRow) -> Bool) -> [Repeat] {
        guard rows.count > 1 else { return [] }
        let sound = rows.indices.filter { rows[$0].problem == nil }
        let sorted = sound.map { (key: rows[$0].placeKey, index: $0) }.sorted {
            ($0.key, $0.index) < ($1.key, $1.index)
        }
        var found: [Repeat] = []
        // Rows of one key that are not like each other.
        var distinct: [Int] = []
        var key = 0.0
        for entry in sorted {
            if entry.key != key { distinct.removeAll(keepingCapacity: true) }
            key = entry.key
            let row = rows[entry.index]
            if let first = distinct.first(where: { areAlike(rows[$0], row) }) {
                found.append(Repeat(row: row, first: rows[first], index: entry.index))
            } else {
                distinct.append(entry.index)
            }
        }
        return found.sorted { $0.index < $1.index }
    }
}
