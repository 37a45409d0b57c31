import Foundation

/// Numbers as Python's `float()` takes them, since that is what trainers read labels with.
enum NumberText {
    static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The value of a decimal number, `inf` or `nan`, with correct rounding; nil where it is none.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        parsePlain(bytes) ?? parseAny(bytes)
    }

    /// Digits with at most one point: exact while the digits fit 2⁵³ and the power of ten is exact.
    private static func parsePlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        var at = bytes.startIndex
        var isNegative = false
        if at < bytes.endIndex, bytes[at] == UInt8(ascii: "-") {
            isNegative = true
            at += 1
        }
        var digits: UInt64 = 0
        var count = 0
        var decimals = 0
        var sawPoint = false
        while at < bytes.endIndex {
            let byte = bytes[at]
            if byte >= 48, byte <= 57 {
                digits = digits &* 10 &+ UInt64(byte - 48)
                count += 1
                if sawPoint { decimals += 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else {
                return nil
            }
            at += 1
        }
        guard count > 0, count <= 18, digits <= 1 << 53, decimals < powersOfTen.count else { return nil }
        let value = Double(digits) / powersOfTen[decimals]
        return isNegative ? -value : value
    }

    /// Everything else: exponents, signs, many digits, underscores between digits, infinities.
    private static func parseAny(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard bytes.count <= 4096 else { return nil }
        var text: [UInt8] = []
        var previous: UInt8 = 0
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "_") {
                let next = bytes.startIndex + index + 1
                guard isDigit(previous), next < bytes.endIndex, isDigit(bytes[next]) else { return nil }
            } else {
                text.append(byte)
            }
            previous = byte
        }
        let lower = String(decoding: text, as: UTF8.self).lowercased()
        let unsigned = lower.hasPrefix("-") || lower.hasPrefix("+") ? String(lower.dropFirst()) : lower
        let sign: Double = lower.hasPrefix("-") ? -1 : 1
        switch unsigned {
        case "inf", "infinity": return sign * .infinity
        case "nan": return .nan
        default: break
        }
        guard unsigned.utf8.contains(where: isDigit),
            unsigned.utf8.allSatisfy({ isDigit($0) || ".e+-".utf8.contains($0) }), let first = unsigned.utf8.first,
            isDigit(first) || first == UInt8(ascii: ".")
        else { return nil }
        guard let value = Double(unsigned.hasSuffix(".") ? unsigned + "0" : unsigned) else {
            // `1.e5` is a number to Python.
            let mended = unsigned.replacingOccurrences(of: ".e", with: ".0e")
            return Double(mended.hasPrefix(".") ? "0" + mended : mended).map { sign * $0 }
        }
        return sign * value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
