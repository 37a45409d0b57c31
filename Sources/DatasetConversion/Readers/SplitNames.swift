import FileReading

/// Which part of a dataset a path belongs to, by the words in it.
enum SplitNames {
    /// `train`, `val` or `test`; nil where no word says so. The last folder that says something counts, the file's own name
    /// before all.
    static func split(inPath path: String) -> String? {
        for part in path.split(separator: "/").reversed() {
            for word in part.lowercased().split(whereSeparator: { !$0.isLetter }) {
                if let split = split(named: String(word)) { return split }
            }
        }
        return nil
    }

    /// What trainers call a part that an export calls `train2017`, `valid` or `validation`; nil for other words.
    static func split(named name: String) -> String? {
        switch name.lowercased().prefix(while: \.isLetter) {
        case "train", "training": "train"
        case "val", "valid", "validation": "val"
        case "test", "testing": "test"
        default: nil
        }
    }
}

/// Classes that are met one after the other, by name.
struct ClassList: Sendable {
    private(set) var names: [String] = []
    private var ids: [String: Int] = [:]

    /// - Parameter names: in the order of the ids.
    init(_ names: [String] = []) { for name in names { _ = id(of: name) } }

    mutating func id(of name: String) -> Int {
        if let id = ids[name] { return id }
        ids[name] = names.count
        names.append(name)
        return names.count - 1
    }

    func known(_ name: String) -> Int? { ids[name] }
}

extension AnnotatedDataset {
    /// Puts classes that were met in no order of the export's into that of their names.
    mutating func sortClasses(_ losses: inout ConversionLosses, _ file: String) {
        let order = classNames.indices.sorted { classNames[$0] < classNames[$1] }
        guard !order.isEmpty else { return }
        var places = order
        for (place, old) in order.enumerated() { places[old] = place }
        classNames = order.map { classNames[$0] }
        for image in images.indices {
            for object in images[image].objects.indices {
                images[image].objects[object].classID = places[images[image].objects[object].classID]
            }
        }
        losses.add(.classOrder, file, classNames.prefix(8).joined(separator: ", "), count: classNames.count)
    }
}
