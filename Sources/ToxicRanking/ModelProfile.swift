import AvailableBackends
import FileReading
import NeuralKernels
import TextForms
import YOLOModel

/// Where the time of loss and full gradient goes, layer by layer.
public enum ModelProfile {
    /// One layer: milliseconds an image, and billions of operations a second.
    struct Row {
        var forward = 0.0
        var data = 0.0
        var weights = 0.0
        var operations = 0.0
    }

    /// A table for people: convolutions by layer, everything else by kind.
    ///
    /// - Parameters:
    ///   - size: side of the square image in pixels.
    ///   - images: passes that are measured, after two that are not.
    public static func text(_ model: DetectionModel, size: Int, images: Int, precision: Precision) throws -> String {
        let backend = try Backends.required(nil, precision: precision)
        try model.checkImageSize(size, file: "--size")
        let network = try backend.compile(
            model.graph, input: TensorShape(c: 3, h: size, w: size), gradient: .full, precision: precision, sharing: nil
        )
        guard let profiled = network as? any ProfiledNetwork else {
            throw FileError(
                file: backend.name, message: "keeps no profile", wayOut: "use the backend onednn")
        }
        let sample = BenchmarkSample(model, size: size)
        let clock = ContinuousClock()
        var lossTime = Duration.zero
        var total = Duration.zero
        for pass in 0..<images + 2 {
            if pass == 2 {
                profiled.keepsProfile = true
                (lossTime, total) = (.zero, .zero)
            }
            let start = clock.now
            lossTime += try sample.run(network)
            total += clock.now - start
        }
        let operations = Dictionary(
            zip(model.graph.nodes.map(\.name), model.operationsByNode(size: size) ?? []), uniquingKeysWith: +)
        return table(
            model, profiled.profile, operations, images: images, loss: lossTime, total: total, size: size,
            backend: "\(backend.name), \(precision.rawValue)")
    }

    private static func table(
        _ model: DetectionModel, _ profile: [ProfileEntry], _ operations: [String: Double], images: Int, loss: Duration,
        total: Duration, size: Int, backend: String
    ) -> String {
        func milliseconds(_ time: Duration) -> Double { time / .milliseconds(1) / Double(images) }
        var rows: [Int: Row] = [:]
        var kinds: [ProfileEntry.Kind: Double] = [:]
        for entry in profile {
            let time = milliseconds(entry.time)
            kinds[entry.kind, default: 0] += time
            let parts = entry.node.split(separator: ".")
            guard parts.count > 1, let layer = Int(parts[1]) else { continue }
            switch entry.kind {
            case .forward:
                rows[layer, default: Row()].forward += time
                rows[layer, default: Row()].operations += operations[entry.node] ?? 0
            case .backwardData: rows[layer, default: Row()].data += time
            case .backwardWeights: rows[layer, default: Row()].weights += time
            default: break
            }
        }
        let all = milliseconds(total)
        func cell(_ value: Double, _ width: Int) -> String { Columns.right(Figure.text(value, decimals: 2), width) }
        var text =
            "convolutions, ms an image at \(size) px, one thread, \(backend)\n"
            + Columns.left("layer", 22) + "   forward      data   weights     share   GFLOP/s\n"
        for layer in model.layers {
            guard let row = rows[layer.index] else { continue }
            let sum = row.forward + row.data + row.weights
            // Each of the passes does the operations once; the first layer has no gradient of its data.
            let passes = [row.forward, row.data, row.weights].count { $0 > 0 }
            text +=
                Columns.left("\(layer.index) \(layer.module)", 22) + cell(row.forward, 10) + cell(row.data, 10)
                + cell(row.weights, 10) + cell(100 * sum / all, 8) + " %"
                + cell(Double(passes) * row.operations / (sum * 1e6), 10) + "\n"
        }
        text += "\n" + Columns.left("kind", 26) + "        ms     share\n"
        var known = milliseconds(loss)
        for kind in ProfileEntry.Kind.allCases {
            guard let time = kinds[kind], time > 0 else { continue }
            known += time
            text += Columns.left(kind.rawValue, 26) + cell(time, 10) + cell(100 * time / all, 8) + " %\n"
        }
        text +=
            Columns.left("loss", 26) + cell(milliseconds(loss), 10) + cell(100 * milliseconds(loss) / all, 8) + " %\n"
        text +=
            Columns.left("other", 26) + cell(max(0, all - known), 10) + cell(100 * max(0, all - known) / all, 8)
            + " %\n"
        return text + Columns.left("all", 26) + cell(all, 10) + "\n"
    }
}
