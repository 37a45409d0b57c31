import FileReading
import YOLOModel

/// A darknet `.cfg`, as far as anchors go: read line by line, rewritten line by line.
///
/// Every `[yolo]` section repeats all anchors, with `num` and the section's own `mask` of them.
struct DarknetConfiguration {
    private struct Option {
        /// Index into `lines`.
        var line: Int
        var value: String
    }

    private struct Section {
        var name: String
        var line: Int
        var options: [String: Option] = [:]
    }

    private let path: String
    private let lines: [String]
    private let sections: [Section]

    static func read(_ path: String) throws -> DarknetConfiguration {
        try parse(FileReading.bytes(ofFile: path, limit: 4 << 20), file: path)
    }

    /// The same for a file that is in memory.
    static func parse(_ bytes: [UInt8], file path: String) throws -> DarknetConfiguration {
        let text = String(decoding: bytes, as: UTF8.self)
        // Swift takes \r\n for one character: split by scalars, so that each line keeps its own ending.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        var sections: [Section] = []
        for (index, line) in lines.enumerated() {
            let bare = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
                .filter { !$0.isWhitespace }
            if bare.hasPrefix("["), bare.hasSuffix("]") {
                sections.append(Section(name: String(bare.dropFirst().dropLast()), line: index + 1))
            } else if let equals = bare.firstIndex(of: "="), !sections.isEmpty {
                let key = String(bare[..<equals])
                sections[sections.count - 1].options[key] = Option(
                    line: index, value: String(bare[bare.index(after: equals)...]))
            }
        }
        let configuration = DarknetConfiguration(path: path, lines: lines, sections: sections)
        let layers = configuration.yolo.count
        guard NetworkBounds.levels.contains(layers) else {
            throw FileError(
                file: path,
                message: layers == 0
                    ? "has no [yolo] section"
                    : "has \(layers) [yolo] sections, more than \(NetworkBounds.levels.upperBound)",
                wayOut: "name the .cfg of a darknet YOLO (v3, v4, …)")
        }
        return configuration
    }

    /// The sections of detection layers with their places.
    private var yolo: [(index: Int, section: Section)] {
        sections.enumerated().filter { $0.element.name == "yolo" }.map { (index: $0.offset, section: $0.element) }
    }

    private func fail(_ section: Section, _ message: String, _ wayOut: String) -> FileError {
        FileError(file: path, line: section.line, message: message, wayOut: wayOut)
    }

    /// Nil where the section does not have the key.
    private func numbers(_ section: Section, _ key: String) throws -> [Double]? {
        guard let option = section.options[key] else { return nil }
        return try option.value.split(separator: ",", omittingEmptySubsequences: true).map { part in
            guard let value = Double(part), value.isFinite else {
                throw FileError(
                    file: path, line: option.line + 1, message: "\(key) holds \(part.prefix(40)), which is no number",
                    wayOut: "write numbers with commas between them")
            }
            return value
        }
    }

    private func mask(_ section: Section, of count: Int) throws -> [Int] {
        guard let values = try numbers(section, "mask") else { return Array(0..<count) }
        let mask = values.compactMap { Int(exactly: $0) }.filter((0..<count).contains)
        guard !mask.isEmpty, mask.count == values.count else {
            let text = section.options["mask"]?.value ?? ""
            throw fail(
                section, "the mask \(text) names anchors that are not there", "write indices from 0 to \(count - 1)")
        }
        return mask
    }

    /// The masks, the finest level first.
    private func levels(_ count: Int) throws -> [(index: Int, mask: [Int])] {
        try yolo.map { (index: $0.index, mask: try mask($0.section, of: count)) }
            .sorted { ($0.mask.min() ?? 0, $0.index) < ($1.mask.min() ?? 0, $1.index) }
    }

    private func anchors() throws -> [AnchorSize] {
        let section = yolo[0].section
        guard let sides = try numbers(section, "anchors"), !sides.isEmpty, sides.count % 2 == 0,
            sides.allSatisfy({ $0 > 0 && $0 < 1e6 }), NetworkBounds.anchors.contains(sides.count / 2)
        else { throw fail(section, "anchors is missing or is not w,h, w,h, …", "write positive numbers in pairs") }
        return stride(from: 0, to: sides.count, by: 2).map { AnchorSize(width: sides[$0], height: sides[$0 + 1]) }
    }

