import AnchorFitting
import Foundation
import Randomness
import YOLOModel

/// Log-normal sizes around three centres.
func boxMixture(_ count: Int, seed: UInt64) -> [AnchorSize] {
    (0..<count).map { index in
        func unit(_ k: Int) -> Double {
            Double(CounterBasedNumber.symmetricUnit(seed: seed, counter: UInt64(4 * index + k)))
        }
        let centre = [(20.0, 30.0), (80.0, 60.0), (200.0, 240.0)][index % 3]
        return AnchorSize(
            width: centre.0 * exp(0.5 * unit(0) + 0.3 * unit(1)), height: centre.1 * exp(0.5 * unit(0) + 0.3 * unit(2)))
    }
}
