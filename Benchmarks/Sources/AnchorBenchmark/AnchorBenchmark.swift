import AnchorFitting
import Foundation
import YOLOModel

/// The anchor search on a log-normal mixture of boxes, reading apart.
///
///     AnchorBenchmark BOXES COUNT SEED [FILE.csv]
///
/// Prints: boxes anchors seconds fitness. FILE.csv gets the boxes, for measuring another tool on the same ones.
@main struct AnchorBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard (4...5).contains(arguments.count), let number = Int(arguments[1]), let count = Int(arguments[2]),
            let seed = UInt64(arguments[3]), number > 0, count > 0
        else {
            FileHandle.standardError.write(Data("usage: AnchorBenchmark BOXES COUNT SEED [FILE.csv]\n".utf8))
            exit(2)
        }
        let boxes = mixture(number)
        if arguments.count == 5 {
            let rows = boxes.map { "\($0.width),\($0.height)\n" }.joined()
            try Data(rows.utf8).write(to: URL(fileURLWithPath: arguments[4]))
        }
        let start = ContinuousClock.now
        let anchors = AnchorFit.fit(boxes, count: count, seed: seed)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let fitness = AnchorMetrics.measure(anchors, on: boxes).fitness
        print("\(number) \(count) \((seconds * 1000).rounded() / 1000) \(fitness)")
    }

    /// Sizes like COCO's at 640 px: four log-normal clouds, kept within 2…640 px.
    private static func mixture(_ count: Int) -> [AnchorSize] {
        let clouds = [(18.0, 22.0, 0.5), (48, 60, 0.6), (110, 140, 0.6), (300, 280, 0.45)]
        func normal(_ counter: Int) -> Double {
            // Box and Muller.
            let a = Double(CounterBasedNumber.bits(seed: 3, counter: UInt64(2 * counter)) >> 11) / Double(1 << 53)
            let b = Double(CounterBasedNumber.bits(seed: 3, counter: UInt64(2 * counter + 1)) >> 11) / Double(1 << 53)
            return (-2 * log(1 - a)).squareRoot() * cos(2 * .pi * b)
        }
        return (0..<count).map { index in
            let cloud = clouds[index % clouds.count]
            let common = normal(3 * index) * cloud.2
            func side(_ centre: Double, _ own: Double) -> Double { min(640, max(2, centre * exp(common + 0.35 * own))) }
            return AnchorSize(width: side(cloud.0, normal(3 * index + 1)), height: side(cloud.1, normal(3 * index + 2)))
        }
    }
}
