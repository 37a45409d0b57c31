/// The keys of a JSON text down to the second object, without reading the values.
///
/// Arrays count for nothing: `{"images": [{"id": 1}]}` has `images` and `images.id`, `[{"data": {"image": ""}}]` has
/// `data` and `data.image`. The beginning of a text is enough; what is no JSON has some keys or none. One pass over the
/// bytes, and memory for a few hundred keys at most.
struct JSONOutline {
    private(set) var keys: Set<String> = []
    /// Whether the text as a whole is an array.
    private(set) var isArray = false

    private static let mostKeys = 512
    private static let longestKey = 64

    init(_ bytes: [UInt8]) {
        /// For each open bracket whether it is an object's.
        var open: [Bool] = []
        var outer = ""
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while at < bytes.count, keys.count < Self.mostKeys {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if open.isEmpty { isArray = byte == UInt8(ascii: "[") }
                // No export goes this deep; a text of brackets alone must not take memory.
                guard open.count < 256 else { return }
                open.append(byte == UInt8(ascii: "{"))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() != nil, !open.isEmpty else { return }
            case UInt8(ascii: "\""):
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                    at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard at < bytes.count else { return }
                let text = bytes[start..<at]
                at += 1
                let objects = open.count(where: \.self)
                guard open.last == true, objects <= 2, text.count <= Self.longestKey, Self.isKey(bytes, at) else {
                    continue
                }
                let key = String(decoding: text, as: UTF8.self)
                if objects == 1 { outer = key }
                keys.insert(objects == 1 ? key : outer + "." + key)
            default: break
            }
        }
    }

    /// Whether a colon follows.
    private static func isKey(_ bytes: [UInt8], _ start: Int) -> Bool {
        var at = start
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        return at < bytes.count && bytes[at] == UInt8(ascii: ":")
    }

    func has(_ wanted: String...) -> Bool { wanted.allSatisfy(keys.contains) }
    func hasOne(of wanted: String...) -> Bool { wanted.contains(where: keys.contains) }
}
