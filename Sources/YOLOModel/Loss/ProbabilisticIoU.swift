import Foundation
import Geometry

/// A turned box as a normal distribution with the mean and the covariance of its points (Llerena et al., 2021).
struct GaussianBox {
    let x: Double
    let y: Double
    /// Variance from left to right, and from top to bottom.
    let across: Double
    let down: Double
    let covariance: Double

    /// - Parameter floor: added to the variance along each side.
    init(_ box: RotatedBox, floor: Double = 0) {
        let (sine, cosine) = (sin(box.angle), cos(box.angle))
        let (along, beside) = (box.width * box.width / 12 + floor, box.height * box.height / 12 + floor)
        (x, y) = (box.centre.x, box.centre.y)
        across = along * cosine * cosine + beside * sine * sine
        down = along * sine * sine + beside * cosine * cosine
        covariance = (along - beside) * cosine * sine
    }

    var determinant: Double { max(0, across * down - covariance * covariance) }
}

/// 1 − the Hellinger distance of two turned boxes, taken as normal distributions: ProbIoU.
///
/// With A, C and K the sums of the variances across and down and of the covariances, and dx, dy the distance of the centres,
/// the Bhattacharyya distance is B = (A·dy² + C·dx² − 2K·dx·dy)/4(AC − K²) + ½·log((AC − K²)/4√(det₁·det₂)), and
/// ProbIoU = 1 − √(1 − e^−B).
struct ProbabilisticIoU {
    private static let epsilon = 1e-7
    private static let bounds = 1e-7...100.0

    private let first: GaussianBox
    private let second: GaussianBox
    private let distance: Double
    /// 1 − the Hellinger distance; a hair under 0 for boxes without anything in common.
    let value: Double

    init(_ first: GaussianBox, _ second: GaussianBox) {
        (self.first, self.second) = (first, second)
        let sums = Sums(first, second)
        let roots = 4 * (first.determinant * second.determinant).squareRoot() + Self.epsilon
        distance =
            sums.spread / (sums.determinant + Self.epsilon) / 4
            + 0.5 * log(sums.determinant / roots + Self.epsilon)
        let cut = min(max(distance, Self.bounds.lowerBound), Self.bounds.upperBound)
        value = 1 - (1 - exp(-cut) + Self.epsilon).squareRoot()
    }

    private struct Sums {
        let dx: Double
        let dy: Double
        let across: Double
        let down: Double
        let covariance: Double

        init(_ a: GaussianBox, _ b: GaussianBox) {
            (dx, dy) = (a.x - b.x, a.y - b.y)
            (across, down) = (a.across + b.across, a.down + b.down)
            covariance = a.covariance + b.covariance
        }

        var determinant: Double { across * down - covariance * covariance }
        var spread: Double { across * dy * dy + down * dx * dx - 2 * covariance * dx * dy }
    }

    /// What changes with the first box.
    struct Slopes {
        var x = 0.0
        var y = 0.0
        var width = 0.0
        var height = 0.0
        var angle = 0.0
    }

    /// The derivatives of `value` by the first box.
    ///
    /// - Parameter box: what the first distribution was made of.
    func slopes(_ box: RotatedBox) -> Slopes {
        guard Self.bounds.contains(distance) else { return Slopes() }
        let raised = exp(-distance)
        let factor = -raised / (2 * (1 - raised + Self.epsilon).squareRoot())
        let sums = Sums(first, second)
        let divisor = sums.determinant + Self.epsilon
        let roots = 4 * (first.determinant * second.determinant).squareRoot() + Self.epsilon
        let ratio = sums.determinant / roots
        // By the determinant of the sums, and by that of the first box.
        let bySum = -sums.spread / (divisor * divisor) / 4 + 0.5 / (roots * (ratio + Self.epsilon))
        let root = first.determinant > 0 ? (second.determinant / first.determinant).squareRoot() : 0
        let byOwn = -0.5 * ratio / (ratio + Self.epsilon) * 2 * root / roots
        // By the two variances and the covariance of the first box.
        let byAcross = factor * (sums.dy * sums.dy / divisor / 4 + bySum * sums.down + byOwn * first.down)
        let byDown = factor * (sums.dx * sums.dx / divisor / 4 + bySum * sums.across + byOwn * first.across)
        let byCovariance =
            factor
            * (-sums.dx * sums.dy / divisor / 2 - 2 * bySum * sums.covariance - 2 * byOwn * first.covariance)
        let (sine, cosine) = (sin(box.angle), cos(box.angle))
        let byAlong = byAcross * cosine * cosine + byDown * sine * sine + byCovariance * cosine * sine
        let byBeside = byAcross * sine * sine + byDown * cosine * cosine - byCovariance * cosine * sine
        // The floor has no part in the difference of the variances.
        let difference = (box.width * box.width - box.height * box.height) / 12
        return Slopes(
            x: factor * (sums.down * sums.dx - sums.covariance * sums.dy) / divisor / 2,
            y: factor * (sums.across * sums.dy - sums.covariance * sums.dx) / divisor / 2,
            width: byAlong * box.width / 6, height: byBeside * box.height / 6,
            angle: 2 * first.covariance * (byDown - byAcross)
                + byCovariance * difference * (cosine * cosine - sine * sine))
    }
}
