/// The detection levels of a model: how coarse each is, and how many anchors it has, the finest first.
public struct AnchorLevels: Hashable, Sendable {
    /// Pixels of the training image a cell.
    public let strides: [Int]
    /// Anchors of each level.
    public let perLevel: [Int]

    /// Anchors of all levels.
    public var count: Int { perLevel.reduce(0, +) }

    /// - Returns: nil unless both lists are of one length, with positive figures and rising strides.
    public init?(strides: [Int], perLevel: [Int]) {
        guard !strides.isEmpty, strides.count == perLevel.count, strides.allSatisfy({ (1...1024).contains($0) }),
            zip(strides, strides.dropFirst()).allSatisfy({ $0 < $1 }), perLevel.allSatisfy({ (1...100).contains($0) })
        else { return nil }
        self.strides = strides
        self.perLevel = perLevel
    }

    private init(first: Int, levels: Int, each: Int) {
        strides = (0..<levels).map { 1 << (first + $0) }
        perLevel = [Int](repeating: each, count: levels)
    }

    /// What models with so many anchors have: three levels (strides 8, 16, 32) where they share them evenly, else two
    /// (16, 32), four (8 to 64) or one (32).
    public static func usual(count: Int) -> AnchorLevels {
        let levels = [3, 2, 4, 1].first { count % $0 == 0 } ?? 1
        return AnchorLevels(first: levels >= 3 ? 3 : 6 - levels, levels: levels, each: max(1, count / levels))
    }

    /// The usual strides of a model with so many levels.
    static func usualStrides(levels: Int) -> [Int] { (0..<levels).map { 1 << ((levels >= 3 ? 3 : 6 - levels) + $0) } }

    /// `P3/8`: the level's name and stride; the stride alone where it is no power of two.
    public func name(_ level: Int) -> String {
        let stride = strides[level]
        return stride.nonzeroBitCount == 1 ? "P\(stride.trailingZeroBitCount)/\(stride)" : "/\(stride)"
    }

    /// The places of a level's anchors among all.
    func range(_ level: Int) -> Range<Int> {
        let first = perLevel[..<level].reduce(0, +)
        return first..<first + perLevel[level]
    }

    /// Anchors level by level.
    public func rows(_ anchors: [AnchorSize]) -> [[AnchorSize]] {
        strides.indices.map { Array(anchors[range($0).clamped(to: 0..<anchors.count)]) }
    }
}
