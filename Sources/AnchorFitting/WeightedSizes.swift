import Foundation

/// Box sizes with how many boxes each stands for, in an order of their own: by area, then by width.
struct WeightedSizes {
    var sizes: [AnchorSize] = []
    var weights: [Double] = []

    /// Above this many boxes, sizes are gathered into cells.
    static let mostBoxes = 40_000
    /// Side of a cell in p = log(w·h) and q = log(w/h).
    private static let cell = 0.03
    /// p and q are summed as whole numbers of 2⁻³⁰, so that the order of the boxes leaves no trace.
    private static let unit = 1 / Double(1 << 30)

    /// Cost: one pass over the boxes.
    init(_ boxes: [AnchorSize], forAnchors count: Int) {
        if boxes.count <= Self.mostBoxes || Self.hasFewSizes(boxes, count) {
            let distinct = Dictionary(grouping: boxes, by: \.self).mapValues(\.count)
            for (size, number) in distinct.sorted(by: { ($0.key.area, $0.key.width) < ($1.key.area, $1.key.width) }) {
                sizes.append(size)
                weights.append(Double(number))
            }
        } else {
            gatherCells(boxes)
        }
    }

    private static func hasFewSizes(_ boxes: [AnchorSize], _ count: Int) -> Bool {
        var seen: Set<AnchorSize> = []
        for box in boxes {
            seen.insert(box)
            if seen.count > count { return false }
        }
        return true
    }

    private mutating func gatherCells(_ boxes: [AnchorSize]) {
        struct Cell {
            var p = 0
            var q = 0
            var count = 0
        }
        var places: [Int: Int] = [:]
        var cells: [(key: Int, cell: Cell)] = []
        var lastKey = Int.min
        var lastPlace = 0
        for box in boxes {
            let p = log(box.width * box.height)
            let q = log(box.width / box.height)
            // The key orders cells by p, then by q; both lie far within ±1,000.
            let key = Int((p / Self.cell).rounded(.down)) * 1_000_000 + Int((q / Self.cell).rounded(.down))
            if key != lastKey {
                lastKey = key
                lastPlace = places[key] ?? cells.count
                if lastPlace == cells.count {
                    places[key] = lastPlace
                    cells.append((key, Cell()))
                }
            }
            cells[lastPlace].cell.p += Int((p / Self.unit).rounded())
            cells[lastPlace].cell.q += Int((q / Self.unit).rounded())
            cells[lastPlace].cell.count += 1
        }
        for (_, cell) in cells.sorted(by: { $0.key < $1.key }) {
            let p = Double(cell.p) / Double(cell.count) * Self.unit
            let q = Double(cell.q) / Double(cell.count) * Self.unit
            sizes.append(AnchorSize(width: exp((p + q) / 2), height: exp((p - q) / 2)))
            weights.append(Double(cell.count))
        }
    }
}
