/// Places that belong together.
package struct DisjointGroups {
    private var parents: [Int]

    /// Each place on its own.
    package init(count: Int) { parents = Array(0..<count) }

    /// The first place of the group of this one.
    package mutating func root(_ place: Int) -> Int {
        var at = place
        while parents[at] != at {
            parents[at] = parents[parents[at]]
            at = parents[at]
        }
        return at
    }

    /// Makes one group of two.
    package mutating func join(_ a: Int, _ b: Int) {
        let (first, second) = (root(a), root(b))
        parents[max(first, second)] = min(first, second)
    }
}