    /// Width and height of the network's input.
    private func input() throws -> TrainingInput? {
        guard let net = sections.first(where: { ["net", "network"].contains($0.name) }) else { return nil }
        guard let across = try numbers(net, "width")?.first, let down = try numbers(net, "height")?.first else {
            return nil
        }
        guard let width = Int(exactly: across), let height = Int(exactly: down), (32...8192).contains(width),
            (32...8192).contains(height)
        else {
            throw fail(net, "width and height of the network are out of range", "write sides from 32 to 8192")
        }
        return TrainingInput(width: width, height: height, resize: .stretch)
    }

    func source() throws -> AnchorSource {
        let anchors = try anchors()
        let levels = try levels(anchors.count)
        let rows = levels.map { level in level.mask.map { anchors[$0] } }
        let strides = AnchorLevels.usualStrides(levels: rows.count)
        let usual = AnchorSource.made(.darknet, rows: rows, strides, input: try input())
        // Masks may share an anchor, or leave one out: the list itself is what counts.
        return AnchorSource(
            kind: .darknet, anchors: anchors.sorted(by: AnchorSize.ascending),
            levels: rows.reduce(0, { $0 + $1.count }) == anchors.count ? usual.levels : nil, input: usual.input,
            isAnchorFree: false, isOutOfOrder: usual.isOutOfOrder)
    }

    /// The number of classes that the detection layers are made for, where they agree.
    var classCount: Int? {
        let counts = Set(yolo.compactMap { (try? numbers($0.section, "classes"))?.first })
        return counts.count == 1 ? counts.first.flatMap { Int(exactly: $0) } : nil
    }

    /// The file with other anchors: `anchors` and `num` in every `[yolo]`; with another number of anchors also `mask`,
    /// and `filters` of the convolution before it. Everything else stays byte for byte.
    func replacing(_ anchors: [AnchorSize]) throws -> [UInt8] {
        let old = try self.anchors()
        var result = lines
        func set(_ section: Section, _ key: String, _ value: String) throws {
            guard let option = section.options[key] else {
                throw fail(section, "\(key) is missing in the section [\(section.name)]", "add a line \(key)=…")
            }
            // The text up to “=” with its blanks, a comment, and a \r at the end stay.
            let line = result[option.line]
            let equals = line.firstIndex(of: "=").map { line.index(after: $0) } ?? line.startIndex
            let after = line[equals...]
            let lead = after.prefix { $0 == " " || $0 == "\t" }
            let comment =
                after.firstIndex(of: "#").map { " " + String(after[$0...]) }
                ?? (line.unicodeScalars.last == "\r" ? "\r" : "")
            result[option.line] = line[..<equals] + lead + value + comment
        }
        let levels = try levels(old.count)
        let figures = AnchorText.pairs(anchors)
        let isSameCount = anchors.count == old.count
        if !isSameCount, anchors.count % levels.count != 0 {
            throw fail(
                yolo[0].section,
                "has \(levels.count) detection layers, which \(anchors.count) anchors do not fill evenly",
                "fit \(old.count) anchors, as the file has, or a multiple of \(levels.count)")
        }
        for (place, level) in levels.enumerated() {
            let section = sections[level.index]
            try set(section, "anchors", figures)
            if section.options["num"] != nil || !isSameCount { try set(section, "num", "\(anchors.count)") }
            if isSameCount { continue }
            let each = anchors.count / levels.count
            try set(section, "mask", (place * each..<(place + 1) * each).map(String.init).joined(separator: ","))
            guard let classes = try numbers(section, "classes")?.first.flatMap({ Int(exactly: $0) }),
                NetworkBounds.classCount.contains(classes),
                let convolution = sections[..<level.index].last(where: { $0.name == "convolutional" })
            else {
                throw fail(
                    section, "has no number of classes, or no convolution before it", "use the .cfg of a darknet YOLO")
            }
            try set(convolution, "filters", "\((classes + 5) * each)")
        }
        return Array(result.joined(separator: "\n").utf8)
    }
}
