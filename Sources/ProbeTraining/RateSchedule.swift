import CheckedNumbers
import Foundation

/// Rates and momentum as training proceeds: linear warm-up, then half a cosine down to the final rate.
package struct RateSchedule {
    let options: TrainingOptions
    let stepsPerEpoch: Int

    /// - Parameter stepsPerEpoch: of one fold.
    package init(options: TrainingOptions, stepsPerEpoch: Int) {
        self.options = options
        self.stepsPerEpoch = stepsPerEpoch
    }

    /// What holds for one step.
    package struct Rates: Equatable {
        /// For weights and batch-norms.
        package var weights: Double
        /// For biases, which warm up from above.
        package var biases: Double
        /// SGD's momentum, and AdamW's β₁.
        package var momentum: Double
    }

    private static let firstBiasRate = 10.0
    private static let firstMomentum = 0.8

    /// Steps of the warm-up, at most half of all.
    var warmUpSteps: Int {
        let wanted = Int(clamping: options.warmUpEpochs * Double(stepsPerEpoch))
        return min(wanted, options.epochs * stepsPerEpoch / 2)
    }

    /// - Parameters:
    ///   - step: from 0, over all epochs.
    ///   - course: by which a training that has converged ends sooner; nil for all epochs that were asked for.
    package func rates(step: Int, course: TrainingCourse? = nil) -> Rates {
        let progress = (course ?? TrainingCourse(epochs: options.epochs)).progress(step / max(1, stepsPerEpoch))
        let cosine = (1 + cos(Double.pi * progress)) / 2
        let rate = options.rate * (options.finalRate + (1 - options.finalRate) * cosine)
        let plain = Rates(weights: rate, biases: rate, momentum: options.momentum)
        guard step < warmUpSteps else { return plain }
        let part = Double(step) / Double(warmUpSteps)
        // Adam's steps have the size of the rate itself: no head start for biases there.
        let bias = options.method == .sgd ? options.rate * Self.firstBiasRate : 0
        return Rates(
            weights: rate * part, biases: bias + (rate - bias) * part,
            momentum: min(Self.firstMomentum, options.momentum) * (1 - part) + options.momentum * part)
    }
}
