import AnchorFitting
import FileReading
import Foundation
import Imaging
import TestSupport
import Testing
import YOLODataset

@Suite struct AnchorRequestTests {
    @Test func sizesAndLevels() throws {
        var request = AnchorRequest()
        request.size = "640x384"
        request.strides = [8, 16, 32, 64]
        request.count = 8
        let settings = try request.settings(classNames: [], source: nil)
        #expect(settings.input == TrainingInput(width: 640, height: 384))
        #expect(settings.levels.perLevel == [2, 2, 2, 2])
        request.perLevel = [1, 2, 2, 3]
        #expect(try request.settings(classNames: [], source: nil).levels.count == 8)
        request.count = nil
        request.perLevel = [3]
        #expect(try request.settings(classNames: [], source: nil).levels.name(3) == "P6/64")
    }

    @Test(
        arguments: [
            { $0.size = "640x" }, { $0.size = "10" },
            {
                $0.count = 7
                $0.strides = [8, 16]
            },
            { $0.strides = [16, 8] }, { $0.scales = "1.5..0.5" }, { $0.augmentScale = 1 }, { $0.classWeights = "x=2" },
            { $0.leastRecall = 1.5 }, { $0.folds = 1 }, { $0.count = 0 },
        ] as [@Sendable (inout AnchorRequest) -> Void])
    func wrongSettingsAreNamed(change: @Sendable (inout AnchorRequest) -> Void) {
        var request = AnchorRequest()
        change(&request)
        #expect(throws: AnchorRequest.Problem.self) {
            _ = try request.settings(classNames: ["car"], source: nil)
        }
    }

    @Test func classesByNameAndNumber() throws {
        var request = AnchorRequest()
        request.classes = ["traffic light", "0"]
        #expect(try request.classIDs(classNames: ["car", "traffic light"]) == [0, 1])
        request.classes = ["bus"]
        #expect(throws: AnchorRequest.Problem.self) { try request.classIDs(classNames: ["car"]) }
        #expect(ClassWeights(parsing: "car=2,1=0.5", classNames: ["car"]) == .factors([0: 2, 1: 0.5]))
    }

    /// Four images of 200 × 100 px, each with a box of half its width and height, and one of class 1.
    private func dataset(_ folder: TemporaryFolder) throws -> Dataset {
        let image = RGBImage(width: 200, height: 100, pixels: [UInt8](repeating: 90, count: 60_000))
        let jpeg = try #require(ImageEncoder.jpeg(image, quality: 80))
        for index in 0..<4 {
            try folder.write(jpeg, to: "images/train/\(index).jpg")
            try folder.write(
                Array("0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.1 \(0.1 + 0.01 * Double(index))\n".utf8),
                to: "labels/train/\(index).txt")
        }
        try folder.write(
            Array("path: .\ntrain: images/train\nval: images/train\nnc: 2\nnames: [a, b]\n".utf8), to: "data.yaml")
        return try Dataset.open(folder.path + "/data.yaml")
    }

    @Test func letterboxAndStretch() throws {
        let folder = try TemporaryFolder()
        let dataset = try dataset(folder)
        func first(_ input: TrainingInput) throws -> AnchorSize {
            try AnchorBoxes.read(dataset, splits: ["train"], input: input, classes: [0], jobs: 1).sizes[0]
        }
        #expect(try first(TrainingInput(size: 640)) == AnchorSize(width: 320, height: 160))
        #expect(try first(TrainingInput(width: 640, height: 160)) == AnchorSize(width: 160, height: 80))
        #expect(try first(TrainingInput(size: 416, resize: .stretch)) == AnchorSize(width: 208, height: 208))
    }

    @Test func aComparisonIsWholeAndTheSameForAnyJobs() throws {
        let folder = try TemporaryFolder()
        let dataset = try dataset(folder)
        var request = AnchorRequest()
        request.count = 3
        request.folds = 2
        request.certifies = true
        let source = AnchorSource.list(parsing: "320,160, 64,32, 2,2")
        let settings = try request.settings(classNames: dataset.classNames, source: source)
        let texts = try [1, 2].map { jobs in
            let boxes = try AnchorBoxes.read(dataset, splits: ["train"], input: settings.input, jobs: jobs)
            let comparison = try AnchorComparison.make(boxes: boxes, source: source, settings: settings, jobs: jobs)
            #expect(comparison.newDetail.classes.map(\.boxes) == [4, 4])
            #expect(comparison.newDetail.levels.map(\.best).reduce(0, +) == 8)
            #expect(comparison.heldOut?.folds == 2)
            #expect((comparison.bound?.fitness ?? 0) >= comparison.newMetrics.fitness)
            #expect(comparison.verdict == .new && comparison.newMetrics.fitness > 0.97)
            let plot = AnchorPlot(comparison, boxes, seed: 0)
            let png = try ImageDecoder.decode(try plot.png("p.png"), file: "p.png").image
            #expect(Set(png.pixels).count > 20)
            #expect(plot.svg().hasPrefix("<svg ") && plot.svg().contains("how many anchors are enough?"))
            return AnchorText.text(comparison, classNames: dataset.classNames) + AnchorWriter.json(comparison)
                + plot.svg()
        }
        #expect(texts[0] == texts[1])
        #expect((try? JSONSerialization.jsonObject(with: Data(texts[0].utf8))) == nil)
        let json = texts[0][try #require(texts[0].firstRange(of: "{\n  \"anchors\"")).lowerBound...]
        let end = try #require(json.firstRange(of: "<svg")).lowerBound
        #expect((try? JSONSerialization.jsonObject(with: Data(json[..<end].utf8))) != nil)
    }

    @Test func goodAnchorsAreKept() throws {
        let folder = try TemporaryFolder()
        let dataset = try dataset(folder)
        var request = AnchorRequest()
        request.count = 3
        let boxes = try AnchorBoxes.read(dataset, splits: ["train"], input: TrainingInput(size: 640), jobs: 1)
        let best = AnchorFit.fit(boxes.sizes, count: 3, seed: 0)
        let list = best.map { "\($0.width),\($0.height)" }.joined(separator: ",")
        let source = AnchorSource.list(parsing: list)
        let comparison = try AnchorComparison.make(
            boxes: boxes, source: source, settings: try request.settings(classNames: [], source: source), jobs: 1)
        #expect(comparison.verdict == .keep && comparison.chosen == best)
        #expect(AnchorText.text(comparison, classNames: ["a", "b"]).contains("keep your anchors"))
    }
}
