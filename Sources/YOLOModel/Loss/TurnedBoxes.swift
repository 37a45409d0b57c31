import Foundation
import Geometry

/// How a head says the angle of a turned box.
public enum AngleCoding: String, Sendable, Hashable {
    /// (σ − ¼)·π: from −π/4 to 3π/4.
    case logistic
    /// As it is, in radians: 26.
    case plain

    /// In radians.
    func angle(_ logit: Double) -> Double {
        switch self {
        case .logistic: (Logistic.sigmoid(logit) - 0.25) * .pi
        case .plain: logit
        }
    }

    /// The derivative of the angle by what the head says.
    func slope(_ logit: Double) -> Double {
        switch self {
        case .logistic:
            let s = Logistic.sigmoid(logit)
            return .pi * s * (1 - s)
        case .plain: return 1
        }
    }
}

/// A turned box by the distances of its sides from an anchor point, in cells, along its own directions.
struct TurnedSides {
    /// To the left, top, right and bottom side.
    let distances: SIMD4<Double>
    /// In radians.
    let angle: Double

    /// As seen from the anchor point.
    var box: RotatedBox {
        let (x, y) = ((distances[2] - distances[0]) / 2, (distances[3] - distances[1]) / 2)
        let (sine, cosine) = (sin(angle), cos(angle))
        return RotatedBox(
            centre: PlanePoint(x * cosine - y * sine, x * sine + y * cosine), width: distances[0] + distances[2],
            height: distances[1] + distances[3], angle: angle)
    }

    /// The derivatives by the distances and by the angle of what has these derivatives by the box.
    func slopes(_ by: ProbabilisticIoU.Slopes) -> (distances: SIMD4<Double>, angle: Double) {
        let (sine, cosine) = (sin(angle), cos(angle))
        // Half of how the centre moves along the box's own two directions.
        let along = (by.x * cosine + by.y * sine) / 2
        let beside = (by.y * cosine - by.x * sine) / 2
        let centre = box.centre
        return (
            SIMD4(by.width - along, by.height - beside, by.width + along, by.height + beside),
            by.angle + by.y * centre.x - by.x * centre.y
        )
    }
}

/// Reads turned boxes from a head's outputs, three a level: distances, classes, angles.
struct TurnedDecoder {
    /// Outputs of a level.
    static let perLevel = 3

    let outputs: [[Float]]
    let grid: AnchorPointGrid
    let coding: DistanceCoding
    let angles: AngleCoding

    /// What an anchor's cell says, in cells.
    func sides(_ place: (level: Int, cell: Int)) -> TurnedSides {
        let first = Self.perLevel * place.level
        return TurnedSides(
            distances: coding.distances(outputs[first], plane: grid.plane(place.level), cell: place.cell),
            angle: angles.angle(Double(outputs[first + 2][place.cell])))
    }

    /// An anchor's box in pixels.
    func box(_ anchor: Int) -> RotatedBox {
        let (x, y, stride) = grid.centre(anchor)
        let box = sides(grid.place(anchor)).box
        return RotatedBox(
            centre: PlanePoint((x + box.centre.x) * stride, (y + box.centre.y) * stride), width: box.width * stride,
            height: box.height * stride, angle: box.angle)
    }
}
