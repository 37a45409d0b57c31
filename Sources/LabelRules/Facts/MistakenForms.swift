import YOLODataset

// What rows that are no label rows were meant as. Several rules ask, and the fixes.

extension LabelRow {
    /// Whether a coordinate is so far beyond 1 that it is no fraction which went over the edge: pixels, most likely.
    var readsLikePixels: Bool { largestPlace > 2 }

    /// Whether a sixth column holds a confidence from 0 to 1, or the whole number of a track.
    var hasSixthColumn: Bool {
        guard case .wrongColumnCount(6) = problem, values.count == 6, let last = values.last else { return false }
        return (0...1).contains(last) || last > 1 && last == last.rounded()
    }

    /// The field that is no number because it holds a decimal comma, or a comma, semicolon or bar between numbers.
    var wronglySeparatedField: String? {
        guard case .notANumber(let field) = problem, field.contains(where: { ",;|".contains($0) }),
            field.allSatisfy({ $0.isNumber || ",;|.-+eE".contains($0) })
        else { return nil }
        return field
    }
}

extension LabelFile {
    /// The boxes of a file that reads like corners x1 y1 x2 y2, and how many of them would reach outside the image as
    /// centre and size; nil for all other files.
    var cornerBoxes: (rows: [LabelRow], outside: Int)? {
        // Nearly every file is dismissed at one of its first rows.
        for index in rows.indices where rows[index].kind == .box && rows[index].problem == nil {
            guard let box = rows[index].box, box.width > box.cx, box.height > box.cy, box.width <= 1.01 else {
                return nil
            }
        }
        let boxes = rows.filter { $0.kind == .box && $0.problem == nil }
        guard boxes.count >= 3 else { return nil }
        let outside = boxes.count { row in
            row.edges.map { $0.left < -0.01 || $0.top < -0.01 || $0.right > 1.01 || $0.bottom > 1.01 } ?? false
        }
        return outside * 2 > boxes.count ? (boxes, outside) : nil
    }
}
