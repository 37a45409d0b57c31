/// Blanks, line ends and digits beyond ASCII, which Python takes for what they are.
enum UnicodeBlanks {
    /// The same text with ASCII in their place.
    ///
    /// - Parameter start: the bytes before it stay as they are.
    static func plain(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> [UInt8] {
        var plain = Array(bytes[..<start])
        plain.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes[start...], as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case ..<0x80: plain.append(UInt8(scalar.value))
            // Line ends that are no line of their own to an editor.
            case 0x85, 0x2028, 0x2029: plain.append(0x1E)
            case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: plain.append(0x20)
            default:
                if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                    plain.append(UInt8(ascii: "0") + UInt8(value))
                } else {
                    plain.append(contentsOf: String(scalar).utf8)
                }
            }
        }
        return plain
    }
}
