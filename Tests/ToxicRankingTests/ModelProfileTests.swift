import AvailableBackends
import FileReading
import NeuralKernels
import Testing
import ToxicRanking
import YOLOModel

@Suite struct ModelProfileTests {
    @Test(.enabled(if: Backends.all.count > 1, "this build has no backend that keeps a profile"))
    func everyLayerHasItsTime() throws {
        let yaml = try #require(StandardModels.yaml(named: "yolov5n", classCount: 2))
        let model = try ModelYAML.parse(yaml, file: "yolov5n.yaml").makeModel()
        let lines = try ModelProfile.text(model, size: 64, images: 2, precision: .single).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("0 Conv ") } && lines.contains { $0.hasPrefix("24 Detect ") })
        // The shares of the kinds are the whole.
        let start = try #require(lines.firstIndex { $0.hasPrefix("kind") })
        let shares = lines[(start + 1)...].compactMap { line -> Double? in
            let parts = line.split(separator: " ")
            return parts.last == "%" ? Double(parts[parts.count - 2]) : nil
        }
        #expect(shares.count >= 6 && abs(shares.reduce(0, +) - 100) < 1, "\(shares)")
    }

    @Test func whatDoesNotFitIsExplained() throws {
        let yaml = try #require(StandardModels.yaml(named: "yolov5n", classCount: 2))
        let model = try ModelYAML.parse(yaml, file: "yolov5n.yaml").makeModel()
        #expect(throws: FileError.self) { try ModelProfile.text(model, size: 100, images: 1, precision: .single) }
    }
}
