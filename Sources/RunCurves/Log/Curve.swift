import CheckedNumbers

/// Values over epochs, with the few statistics that diagnoses stand on. All of them are of ranks or medians: one wild
/// epoch moves none.
public struct Curve: Sendable {
    /// Finite values by epoch.
    public let points: [(epoch: Int, value: Double)]
    /// Epochs whose value is nan or infinite.
    public let broken: [Int]

    /// - Parameter values: in the order of the epochs.
    init(_ values: [(epoch: Int, value: Double)]) {
        points = values.filter(\.value.isFinite)
        broken = values.filter { !$0.value.isFinite }.map(\.epoch)
    }

    /// Whether no value is finite.
    public var isEmpty: Bool { points.isEmpty }
    /// How many values are finite.
    public var count: Int { points.count }
    /// The finite values in order.
    var values: [Double] { points.map(\.value) }

    /// How many epochs make up a beginning or an end: three, or a quarter where there are fewer than twelve.
    var reach: Int { max(1, min(3, count / 4)) }

    /// The median of the first epochs; nil without any.
    public var start: Double? { Self.median(Array(values.prefix(reach))) }
    /// The median of the last epochs; nil without any.
    public var end: Double? { Self.median(Array(values.suffix(reach))) }
    /// The smallest value.
    public var least: Double? { values.min() }
    /// The largest value.
    public var most: Double? { values.max() }

    /// What part of the beginning is gone at the end: 0.4 where a loss fell from 10 to 6; below 0 where it rose.
    public var fall: Double? {
        guard let start, let end, start != 0 else { return nil }
        return (start - end) / abs(start)
    }

    /// What part of the highest level, smoothed, is gone at the end.
    var fallFromPeak: Double? {
        guard let peak = smooth.most, let end, peak > 0 else { return nil }
        return (peak - end) / peak
    }

    /// The epoch of the smallest value, smoothed.
    var leastEpoch: Int? { smooth.points.min { $0.value < $1.value }?.epoch }

    /// Each value as the median of itself and its neighbours.
    var smooth: Curve {
        let values = values
        return Curve(
            points.indices.map { index in
                let window = values[max(0, index - 1)...min(count - 1, index + 1)]
                return (points[index].epoch, Self.median(Array(window)) ?? values[index])
            })
    }

    /// The part from an epoch on.
    func from(_ epoch: Int) -> Curve { Curve(points.filter { $0.epoch >= epoch }) }

    /// The part up to an epoch.
    func until(_ epoch: Int) -> Curve { Curve(points.filter { $0.epoch <= epoch }) }

    /// The value of an epoch.
    public func value(at epoch: Int) -> Double? { points.first { $0.epoch == epoch }?.value }

    /// How much a value differs from the one before, as a rule: the median of the differences' sizes.
    var jitter: Double {
        let values = values
        return Self.median(zip(values.dropFirst(), values).map { abs($0 - $1) }) ?? 0
    }

    /// The middle value, or the mean of the two in the middle; nil of nothing.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }

    /// Spearman's rank correlation of the values with the epochs: 1 where they only rise, −1 where they only fall.
    var trend: Double {
        guard count > 2 else { return 0 }
        let ranks = Self.ranks(values)
        let mean = Double(count - 1) / 2
        var across = 0.0
        var along = 0.0
        var up = 0.0
        for (index, rank) in ranks.enumerated() {
            across += (Double(index) - mean) * (rank - mean)
            along += (Double(index) - mean) * (Double(index) - mean)
            up += (rank - mean) * (rank - mean)
        }
        return along > 0 && up > 0 ? across / (along * up).squareRoot() : 0
    }

    /// From 0; equal values share the mean of their ranks.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var at = 0
        while at < order.count {
            var end = at
            while end + 1 < order.count, values[order[end + 1]] == values[order[at]] { end += 1 }
            for place in at...end { ranks[order[place]] = Double(at + end) / 2 }
            at = end + 1
        }
        return ranks
    }
}
