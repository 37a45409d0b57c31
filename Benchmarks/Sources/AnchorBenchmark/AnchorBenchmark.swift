import AnchorFitting
import FileReading
import Foundation
import Randomness
import YOLODataset
import YOLOModel

/// The anchor search alone, on boxes from a file.
///
///     AnchorBenchmark mixture BOXES FILE.csv      writes a log-normal mixture like COCO's boxes
///     AnchorBenchmark boxes DATA.yaml FILE.csv    writes the boxes of a dataset's training split at 640 px
///     AnchorBenchmark fit FILE.csv COUNT SEED     prints: seconds fitness
@main struct AnchorBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "mixture" where arguments.count == 3:
            guard let number = Int(arguments[1]), number > 0 else { usage() }
            try write(mixture(number), to: arguments[2])
        case "boxes" where arguments.count == 3:
            let dataset = try Dataset.open(arguments[1])
            let boxes = try AnchorBoxes.read(
                dataset, splits: ["train"], input: TrainingInput(size: 640), jobs: WorkerPool.defaultJobs)
            try write(boxes.sizes, to: arguments[2])
        case "fit" where arguments.count == 4:
            guard let count = Int(arguments[2]), let seed = UInt64(arguments[3]), count > 0 else { usage() }
            let boxes = try read(arguments[1])
            let start = ContinuousClock.now
            let anchors = AnchorFit.fit(boxes, count: count, seed: seed)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print("\((seconds * 1000).rounded() / 1000) \(AnchorMetrics.measure(anchors, on: boxes).fitness)")
        default: usage()
        }
    }

    private static func usage() -> Never {
        FileHandle.standardError.write(
            Data("usage: AnchorBenchmark mixture BOXES FILE | boxes DATA.yaml FILE | fit FILE COUNT SEED\n".utf8))
        exit(2)
    }

    private static func write(_ boxes: [AnchorSize], to path: String) throws {
        try AtomicFile.write(boxes.map { "\($0.width),\($0.height)\n" }.joined(), to: path)
    }

    private static func read(_ path: String) throws -> [AnchorSize] {
        let text = String(decoding: try FileReading.bytes(ofFile: path), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let sides = line.split(separator: ",").compactMap { Double($0) }
            return sides.count == 2 ? AnchorSize(width: sides[0], height: sides[1]) : nil
        }
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
