/// Looks a JSON text over before it is read: a library that makes values of all of it must not be given more than it can
/// hold.
public enum JSONShape {
    /// About what a library keeps for a value: the value itself, its place in a dictionary, and the copy that it decodes.
    static let bytesForEachValue = 256

    /// Counts the values and the nesting against a budget. Whether the text is JSON is not its business.
    ///
    /// - Throws: `FileError` where the text holds more values, or is nested deeper, than the budget allows.
    public static func check(_ text: some Collection<UInt8>, _ budget: ReadingBudget) throws {
        var depth = 0
        var values = 1
        var isText = false
        var isEscaped = false
        for byte in text {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                values += 1
                try budget.nest(depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): values += 1
            default: break
            }
        }
        try budget.visit(values)
        try budget.make(bytes: values * bytesForEachValue)
    }
}
