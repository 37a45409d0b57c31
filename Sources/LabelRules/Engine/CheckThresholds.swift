import FileReading

/// The limits that a person has set; all others are the defaults that stand on the rules.
public struct CheckThresholds: Sendable, Hashable {
    /// By name, without those that equal their default: equal limits are equal values, however they were set.
    private var changed: [String: Double] = [:]

    /// The defaults.
    public init() {}

    /// The limit in force, in the threshold's unit.
    public subscript(threshold: RuleThreshold) -> Double { changed[threshold.name] ?? threshold.default }

    /// Sets the limit of that name.
    ///
    /// - Throws: `ThresholdError`, which names the known thresholds or the range; nothing is set then.
    public mutating func set(_ name: String, to value: Double) throws(ThresholdError) {
        guard let threshold = RuleRegistry.thresholds.first(where: { $0.name == name }) else {
            throw .unknown(name: name)
        }
        guard threshold.range.contains(value) else { throw .outOfRange(threshold, value: value) }
        changed[name] = value == threshold.default ? nil : value
    }

    /// What differs from the defaults, by name.
    public var entries: [(name: String, value: Double)] {
        changed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension CheckThresholds: Digestible {
    /// Adds what differs from the defaults, in the order of the names: a new threshold changes no old digest.
    public func add(to digest: inout DigestBuilder) { changed.add(to: &digest) }
}
