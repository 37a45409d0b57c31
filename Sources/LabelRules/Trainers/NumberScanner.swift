import CheckedNumbers

/// Numbers as C's `scanf` takes them: as far as they go.
struct NumberScanner {
    private let bytes: [UInt8]
    private(set) var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 32 || (9...13).contains(bytes[at]) { at += 1 }
    }

    mutating func integer() -> Int32? {
        var end = at
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
        let digits = end
        while end < bytes.count, isDigit(end) { end += 1 }
        guard end > digits else { return nil }
        let value = Int(String(decoding: bytes[at..<end], as: UTF8.self)) ?? .max
        at = end
        return Int32(clamping: value)
    }

    mutating func float() -> Float? {
        var end = at
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
        for word in ["infinity", "inf", "nan"] {
            let text = String(decoding: bytes[end..<min(bytes.count, end + word.utf8.count)], as: UTF8.self)
            guard text.lowercased() == word else { continue }
            let sign: Float = end > at && bytes[at] == UInt8(ascii: "-") ? -1 : 1
            at = end + word.utf8.count
            return word == "nan" ? .nan : sign * .infinity
        }
        let mantissa = end
        while end < bytes.count, isDigit(end) { end += 1 }
        var digits = end - mantissa
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            let point = end
            end += 1
            while end < bytes.count, isDigit(end) { end += 1 }
            digits += end - point - 1
        }
        guard digits > 0 else { return nil }
        if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < bytes.count, bytes[exponent] == UInt8(ascii: "-") || bytes[exponent] == UInt8(ascii: "+") {
                exponent += 1
            }
            let first = exponent
            while exponent < bytes.count, isDigit(exponent) { exponent += 1 }
            if exponent > first { end = exponent }
        }
        let text = String(decoding: bytes[at..<end], as: UTF8.self).lowercased()
        at = end
        // Swift wants a digit on both sides of a point.
        let parts = text.split(separator: "e", omittingEmptySubsequences: false)
        var number = String(parts[0])
        if number.hasSuffix(".") { number += "0" }
        number = number.replacing(/^([+-]?)\./) { "\($0.1)0." }
        return Float(Double(number + (parts.count > 1 ? "e" + parts[1] : "")) ?? .infinity)
    }

    private func isDigit(_ at: Int) -> Bool { bytes[at] >= 48 && bytes[at] <= 57 }
}
