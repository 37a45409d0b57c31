import CheckedNumbers

/// How much the boxes of each class count in a fit.
public enum ClassWeights: Hashable, Sendable {
    /// Every box the same.
    case uniform
    /// Every class the same in all: a box counts 1 / (boxes of its class).
    case inverseFrequency
    /// A factor for some classes; 1 for the others.
    case factors([Int: Double])

    /// A weight for each box, with a mean of 1; nil when all are the same.
    func weights(of classIDs: [Int]) -> [Double]? {
        let raw: [Double]
        switch self {
        case .uniform: return nil
        case .inverseFrequency:
            let counts = classIDs.reduce(into: [Int: Double]()) { $0[$1, default: 0] += 1 }
            raw = classIDs.map { 1 / (counts[$0] ?? 1) }
        case .factors(let factors): raw = classIDs.map { factors[$0] ?? 1 }
        }
        let total = raw.reduce(0, +)
        guard total > 0 else { return nil }
        return raw.map { $0 * Double(raw.count) / total }
    }

    /// Reads `uniform`, `inverse`, or `name=2,3=0.5`; nil when it is none of them or names no class.
    public init?(parsing text: String, classNames: [String]) {
        switch text {
        case "uniform": self = .uniform
        case "inverse": self = .inverseFrequency
        default:
            var factors: [Int: Double] = [:]
            for entry in text.split(separator: ",") {
                guard let equals = entry.lastIndex(of: "="), let factor = Double(entry[entry.index(after: equals)...]),
                    factor >= 0, factor.isFinite,
                    let classID = Self.classID(String(entry[..<equals]), classNames: classNames)
                else { return nil }
                factors[classID] = factor
            }
            guard !factors.isEmpty else { return nil }
            self = .factors(factors)
        }
    }

    /// A class by its name or number.
    public static func classID(_ text: String, classNames: [String]) -> Int? {
        let text = text.split(separator: " ").joined(separator: " ")
        if let index = classNames.firstIndex(of: text) { return index }
        guard let number = Int(text), number >= 0 else { return nil }
        return number
    }
}
