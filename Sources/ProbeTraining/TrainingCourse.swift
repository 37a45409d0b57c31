import CheckedNumbers

/// When a training ends: after the epochs that were asked for, or before, where it has converged.
///
/// Whether it has is decided by the losses of held-out images alone, never by the clock: the same for any number of
/// threads, and after a run that was cut short. What is left of the schedule is then run through in a third of the epochs
/// that were done, so that rates fall to their end and the last views are plain ones, as in a training that was not ended.
package struct TrainingCourse: Sendable, Hashable {
    /// The epochs that were asked for: the most.
    package let asked: Int
    /// The finished epochs at which it had converged; nil where it has not.
    package private(set) var turn: Int?

    /// Looks without a gain, after which a training has converged.
    static let patience = 2
    /// A loss that lies this part below the least before is a gain.
    static let leastGain = 0.02
    /// Looks before which nothing is decided: in the first the warm-up still has its say.
    static let leastLooks = 4

    /// - Parameter epochs: that were asked for.
    package init(epochs: Int) { asked = epochs }

    /// The number of epochs, as far as is known by now.
    package var epochs: Int {
        guard let turn else { return asked }
        return min(asked, turn + max(1, (turn + 2) / 3))
    }

    /// Whether it ends before the epochs that were asked for.
    package var hasConverged: Bool { epochs < asked }

    /// Takes note of the losses of held-out images, those of all looks so far in their order.
    package mutating func look(at traces: [LossTrace]) {
        guard turn == nil, let last = traces.last, Self.hasConverged(traces.map(\.mean)) else { return }
        turn = last.epoch + 1
    }

    /// Whether the last looks gained nothing on those before.
    static func hasConverged(_ losses: [Double]) -> Bool {
        guard losses.count >= leastLooks, let before = losses.dropLast(patience).min(),
            let since = losses.suffix(patience).min()
        else { return false }
        return !(since < (1 - leastGain) * before)
    }

    /// How far an epoch is on the way from 0 to 1.
    package func progress(_ epoch: Int) -> Double {
        let whole = Double(max(1, asked))
        guard let turn, epoch > turn else { return Double(epoch) / whole }
        let start = Double(turn) / whole
        return start + (1 - start) * Double(epoch - turn) / Double(max(1, epochs - turn))
    }
}

extension LossTrace {
    /// Over the images that have one; infinite where none has.
    var mean: Double {
        let known = losses.compactMap(\.self)
        return known.isEmpty ? .infinity : known.reduce(0, +) / Double(known.count)
    }
}
