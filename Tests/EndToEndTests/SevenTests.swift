import Foundation
import TestSupport
import Testing

/// A narrow YOLOv7 with figures of its own framework (scripts/reference/model_figures.py v7:yolov7-narrow), by the tools.
@Suite struct SevenTests {
    private struct Figures: Decodable {
        struct Image: Decodable {
            var loss: Double
            var items: [Double]
            var gradientNorm: Double

            enum CodingKeys: String, CodingKey {
                case loss, items
                case gradientNorm = "gradient_norm"
            }
        }
        var size: Int
        var images: [String: Image]
    }

    private struct Row: Decodable {
        var image: String
        var loss: Double
        var box: Double
        var obj: Double
        var cls: Double
        var gradientNorm: Double

        enum CodingKeys: String, CodingKey {
            case image, loss, box, obj, cls
            case gradientNorm = "gradient_norm"
        }
    }

    private let folder = SharedMaterial.checkout.path + "/Tests/YOLOModelTests/Figures/yolov7"

    @Test(arguments: [[], ["--backend", "reference"]])
    func lossAndGradientAreThoseOfTheFramework(more: [String]) throws {
        let place = try TemporaryFolder()
        let outcome = try Executables.run(
            "assay-toxic",
            [
                "rank", folder + "/data.yaml", "--weights", folder + "/yolov7-narrow.pt", "--size", "128",
                "--letterbox", "rectangle", "--splits", "val", "--format", "json", "--quiet", "--output",
                place.path + "/ranking",
            ] + more, in: place.path)
        #expect(outcome.status < 2, "\(outcome.errors)")
        let rows = try JSONDecoder().decode([Row].self, from: Data(outcome.output.utf8))
        let text = try Data(contentsOf: URL(fileURLWithPath: folder + "/yolov7-narrow.json"))
        let figures = try JSONDecoder().decode(Figures.self, from: text)
        #expect(rows.count == figures.images.count)
        for row in rows {
            let figure = try #require(figures.images[URL(fileURLWithPath: row.image).lastPathComponent])
            #expect(abs(row.loss / figure.loss - 1) < 1e-5, "\(row.image)")
            #expect(abs(row.box - figure.items[0]) < 1e-5 && abs(row.obj - figure.items[1]) < 1e-5)
            #expect(abs(row.cls - figure.items[2]) < 1e-5)
            #expect(abs(row.gradientNorm / figure.gradientNorm - 1) < 1e-4, "\(row.image)")
        }
    }

    @Test func theModelIsNamedAndTellsItsAssigner() throws {
        let place = try TemporaryFolder()
        let outcome = try Executables.run("assay-toxic", ["model", folder + "/yolov7-narrow.pt"], in: place.path)
        #expect(outcome.status == 0 && outcome.output.contains("IDetect"), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("SimOTA"))
    }

    /// Its model YAML is no text, so that no head for other classes can be made.
    @Test func aProbeDoesNotStartFromIt() throws {
        let place = try Workplace()
        let outcome = try place.run(
            "assay-probe", "shapes/data.yaml", "--weights", folder + "/yolov7-narrow.pt", "--output", "probe")
        #expect(outcome.status == 2 && outcome.errors.contains("yolov7-narrow.pt"))
        #expect(outcome.errors.contains("start from"), "\(outcome.errors)")
    }
}
