import TextForms
import YOLODataset

/// A profile as people read it: tables and bars for a terminal, or JSON.
public struct ProfileCard: Sendable {
    let profile: DatasetProfile
    let dataset: Dataset
    /// Side of the training square in pixels.
    let trainingSize: Int

    /// - Parameter trainingSize: side in pixels of the training square for which the profile was made.
    public init(_ profile: DatasetProfile, dataset: Dataset, trainingSize: Int) {
        self.profile = profile
        self.dataset = dataset
        self.trainingSize = trainingSize
    }

    private var splits: [String] {
        ["train", "val", "test"].filter { profile.splits[$0] != nil }
    }

    private var classIDs: [Int] {
        Set(profile.rowsByClass.keys).union(0..<dataset.classCount).sorted()
    }

    /// The most frequent first.
    private var imageSizes: [(size: DatasetProfile.ImageSize, count: Int)] {
        profile.imageSizes.map { (size: $0.key, count: $0.value) }.sorted {
            ($1.count, $0.size.width, $0.size.height) < ($0.count, $1.size.width, $1.size.height)
        }
    }

    private func name(_ id: Int) -> String { id < 0 ? "(no class id)" : TerminalText.shown(dataset.className(id)) }

    // MARK: JSON

    /// One object: names, splits, areas, aspect ratios, centres and image sizes, each histogram with its bins.
    public var json: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("names", dataset.classNames)
            json.member("image_size", trainingSize)
            json.object("splits", .hanging) { json in
                for name in splits { write(profile.splits[name] ?? DatasetProfile.Split(), name, to: &json) }
            }
            histogram("areas", ["bins_a_doubling": 2, "first": 1], profile.sizes, to: &json)
            histogram("aspect_ratios", ["bins_a_doubling": 4, "first": 0.015625], profile.aspects, to: &json)
            histogram("centres", ["columns": 16, "rows": 16], profile.heat, to: &json)
            json.array("image_sizes") { json in
                for (size, count) in imageSizes {
                    json.object { json in
                        json.member("width", size.width)
                        json.member("height", size.height)
                        json.member("images", count)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private func write(_ split: DatasetProfile.Split, _ name: String, to json: inout JSONWriter) {
        json.object(name) { json in
            json.member("images", split.images)
            json.member("background", split.background)
            json.object("rows") { json in
                for (id, count) in split.rowsByClass.sorted(by: { $0.key < $1.key }) { json.member("\(id)", count) }
            }
            json.member("rows_an_image", split.rowsAnImage)
        }
    }

    private func histogram(
        _ name: String, _ bins: KeyValuePairs<String, Double>, _ boxes: [Int], to json: inout JSONWriter
    ) {
        json.object(name) { json in
            for (key, value) in bins { json.member(key, value) }
            json.member("boxes", boxes)
        }
    }

    // MARK: Text

    /// Tables and bars of fixed width, without colour.
    public var text: String {
        [counts, sizes, aspects, rowsAnImage, images, centres].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var counts: String {
        let width = (classIDs.map { name($0).count } + [10]).max() ?? 10
        func row(_ title: String, _ cells: [String]) -> String {
            Columns.left(title, width) + cells.map { Columns.right($0, 10) }.joined() + "\n"
        }
        func numbers(_ value: (DatasetProfile.Split) -> Int) -> [String] {
            let values = splits.map { value(profile.splits[$0] ?? DatasetProfile.Split()) }
            return (values + [values.reduce(0, +)]).map(String.init)
        }
        return row("", splits + ["all"]) + row("images", numbers(\.images)) + row("background", numbers(\.background))
            + row("label rows", numbers { $0.rowsByClass.values.reduce(0, +) })
            + classIDs.map { id in row(name(id), numbers { $0.rowsByClass[id] ?? 0 }) }.joined()
    }

    /// Boxes by the square root of their area, a doubling a line, with what strides and COCO make of it.
    private var sizes: String {
        // Half doublings of the area: four bins are a doubling of the side.
        let bars = stride(from: 0, to: profile.sizes.count, by: 4).map { first in
            (
                title: "\(1 << (first / 4))…\(1 << (first / 4 + 1)) px",
                count: profile.sizes[first..<min(first + 4, profile.sizes.count)].reduce(0, +)
            )
        }
        let all = profile.sizes.reduce(0, +)
        guard all > 0 else { return "" }
        func share(_ bins: Range<Int>) -> String { Self.percent(profile.sizes[bins].reduce(0, +), all) }
        // 32² is bin 20, 64² bin 24, 8² bin 12.
        return "box size at \(trainingSize) px (square root of the area)\n" + Self.bars(bars)
            + "under a stride of 8: \(share(0..<12)), of 16: \(share(0..<16)), of 32: \(share(0..<20))\n"
    }

    private var aspects: String {
        let groups: [(String, Range<Int>)] = [
            ("under 1:4", 0..<16), ("1:4…1:2", 16..<20), ("1:2…1:1", 20..<24), ("1:1…2:1", 24..<28),
            ("2:1…4:1", 28..<32), ("over 4:1", 32..<49),
        ]
        guard profile.aspects.contains(where: { $0 > 0 }) else { return "" }
        return "box width to height\n"
            + Self.bars(groups.map { (title: $0.0, count: profile.aspects[$0.1].reduce(0, +)) })
    }

    private var rowsAnImage: String {
        var sums = [Int](repeating: 0, count: 65)
        for split in profile.splits.values { for index in sums.indices { sums[index] += split.rowsAnImage[index] } }
        let groups: [(String, Range<Int>)] = [
            ("0", 0..<1), ("1", 1..<2), ("2", 2..<3), ("3…4", 3..<5), ("5…8", 5..<9), ("9…16", 9..<17),
            ("17…32", 17..<33), ("33…63", 33..<64), ("64 and more", 64..<65),
        ]
        guard sums.contains(where: { $0 > 0 }) else { return "" }
        return "label rows an image\n" + Self.bars(groups.map { (title: $0.0, count: sums[$0.1].reduce(0, +)) })
    }

    private var images: String {
        guard !profile.imageSizes.isEmpty else { return "" }
        let sorted = imageSizes
        let shown = sorted.prefix(6).map { (title: "\($0.size.width) × \($0.size.height)", count: $0.count) }
        let others = sorted.dropFirst(6).reduce(0) { $0 + $1.count }
        return "image sizes\n"
            + Self.bars(shown + (others > 0 ? [(title: "\(sorted.count - 6) others", count: others)] : []))
    }

    /// Where centres lie, in eight shades.
    private var centres: String {
        let most = profile.heat.max() ?? 0
        guard most > 0 else { return "" }
        let shades = Array(" ·-=+*%@")
        return "box centres\n"
            + (0..<16).map { row in
                let line = (0..<16).map { column -> String in
                    let count = profile.heat[row * 16 + column]
                    let shade = shades[count == 0 ? 0 : 1 + count * 6 / most]
                    return "\(shade)\(shade)"
                }
                return "  |" + line.joined() + "|\n"
            }.joined()
    }

    private static func bars(_ values: [(title: String, count: Int)]) -> String {
        let all = values.reduce(0) { $0 + $1.count }
        let most = values.map(\.count).max() ?? 0
        guard most > 0 else { return "" }
        let used = values.indices.filter { values[$0].count > 0 }
        guard let first = used.first, let last = used.last else { return "" }
        return values[first...last].map { value in
            let length = (value.count * 40 + most - 1) / most
            return "  " + Columns.left(value.title, 14) + Columns.right(String(value.count), 9)
                + Columns.right(percent(value.count, all), 8)
                + "  "
                + String(repeating: "#", count: length) + "\n"
        }.joined()
    }

    private static func percent(_ part: Int, _ all: Int) -> String {
        let tenths = all == 0 ? 0 : (part * 1000 + all / 2) / all
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
