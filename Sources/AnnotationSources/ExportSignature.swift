import FileReading

/// By what an export is known.
struct ExportSignature {
    /// Nil where it is known by nothing.
    let format: AnnotationFormat?

    /// Bytes of a file that tell what it is: keys of COCO may follow each other at some distance.
    static let headLength = 1 << 18
    /// Files of one suffix that are looked into.
    private static let mostHeads = 24

    init(_ tree: ExportTree) {
        let named = Dictionary(grouping: tree.files) { Paths.suffix(of: $0).lowercased() }
        func heads(_ suffixes: String...) -> [[UInt8]] {
            tree.heads(of: Self.some(suffixes.flatMap { named[$0] ?? [] }), count: Self.headLength)
        }
        if heads("yaml", "yml").contains(where: Self.isDataYAML) {
            format = .yolo
        } else if heads("data").contains(where: Self.isDarknetData) {
            format = .darknet
        } else if let found = Self.mostFrequent(heads("json").compactMap(Self.format(ofText:))) {
            format = found
        } else if let found = Self.mostFrequent(heads("xml").compactMap(Self.format(ofText:))) {
            format = found
        } else {
            format = Self.isBareYOLO(tree.files, named, rows: { heads("txt") }) ? .yolo : nil
        }
    }

    /// A few names of each folder, upper folders first.
    private static func some(_ files: [String]) -> [String] {
        var perFolder: [String: Int] = [:]
        var picked: [String] = []
        for file in files {
            perFolder[Paths.directory(of: file), default: 0] += 1
            if perFolder[Paths.directory(of: file), default: 0] <= 4 { picked.append(file) }
            if picked.count == mostHeads { break }
        }
        return picked
    }

    /// The form that most files have: a `notes.json` beside a hundred others decides nothing.
    private static func mostFrequent(_ formats: [AnnotationFormat]) -> AnnotationFormat? {
        // A project's meta.json stands once.
        if formats.contains(.supervisely) { return .supervisely }
        let counts = formats.reduce(into: [AnnotationFormat: Int]()) { $0[$1, default: 0] += 1 }
        return AnnotationFormat.allCases.filter { counts[$0] != nil }.max {
            counts[$0, default: 0] < counts[$1, default: 0]
        }
    }

    /// A JSON or XML text, by its beginning.
    static func format(ofText head: [UInt8]) -> AnnotationFormat? {
        let first = head.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return format(of: JSONOutline(head))
        case UInt8(ascii: "<"): return format(ofXML: String(decoding: head.prefix(1 << 14), as: UTF8.self))
        default: return nil
        }
    }

    private static func format(of outline: JSONOutline) -> AnnotationFormat? {
        if outline.isArray {
            if outline.has("data"), outline.hasOne(of: "annotations", "completions", "predictions") {
                return .labelStudio
            }
            // The short form: what was labelled stands beside the image.
            return outline.keys.contains { $0.hasSuffix(".original_width") || $0.hasSuffix(".rectanglelabels") }
                ? .labelStudio : nil
        }
        if outline.has("shapes"), outline.hasOne(of: "imagePath", "imageData", "version", "flags") { return .labelMe }
        if outline.has("classes"), outline.hasOne(of: "classes.shape", "projectType", "projectSettings") {
            return .supervisely
        }
        if outline.has("objects", "size"), outline.hasOne(of: "objects.geometryType", "objects.classTitle") {
            return .supervisely
        }
        if outline.has("images", "images.file_name") { return .coco }
        return outline.has("annotations")
            && outline.hasOne(of: "annotations.category_id", "annotations.image_id", "categories.supercategory")
            ? .coco : nil
    }

    private static func format(ofXML text: String) -> AnnotationFormat? {
        if text.contains("<annotations"), text.contains("<image ") || text.contains("<meta>") { return .cvat }
        if text.contains("<annotation"), text.contains("<object>") || text.contains("<filename>") { return .voc }
        return nil
    }

    /// `train = …` and `names = …`.
    static func isDarknetData(_ head: [UInt8]) -> Bool {
        let keys = keys(head, separator: "=")
        return keys.contains("names") && !keys.isDisjoint(with: ["train", "valid", "classes"])
    }

    static func isDataYAML(_ head: [UInt8]) -> Bool {
        let keys = keys(head, separator: ":")
        return keys.contains("names") && !keys.isDisjoint(with: ["train", "val", "valid", "validation", "test", "nc"])
    }

    /// What stands before the separator in lines that begin at the left.
    private static func keys(_ head: [UInt8], separator: Character) -> Set<String> {
        let lines = String(decoding: head.prefix(1 << 16), as: UTF8.self).split(whereSeparator: \.isNewline)
        return Set(
            lines.compactMap { line in
                guard line.contains(separator), let key = line.split(separator: separator, maxSplits: 1).first,
                    !key.hasPrefix(" ")
                else { return nil }
                return key.filter { !" \t\"'\u{FEFF}".contains($0) }
            })
    }

    /// Label rows beside images or in a folder of their own, without a word about the classes but perhaps a `classes.txt`.
    private static func isBareYOLO(
        _ files: [String], _ named: [String: [String]], rows: () -> [[UInt8]]
    ) -> Bool {
        let texts = named["txt"] ?? []
        guard !texts.isEmpty else { return false }
        if texts.contains(where: { Paths.fileName(of: $0) == "classes.txt" }) { return true }
        guard files.contains(where: { ("/" + $0).contains("/labels/") }) else { return false }
        return rows().contains { head in
            let line = head.prefix { $0 != 10 && $0 != 13 }
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            return fields.count >= 5 && fields.allSatisfy { Double($0) != nil }
        }
    }
}
