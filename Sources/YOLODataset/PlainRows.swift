import Geometry

/// Reads label files as nearly all of them are, without a look at what could be wrong with the others.
public enum PlainRows {
    /// One row: nothing but numbers, so that arrays of them are copied and dropped at once.
    public struct Row: Sendable, Hashable {
        /// Never negative.
        public let classID: Int32
        /// In fractions of the image as a viewer shows it.
        public let box: Box
    }

    /// The boxes of a file that has only rows `class cx cy w h` of digits and points, blanks between them and a line
    /// feed after each.
    ///
    /// - Returns: false where the file has anything else; `rows` then hold nothing of use. What they hold otherwise is
    ///   what `LabelFile.parse` reads in the same bytes, a line each.
    public static func read(_ bytes: ArraySlice<UInt8>, into rows: inout [Row]) -> Bool {
        rows.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBufferPointer { bytes in
            var at = 0
            while at < bytes.count {
                guard let classID = number(bytes, &at, end: 32), classID < 1e6, classID == classID.rounded(),
                    let cx = number(bytes, &at, end: 32), let cy = number(bytes, &at, end: 32),
                    let width = number(bytes, &at, end: 32), let height = number(bytes, &at, end: 10)
                else { return false }
                rows.append(Row(classID: Int32(classID), box: Box(cx: cx, cy: cy, width: width, height: height)))
            }
            return true
        }
    }

    /// Digits with at most one point between them, and the byte that follows them.
    @inline(__always)
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, end: UInt8) -> Double? {
        var digits: UInt64 = 0
        let first = at
        var point = -1
        while at < bytes.count {
            let byte = bytes[at]
            let digit = byte &- 48
            if digit < 10 {
                digits = digits &* 10 &+ UInt64(digit)
            } else if byte == UInt8(ascii: "."), point < 0 {
                point = at
            } else {
                break
            }
            at += 1
        }
        guard at < bytes.count, bytes[at] == end else { return nil }
        let length = at - first - (point < 0 ? 0 : 1)
        // Up to here the digits and the power of ten are exact, and so their quotient is rounded once.
        guard (1...15).contains(length) else { return nil }
        let decimals = point < 0 ? 0 : at - point - 1
        at += 1
        return decimals == 0 ? Double(digits) : Double(digits) / NumberText.powersOfTen[decimals]
    }
}
