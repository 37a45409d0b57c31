/// The gradients of a network's parameters, one after the other in the memory that its loops run over.
final class NetworkGradients {
    private let loops: any NetworkLoops
    /// The same where they are a device's.
    private let distant: (any DistantLoops)?
    private let values: UnsafeMutablePointer<Float>
    private let count: Int
    /// Where each parameter's is; nil where it has none.
    private let places: [Range<Int>?]
    /// The same for those that are given out.
    private let given: [Range<Int>?]
    private let sharing: SharedWeights?
    /// A copy in this machine's memory, where they are not there already and somebody has asked.
    private var fetched: [Float]?
    private var table: LoadedTable?

    /// What a device needs to add gradients up, in its memory.
    private final class LoadedTable: Sendable {
        let key: Key
        let tileGroups: [Int]
        /// Nil where there are more values than a table can count.
        let values: DistantValues?

        struct Key: Hashable {
            var groups: GradientGroups
            var seed: UInt64
            var buckets: Int
        }

        init(_ key: Key, _ given: [Range<Int>?], _ loops: any DistantLoops) throws {
            let table = GradientTable(given, groups: key.groups, seed: key.seed, buckets: key.buckets)
            self.key = key
            tileGroups = table?.tileGroups ?? []
            values = try table.map { try DistantValues($0.values, loops) }
        }
    }

    /// Where networks share what belongs to no node.
    private static let noNode = -1

    /// - Parameters:
    ///   - places: of each parameter; nil where it has no gradient.
    ///   - given: whether a parameter's gradient is given out.
    ///   - count: of all values.
    init(
        _ places: [Range<Int>?], count: Int, given: (Int) -> Bool, loops: some NetworkLoops, sharing: SharedWeights?
    ) throws {
        self.places = places
        self.given = places.indices.map { given($0) ? places[$0] : nil }
        self.count = count
        self.loops = loops
        self.sharing = sharing
        distant = loops as? any DistantLoops
        values = try loops.allocate(max(16, count))
        // What no gradient reaches stays so.
        try loops.zero(values, count: max(16, count))
    }

    deinit { loops.release(values) }

    /// Where the gradient of a parameter begins.
    func start(_ parameter: Int) -> UnsafeMutablePointer<Float>? { places[parameter].map { values + $0.lowerBound } }

    /// To be called before gradients change.
    func change() { fetched = nil }

    /// - Throws: where it cannot be fetched, and what `body` throws.
    func with<Result>(
        _ parameter: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result
    ) throws -> Result {
        guard let place = given[parameter] else { return try body(nil) }
        guard distant != nil else {
            return try body(UnsafeBufferPointer(start: values + place.lowerBound, count: place.count))
        }
        return try here().withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[place])) }
    }

    private func here() throws -> [Float] {
        if let fetched { return fetched }
        var copy = [Float](repeating: 0, count: count)
        if count > 0 { try loops.store(values, to: &copy, count: count) }
        fetched = copy
        return copy
    }

    /// The sums by a device; nil where there is none, or more values than it can count.
    func summary(groups: GradientGroups, seed: UInt64, buckets: Int) throws -> GradientSummary? {
        guard let distant else { return nil }
        let table = try loaded(LoadedTable.Key(groups: groups, seed: seed, buckets: buckets), distant)
        guard let order = table.values else { return nil }
        let tiles = table.tileGroups.count
        let sums = try distant.sumUp(values, order.start, tiles: tiles, buckets: buckets)
        var squares = [Double](repeating: 0, count: groups.count)
        for (group, sum) in zip(table.tileGroups, sums) { squares[group] += sum }
        return GradientSummary(squares: squares, sketch: Array(sums[tiles...]))
    }

    /// The same for all images of a run; networks that share their weights share it as well.
    private func loaded(_ key: LoadedTable.Key, _ loops: any DistantLoops) throws -> LoadedTable {
        if let table, table.key == key { return table }
        func make() throws -> LoadedTable { try LoadedTable(key, given, loops) }
        let shared = try sharing?.value(node: Self.noNode, make: make)
        let found = try shared.flatMap { $0.key == key ? $0 : nil } ?? make()
        table = found
        return found
    }
}
