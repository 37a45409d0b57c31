import Foundation

/// The encoding of an XML text: Foundation's parser ends the process on names that are not valid in it, so that it is given
/// valid UTF-8 alone.
enum XMLEncoding {
    /// The text as UTF-8 without its declaration; nil where it is not what it says.
    static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
        let text: String?
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0, 0x3C]) {
            text = converted(bytes, from: "UTF-16BE")
        } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0x3C, 0]) {
            text = converted(bytes, from: "UTF-16LE")
        } else {
            let name = declared(bytes)?.uppercased() ?? "UTF-8"
            text = name == "UTF-8" ? String(validating: bytes, as: UTF8.self) : converted(bytes, from: name)
        }
        guard var text else { return nil }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        if text.hasPrefix("<?xml"), let end = text.firstRange(of: "?>") { text.removeSubrange(..<end.upperBound) }
        return Array(text.utf8)
    }

    /// `encoding` of the declaration at the beginning.
    private static func declared(_ bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(200), as: UTF8.self)
        guard head.hasPrefix("<?xml") || head.hasPrefix("\u{FEFF}<?xml"), let end = head.firstRange(of: "?>") else {
            return nil
        }
        return head[..<end.lowerBound].firstMatch(of: /encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._\-]{0,39})["']/)
            .map { String($0.1) }
    }

    /// By the system's own tables.
    private static func converted(_ bytes: [UInt8], from encoding: String) -> String? {
        guard let converter = iconv_open("UTF-8", encoding), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output: [UInt8] = []
        var room = [CChar](repeating: 0, count: 1 << 16)
        var left = input.count
        return input.withUnsafeMutableBufferPointer { source in
            var place = source.baseAddress
            while left > 0 {
                var free = room.count
                let result = room.withUnsafeMutableBufferPointer { target in
                    var end = target.baseAddress
                    return iconv(converter, &place, &left, &end, &free)
                }
                guard result != -1 || errno == E2BIG else { return nil }
                output += room.prefix(room.count - free).map { UInt8(bitPattern: $0) }
            }
            return String(validating: output, as: UTF8.self)
        }
    }
}
