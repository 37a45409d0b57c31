import CheckedNumbers
import YAMLText

/// What a trainer makes of `nc` and `names`.
struct ClassList {
    /// By class id.
    private(set) var names: [String] = []
    /// `nc`, where the trainer reads one.
    private(set) var declared: Int?
    /// Where `names` stands.
    private(set) var namesLine: Int?
    /// What is wrong, with the node that it is about.
    private(set) var problems: [(node: YAMLNode?, weight: DatasetProblem.Weight, message: String, wayOut: String)] = []

    private let trainer: Trainer

    /// As many classes as a model may have.
    static let countsRead = 1...100_000

    init(_ table: YAMLTable, trainer: Trainer) {
        self.trainer = trainer
        let isNull = table["names"]?.python == .null
        switch trainer {
        case .ultralytics, .darknet:
            let node = isNull ? nil : table["names"]
            readCount(table["nc"])
            if let node { readNames(node) }
            if node == nil, table["nc"] == nil { stop(nil, "has neither names nor nc", "add names: [cat, dog]") }
            if let nc = table["nc"], declared != nil, node != nil { compare(nc) }
            if node == nil { requireClass(table) }
        case .ultralyticsOld:
            readCount(table["nc"])
            if let node = table["names"] { readNames(node) }
            if table["names"] == nil, table["nc"] == nil {
                stop(nil, "has neither names nor nc", "add names: [cat, dog]")
            }
            if let nc = table["nc"], table["names"] != nil { compare(nc) }
            if table["names"] == nil { requireClass(table) }
        case .yolov5:
            guard let node = table["names"] else {
                stop(nil, "YOLOv5 needs names", "add names: [cat, dog]")
                return
            }
            readNames(node)
        case .yolov7:
            readCount(table["nc"])
            if table["nc"] == nil { stop(nil, "YOLOv7 needs nc", "add nc: and the number of classes") }
            guard let node = table["names"] else {
                stop(nil, "YOLOv7 needs names", "add names: [cat, dog]")
                return
            }
            readNames(node)
            if let nc = table["nc"], declared != nil { compare(nc) }
        }
    }

    // MARK: nc

    private mutating func readCount(_ node: YAMLNode?) {
        guard let node else { return }
        switch node.python {
        case .int(let value?): declared = value
        case .bool(let value): declared = value ? 1 : 0
        case .float(let value) where trainer != .ultralyticsOld:
            declared = Int(exactly: trainer == .yolov7 ? value.rounded(.towardZero) : value)
        case .string(let text) where trainer == .ultralytics || trainer == .darknet:
            let trimmed = text.pythonStripped
            declared = Array(trimmed.utf8).withUnsafeBufferPointer { NumberText.parse($0) }.flatMap { Int(exactly: $0) }
        case .string(let text) where trainer == .yolov7: declared = Self.integer(text)
        default: break
        }
        guard let count = declared else {
            return stop(node, "nc must be a positive whole number", "count the classes")
        }
        if count > Self.countsRead.upperBound {
            declared = nil
            stop(node, "nc is \(count), at most \(Self.countsRead.upperBound) are read", "count the classes")
        }
    }

    /// Names are made of `nc`, and there must be one.
    private mutating func requireClass(_ table: YAMLTable) {
        if let declared, declared < 1 { stop(table["nc"], "nc must be positive", "count the classes") }
    }

    /// As Python's `int()` reads a text.
    private static func integer(_ text: String) -> Int? {
        let trimmed = text.pythonStripped
        guard !trimmed.hasPrefix("_"), !trimmed.hasSuffix("_"), !trimmed.contains("__") else { return nil }
        return Int(trimmed.replacing("_", with: ""))
    }

    private mutating func compare(_ nc: YAMLNode) {
        guard let declared, declared == count else {
            return stop(
                nc, "nc is \(nc.string ?? "nothing"), but names has \(count == 1 ? "one entry" : "\(count) entries")",
                "leave nc out, or correct it")
        }
    }

    /// Names as they are written, repeated keys once.
    private var count = 0

    // MARK: names

    private mutating func readNames(_ node: YAMLNode) {
        namesLine = node.line
        if let most = (node.sequence?.count ?? node.mapping?.count), most > Self.countsRead.upperBound {
            return stop(
                node, "has \(most) names, at most \(Self.countsRead.upperBound) are read", "check what the file is")
        }
        if let list = node.sequence {
            names = list.map(Self.name)
            count = names.count
            if names.isEmpty, trainer != .yolov5, trainer != .yolov7 {
                stop(node, "names holds no class", "add names: [cat, dog]")
            }
            return
        }
        // Each letter is a class to them.
        if trainer == .yolov7 || trainer == .ultralyticsOld, case .string(let text) = node.python {
            count = text.unicodeScalars.count
            names = text.unicodeScalars.map { String($0) }
            return
        }
        guard let entries = node.mapping else {
            return stop(node, "names must be a list, or a map from 0…n−1 to names", "write names: [cat, dog]")
        }
        read(entries, node)
    }

    private mutating func read(_ entries: [YAMLNode.Entry], _ node: YAMLNode) {
        var byID: [Int: String] = [:]
        var written: Set<PythonValue> = []
        for entry in entries {
            guard let id = id(entry.key) else {
                return stop(
                    entry.key, "a key of names must be a class id, a whole number from 0", "number the classes from 0")
            }
            if !written.insert(entry.key.python).inserted, let earlier = byID[id] {
                problems.append(
                    (
                        entry.key, .warning,
                        "class \(id) is named twice: “\(earlier)” is lost, “\(Self.name(entry.value))” "
                            + "counts", "give each class a number of its own"
                    ))
            }
            byID[id] = Self.name(entry.value)
        }
        count = written.count
        let top = byID.keys.max() ?? -1
        if top < Self.countsRead.upperBound, top >= 0 { names = (0...top).map { byID[$0] ?? "" } }
        let isWhole = top == byID.count - 1 && byID[0] != nil
        if trainer == .yolov5 || trainer == .yolov7 {
            // Only counted: with a gap, the last classes are beyond the count.
            names = Array(names.prefix(count))
            return
        }
        if byID.isEmpty { return stop(node, "names holds no class", "add names: [cat, dog]") }
        if top >= byID.count || byID[0] == nil {
            stop(
                node, "the keys of names must be 0…\(byID.count - 1) without a gap", "number the classes from 0")
        } else if !isWhole {
            problems.append((node, .warning, "a class has a negative number", "number the classes from 0"))
        }
        if trainer == .ultralytics { declared = declared ?? byID.count }
    }

    /// A key of `names` as a class id.
    private func id(_ key: YAMLNode) -> Int? {
        switch key.python {
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .float(let value) where trainer != .yolov5: return Int(exactly: value.rounded(.towardZero))
        case .string(let text) where trainer != .yolov5 && trainer != .yolov7: return Self.integer(text)
        // YOLOv7 counts the keys, whatever they are.
        default: return trainer == .yolov7 ? 0 : nil
        }
    }

    private static func name(_ node: YAMLNode) -> String {
        if case .scalar(let text, _) = node.content { return text }
        return ""
    }

    private mutating func stop(_ node: YAMLNode?, _ message: String, _ wayOut: String) {
        problems.append((node, .stops, message, wayOut))
    }
}
