/// Text in HTML.
enum HTMLText {
    /// Escaped for contents and for attributes in double quotes; control characters are left out.
    static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}"..."\u{9F}": continue
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// At most `digits` significant decimals, without trailing zeros.
    static func number(_ value: Double?, digits: Int = 3) -> String {
        guard let value, value.isFinite else { return "–" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let rounded = (value * factor).rounded() / factor
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
    }

    static func percent(_ value: Double?, digits: Int = 1) -> String {
        value.map { number($0 * 100, digits: digits) + " %" } ?? "–"
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let word =
                UInt32(bytes[at]) << 16 | UInt32(left > 1 ? bytes[at + 1] : 0) << 8
                | UInt32(left > 2 ? bytes[at + 2] : 0)
            for place in 0..<4 {
                out.append(place <= left ? alphabet[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
            at += 3
        }
        return String(decoding: out, as: UTF8.self)
    }
}
