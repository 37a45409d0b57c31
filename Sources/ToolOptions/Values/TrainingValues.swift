import ProbeTraining
import YOLOModel

/// A time that training may take: `90s`, `10m`, `1.5h`.
public struct TimeBudget: SettingValue, ExpressibleByStringLiteral {
    /// Positive.
    public let seconds: Double
    private let text: String

    public static var form: SettingForm { .text("a time such as 10m, 90s or 1.5h") }

    public init(setting text: String) throws {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0,
            number.isFinite
        else { throw Self.refusal(of: text) }
        seconds = number * unit
        self.text = text
    }

    /// A default, of which a test of the options knows that it is a time.
    public init(stringLiteral text: String) {
        guard let budget = try? TimeBudget(setting: text) else { preconditionFailure("a default that is no time") }
        self = budget
    }

    public var description: String { text }
}

/// Gains of the loss and weights of what is there, by the trainer's names: `cls=1,obj_pw=2`.
public struct GainMap: SettingValue, ExpressibleByDictionaryLiteral {
    /// By the trainer's names: `box`, `obj`, `cls`, `obj_pw`, `cls_pw`, `dfl`.
    public let gains: [String: Double]

    private static let range = 0.0...1000

    public static var form: SettingForm {
        .record(LossSettings.gainNames.map { SettingField($0, .number(range)) })
    }

    public init(setting text: String) throws {
        gains = Dictionary(
            uniqueKeysWithValues: try ListText.entries(text).map { name, text in
                guard LossSettings.gainNames.contains(name) else {
                    throw SettingError(
                        "there is no gain “\(name)”",
                        "use \(LossSettings.gainNames.joined(separator: ", "))")
                }
                guard let value = Double(text), Self.range.contains(value) else { throw Self.refusal(of: text) }
                return (name, value)
            })
    }

    public init(dictionaryLiteral elements: (String, Double)...) {
        gains = Dictionary(uniqueKeysWithValues: elements)
    }

    public var description: String {
        ListText.text(gains.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) })
    }
}

/// Nine anchors in pixels of the probe's image, three a level, from small to large.
public struct ProbeAnchors: SettingValue {
    /// A level each.
    public let levels: [[(width: Double, height: Double)]]
    private let text: String

    public static var form: SettingForm { .text("nine pairs w,h,… of positive numbers") }

    public init(setting text: String) throws {
        let values = text.split(separator: ",").compactMap { Double($0) }
        guard values.count == 18, text.split(separator: ",").count == 18,
            values.allSatisfy({ $0 > 0 && $0.isFinite })
        else { throw Self.refusal(of: text) }
        levels = (0..<3).map { level in
            (0..<3).map { (width: values[6 * level + 2 * $0], height: values[6 * level + 2 * $0 + 1]) }
        }
        self.text = text
    }

    public static func == (a: ProbeAnchors, b: ProbeAnchors) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    public var description: String { text }
}
