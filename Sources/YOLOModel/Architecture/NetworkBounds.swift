/// What a network may consist of, however it is written down: a checkpoint, a model YAML, safetensors or a darknet .cfg.
///
/// Every published detection network lies far inside. What is outside is refused with its layer and value, before anything
/// is made of it.
public enum NetworkBounds {
    /// Sides of kernels and pooling windows.
    static let kernel = 1...4_096
    /// Steps of convolutions and pools, and pixels a cell of a head.
    static let stride = 1...4_096
    /// Zeros at each side of an image.
    static let padding = 0...4_096
    /// Pixels from one tap of a kernel to the next.
    static let dilation = 1...4_096
    /// Parts of the channels.
    static let groups = 1...4_096
    /// By which an upsampling enlarges.
    static let factor = 1...4_096
    /// Of any result.
    static let channels = 1...65_536
    /// Of one layer, after the depth multiple.
    static let repeats = 1...1_000
    /// Depth and width multiples, from just above 0.
    static let mostMultiple = 64.0
    /// `nc`.
    public static let classCount = 1...100_000
    /// Detection layers, each with a feature map of its own.
    public static let levels = 1...64
    /// Of all levels.
    public static let anchors = 1...4_096
    /// Modules of a network, each time that one is reached.
    static let modules = 1...65_536
    /// Weights that a model YAML makes: the largest published models have half of them.
    static let weights = 1 << 28
}

extension PlainValue {
    /// For messages: short, and without what could drive a terminal.
    package var shown: String {
        let text: String =
            switch self {
            case .none: "nothing"
            case .bool(let value): value ? "True" : "False"
            case .int(let value): String(value)
            case .double(let value): String(value)
            case .string(let value): "“" + String(value.unicodeScalars.prefix(40).map(Self.plain)) + "”"
            case .list(let values): "[" + values.prefix(8).map(\.shown).joined(separator: ", ") + "]"
            }
        return text.count > 80 ? text.prefix(80) + "…" : text
    }

    private static func plain(_ scalar: Unicode.Scalar) -> Character {
        scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F ? Character(scalar) : "?"
    }
}

extension ModuleRecord {
    /// A whole number among the settings, or one for both directions.
    ///
    /// - Parameters:
    ///   - fallback: of a module that does not say.
    ///   - name: the module's own, for the message.
    /// - Throws: `ModelError` where the setting is there and is no whole number within the range.
    func pair(
        _ key: String, in range: ClosedRange<Int>, otherwise fallback: Int?, _ name: String
    ) throws -> (Int, Int) {
        let setting = settings[key].flatMap { $0 == .none ? nil : $0 }
        guard let setting else {
            guard let fallback else { throw ModelError("\(name) (\(className)) does not say its \(key)") }
            return (fallback, fallback)
        }
        let sides = setting.list?.map(\.int) ?? [setting.int]
        guard (1...2).contains(sides.count), let first = sides[0], let second = sides[sides.count - 1],
            range.contains(first), range.contains(second)
        else {
            throw ModelError(
                "\(name) (\(className)) has \(key) \(setting.shown), which must be whole, "
                    + "from \(range.lowerBound) to \(range.upperBound)")
        }
        return (first, second)
    }

    /// The same for a setting that counts for both directions alike.
    func whole(_ key: String, in range: ClosedRange<Int>, otherwise fallback: Int?, _ name: String) throws -> Int {
        let (first, second) = try pair(key, in: range, otherwise: fallback, name)
        guard first == second else {
            throw ModelError("\(name) (\(className)) has \(key) \(first) and \(second), which must be equal here")
        }
        return first
    }

    /// A number among the settings.
    ///
    /// - Throws: `ModelError` where the setting is there and is not within the range.
    func number(_ key: String, in range: ClosedRange<Double>, otherwise fallback: Double, _ name: String) throws
        -> Float
    {
        guard let setting = settings[key], setting != .none else { return Float(fallback) }
        guard let value = setting.double, range.contains(value) else {
            throw ModelError(
                "\(name) (\(className)) has \(key) \(setting.shown), which must be from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return Float(value)
    }
}

extension NamedTensor {
    /// A head's strides: pixels a cell, a level each.
    ///
    /// - Throws: `ModelError` where one is no whole number within the bounds, or there are not as many as levels.
    func strides(levels: Int, _ name: String) throws -> [Int] {
        let strides = try values.map { value -> Int in
            guard let stride = Int(exactly: value), NetworkBounds.stride.contains(stride) else {
                throw ModelError(
                    "the head \(name) has the stride \(value), which must be whole, "
                        + "from \(NetworkBounds.stride.lowerBound) to \(NetworkBounds.stride.upperBound)")
            }
            return stride
        }
        guard strides.count == levels else {
            throw ModelError("the head \(name) has \(strides.count) strides for \(levels) levels")
        }
        return strides
    }
}
