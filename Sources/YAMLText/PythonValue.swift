import CheckedNumbers

/// What a Python loader (YAML 1.1, PyYAML's safe one) makes of a scalar.
public enum PythonValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Nil where the number has more digits than are kept.
    case int(Int?)
    case float(Double)
    /// A date, or a date with a time.
    case timestamp
    case string(String)
    /// A list, a mapping, or what an explicit tag makes of the text.
    case other

    /// As Python names the type, for messages.
    public var typeName: String {
        switch self {
        case .null: "nothing"
        case .bool: "a boolean"
        case .int, .float: "a number"
        case .timestamp: "a date"
        case .string: "a text"
        case .other: "neither a text nor a list"
        }
    }
}

extension YAMLNode {
    /// What Python makes of this node.
    public var python: PythonValue {
        guard case .scalar(let text, let style) = content else { return .other }
        switch tag {
        case nil: return style == .plain ? PythonScalar(text).value : .string(text)
        case "!", "tag:yaml.org,2002:str": return .string(text)
        case "tag:yaml.org,2002:null": return .null
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool":
            // What does not fit its tag was refused when the text was read.
            return PythonScalar(text).value
        default: return .other
        }
    }

    /// The text of a node that Python reads as one.
    public var pythonText: String? {
        if case .string(let text) = python { text } else { nil }
    }
}

/// A plain scalar by the patterns of YAML 1.1.
struct PythonScalar {
    let text: String
    private let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    var value: PythonValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        guard let first = bytes.first, Self.isDigit(first) || "+-.".utf8.contains(first) else { return .string(text) }
        return float ?? integer ?? (isTimestamp ? .timestamp : .string(text))
    }

    /// Whether Python's constructor fails on what the patterns take: a date that is none.
    var isImpossible: Bool {
        if text == "=" { return true }
        switch value {
        case .timestamp: return !isRealDate
        case .int: return digits(unsigned).allSatisfy { $0 == UInt8(ascii: "_") }
        default: return false
        }
    }

    // MARK: Numbers

    private var unsigned: ArraySlice<UInt8> {
        bytes.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true ? bytes.dropFirst() : bytes[...]
    }

    private var sign: Int { bytes.first == UInt8(ascii: "-") ? -1 : 1 }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Without the prefix of its base.
    private func digits(_ number: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let prefix = number.prefix(2)
        return prefix.elementsEqual("0x".utf8) || prefix.elementsEqual("0b".utf8) ? number.dropFirst(2) : number
    }

    private var integer: PythonValue? {
        let number = unsigned
        guard let first = number.first, Self.isDigit(first) else { return nil }
        let rest = digits(number)
        func value(_ radix: Int, _ digits: some Sequence<UInt8>) -> PythonValue {
            let kept = digits.filter { $0 != UInt8(ascii: "_") }
            return .int(Int(String(decoding: kept, as: UTF8.self), radix: radix).map { $0 * sign })
        }
        if rest.count < number.count {
            let isHexadecimal = number.dropFirst().first == UInt8(ascii: "x")
            let allowed = isHexadecimal ? "0123456789abcdefABCDEF_" : "01_"
            return !rest.isEmpty && rest.allSatisfy(allowed.utf8.contains) ? value(isHexadecimal ? 16 : 2, rest) : nil
        }
        if first == UInt8(ascii: "0") {
            if number.count == 1 { return .int(0) }
            return number.dropFirst().allSatisfy("01234567_".utf8.contains) ? value(8, number.dropFirst()) : nil
        }
        if number.contains(UInt8(ascii: ":")) { return sexagesimal(number) }
        return number.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: "_") }) ? value(10, number) : nil
    }

    /// `1:30` is 90.
    private func sexagesimal(_ number: ArraySlice<UInt8>) -> PythonValue? {
        let parts = number.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let head = parts.first, head.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: "_") }),
            parts.dropFirst().allSatisfy(Self.isSixtieth)
        else { return nil }
        var total = 0
        for part in parts {
            let digits = part.filter { $0 != UInt8(ascii: "_") }
            guard let digit = Int(String(decoding: digits, as: UTF8.self)) else { return .int(nil) }
            let (product, overflow) = total.multipliedReportingOverflow(by: 60)
            let (sum, more) = product.addingReportingOverflow(digit)
            guard !overflow, !more else { return .int(nil) }
            total = sum
        }
        return .int(total * sign)
    }

    /// `[0-5]?[0-9]`
    private static func isSixtieth(_ part: ArraySlice<UInt8>) -> Bool {
        (1...2).contains(part.count) && part.allSatisfy(isDigit) && (part.count == 1 || (part.first ?? 0) < 54)
    }

    private var float: PythonValue? {
        let number = unsigned
        switch String(decoding: number, as: UTF8.self) {
        case ".inf", ".Inf", ".INF": return .float(Double(sign) * .infinity)
        case ".nan", ".NaN", ".NAN": return number.count == bytes.count ? .float(.nan) : nil
        default: break
        }
        guard let point = number.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let whole = number[..<point]
        var rest = number[number.index(after: point)...]
        func isNumber(_ part: ArraySlice<UInt8>) -> Bool {
            part.allSatisfy { Self.isDigit($0) || $0 == UInt8(ascii: "_") }
        }
        if whole.contains(UInt8(ascii: ":")) {
            let parts = whole.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.first?.first.map(Self.isDigit) == true, parts.first.map(isNumber) == true,
                parts.dropFirst().allSatisfy(Self.isSixtieth), isNumber(rest)
            else { return nil }
            return .float(.nan)
        }
        if let e = rest.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
            let exponent = rest[rest.index(after: e)...]
            guard let first = exponent.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-"),
                exponent.count > 1, exponent.dropFirst().allSatisfy(Self.isDigit)
            else { return nil }
            rest = rest[..<e]
        }
        if whole.isEmpty {
            guard bytes.count == number.count, rest.first.map(Self.isDigit) == true, isNumber(rest) else { return nil }
        } else {
            guard whole.first.map(Self.isDigit) == true, isNumber(whole), isNumber(rest) else { return nil }
        }
        let kept = bytes.filter { $0 != UInt8(ascii: "_") }
        var plain = String(decoding: kept, as: UTF8.self)
        if plain.hasSuffix(".") { plain += "0" }
        return .float(Double(plain) ?? Double(plain.replacing(".e", with: ".0e").replacing(".E", with: ".0E")) ?? .nan)
    }

    // MARK: Dates

    private var isTimestamp: Bool {
        if text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil { return true }
        let withTime =
            /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?/
        return text.wholeMatch(of: withTime) != nil
    }

    private var isRealDate: Bool {
        let numbers = text.split(whereSeparator: { !$0.isNumber }).prefix(6).compactMap { Int($0) }
        guard numbers.count >= 3, numbers[0] >= 1, (1...12).contains(numbers[1]) else { return false }
        let isLeap = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...days[numbers[1] - 1]).contains(numbers[2]) else { return false }
        guard numbers.count >= 6 else { return true }
        return numbers[3] < 24 && numbers[4] < 60 && numbers[5] < 60
    }
}
