import Imaging

/// What a first audit is tried on: shapes on mottled grounds, with label errors planted. `planted.csv` lists them with
/// the box as it should be.
struct DemoDataset: FixtureFolder {
    let folder: String
    static let imageCount = 150

    /// What is done to a label. The raw value is the kind of the suspicion that tells of it.
    private enum Planted: String, CaseIterable {
        case otherClass = "class"
        case removed = "missing"
        case invented = "spurious"
        case moved = "shifted"
        case doubled = "duplicate"
    }

    func write() throws {
        try write(
            """
            # Shapes on mottled grounds, made by make-fixtures. Some labels are wrong on purpose: planted.csv lists them.
            train: images/train
            val: images/val
            nc: 3
            names: [ellipse, rectangle, triangle]

            """, "data.yaml")
        var list = "kind,image,line,class,cx,cy,w,h\n"
        for number in 0..<Self.imageCount {
            let picture = DemoPicture(number: 1_000 + number)
            let name = "\(number % 5 == 4 ? "val" : "train")/demo\(String(1_000 + number).dropFirst())"
            try write(try jpeg(picture.image), "images/\(name).jpg")
            var rows = picture.boxes
            if let planted = Self.plan(number) {
                let entry = Self.plant(planted, into: &rows, PlaceNumbers(5_000 + number))
                list += "\(planted.rawValue),images/\(name).jpg,\(entry)\n"
            }
            var label = rows.map(\.row).joined()
            if let broken = Self.breakages[number] {
                label += broken.row
                list += "\(broken.code),images/\(name).jpg,\(broken.row.isEmpty ? "" : String(rows.count + 1)),,,,,\n"
            }
            try write(label, "labels/\(name).txt")
        }
        try write(list, "planted.csv")
    }

    /// Rows that a label check alone can find, by image.
    private static let breakages: [Int: (code: String, row: String)] = [
        11: ("B003", "1 0.960000 0.500000 0.200000 0.200000\n"),
        37: ("B001", "3 0.300000 0.300000 0.100000 0.100000\n"),
        68: ("F003", "0 0.4O0000 0.500000 0.200000 0.200000\n"),
        97: ("B005", "2 0.500000 0.500000 0.000000 0.150000\n"),
    ]

    /// One error in every third image, of each kind in turn.
    private static func plan(_ number: Int) -> Planted? {
        guard number % 3 == 1, breakages[number] == nil else { return nil }
        return Planted.allCases[(number / 3 + number / 15) % Planted.allCases.count]
    }

    /// Plants an error; returns its line, and class and box as they should be (empty for a box that should go).
    private static func plant(_ planted: Planted, into rows: inout [DrawnBox], _ numbers: PlaceNumbers) -> String {
        var numbers = numbers
        let at = numbers.below(rows.count)
        let right = rows[at]
        func entry(_ line: Int?, _ box: DrawnBox?) -> String {
            let place = box.map { "\($0.kind),\($0.place.replacing(" ", with: ","))" } ?? ",,,,"
            return "\(line.map { String($0 + 1) } ?? ""),\(place)"
        }
        switch planted {
        case .otherClass:
            rows[at].kind = (right.kind + 1 + numbers.below(2)) % 3
            return entry(at, right)
        case .removed:
            rows.remove(at: at)
            return entry(nil, right)
        case .moved:
            rows[at] = displaced(right, by: 30 + numbers.below(15), &numbers)
            return entry(at, right)
        case .doubled:
            rows.append(displaced(right, by: 8, &numbers))
            return entry(rows.count - 1, nil)
        case .invented:
            // On empty ground.
            var box = right
            repeat {
                box.left = numbers.below(DemoPicture.side - box.width)
                box.top = numbers.below(DemoPicture.side - box.height)
            } while rows.contains { $0.overlap(box) > 0.05 }
            rows.insert(box, at: at)
            return entry(at, nil)
        }
    }

    /// The box moved by a part of its sides in percent, back into the image where it would leave it.
    private static func displaced(_ box: DrawnBox, by percent: Int, _ numbers: inout PlaceNumbers) -> DrawnBox {
        var moved = box
        let (right, down) = (numbers.below(2) == 0, numbers.below(2) == 0)
        let fitsRight = box.left + box.width * (100 + percent) / 100 <= DemoPicture.side
        let fitsDown = box.top + box.height * (100 + percent) / 100 <= DemoPicture.side
        moved.left += (fitsRight && (right || box.left < box.width) ? 1 : -1) * box.width * percent / 100
        moved.top += (fitsDown && (down || box.top < box.height) ? 1 : -1) * box.height * percent / 100
        return moved
    }
}
