import CheckedNumbers

/// Sums over the boxes of a class, in bins of a profile.
struct ClassShape: Sendable, Hashable {
    private(set) var boxes = 0
    private var size = 0
    private var sizeSquared = 0
    private var aspect = 0
    private var aspectSquared = 0

    mutating func add(_ mark: BoxMark) {
        boxes += 1
        size += Int(mark.size)
        sizeSquared += Int(mark.size) * Int(mark.size)
        aspect += Int(mark.aspect)
        aspectSquared += Int(mark.aspect) * Int(mark.aspect)
    }

    static func + (a: ClassShape, b: ClassShape) -> ClassShape {
        var sum = a
        sum.boxes += b.boxes
        sum.size += b.size
        sum.sizeSquared += b.sizeSquared
        sum.aspect += b.aspect
        sum.aspectSquared += b.aspectSquared
        return sum
    }

    /// How far apart the means are, squared, in standard errors; a bin more or less is no difference between splits.
    func distance(_ other: ClassShape) -> Double {
        func part(_ sum: Int, _ squares: Int, _ otherSum: Int, _ otherSquares: Int) -> Double {
            func mean(_ sum: Int, _ count: Int) -> Double { Double(sum) / Double(max(1, count)) }
            func variance(_ sum: Int, _ squares: Int, _ count: Int) -> Double {
                max(0, mean(squares, count) - mean(sum, count) * mean(sum, count)) / Double(max(1, count))
            }
            let apart = mean(sum, boxes) - mean(otherSum, other.boxes)
            let error = variance(sum, squares, boxes) + variance(otherSum, otherSquares, other.boxes)
            return apart * apart / (error + 0.25)
        }
        return part(size, sizeSquared, other.size, other.sizeSquared)
            + part(aspect, aspectSquared, other.aspect, other.aspectSquared)
    }
}
