import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

@Suite struct TrainingAdviceTests {
    /// Images with a label each, of which something is to be said: one class is rare, and classes have little gradient.
    private func images(
        count: Int, rare: Int, classification: Double = 0.8, share: Double = 0.1, matches: Int = 2,
        hasObjectness: Bool = true
    ) -> [ImageLoss] {
        (0..<count).map { number in
            var image = ImageLoss(
                sample: DatasetSample(
                    split: "train", root: "/", image: "\(number).jpg", label: "\(number).txt", hasLabelFile: true))
            image.boxes = [LabelBox(classID: number < rare ? 1 : 0, cx: 0.5, cy: 0.5, width: 0.1, height: 0.1, line: 1)]
            image.labels = [
                LabelLoss(
                    matches: matches, box: 0.1, objectness: hasObjectness ? 0.1 : nil, classification: classification,
                    gradientNorm: 1, gradientNormBox: 1, gradientNormObjectness: hasObjectness ? 0.2 : nil,
                    gradientNormClassification: share)
            ]
            return image
        }
    }

    private func advice(_ images: [ImageLoss], _ trainer: AdviceTrainer, canJudge: Bool = true) -> TrainingAdvice {
        TrainingAdvice(images, classCount: 2, trainer: trainer, canJudge: canJudge)
    }

    /// The settings of the file: a name and a number a line, before the reason.
    private func keys(_ advice: TrainingAdvice) throws -> [String: Double] {
        let lines = advice.yaml.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: try lines.map { line in
                let parts = line.split(separator: "#")[0].split(separator: ":")
                let text = String(parts[1].filter { $0 != " " })
                let value = try #require(Double(text), "\(line)")
                return (String(parts[0]), value)
            })
    }

    @Test(arguments: AdviceTrainer.allCases)
    func eachTrainerHasItsOwnSettingsAlone(trainer: AdviceTrainer) throws {
        let found = try keys(advice(images(count: 100, rare: 1), trainer))
        switch trainer {
        case .ultralytics:
            // 99 against 1: by 99^(1 − p) = 10 the power is about a half; Ultralytics takes 0…1 and ends beyond it.
            #expect(found.keys.sorted() == ["cls_pw"])
            #expect(abs((found["cls_pw"] ?? 0) - 0.5) < 0.02)
        case .ultralyticsOld: #expect(found.isEmpty)
        case .yolov5:
            #expect(found.count == 28 && found["obj_pw"] == 2 && found["cls_pw"] == 1 && found["lr0"] == 0.01)
            #expect((found["cls"] ?? 0) > 0.5 && (found["cls"] ?? 9) <= 4)
        case .yolov7:
            #expect(found.count == 29 && found["paste_in"] == 0.15 && found["obj"] == 0.7 && found["lrf"] == 0.1)
            #expect((found["cls"] ?? 0) > 0.3 && (found["cls"] ?? 9) <= 4)
        }
        #expect(found["max_norm"] == nil && found.values.allSatisfy(\.isFinite))
    }

    /// What the figures do not speak for has no line; each line that has one says why.
    @Test(arguments: AdviceTrainer.allCases)
    func whereTheFiguresSayNothingNothingIsSaid(trainer: AdviceTrainer) throws {
        let quiet = advice(images(count: 100, rare: 40, classification: 0.1, matches: 9), trainer)
        #expect(quiet.settings.isEmpty && quiet.yaml.hasPrefix("# Nothing in the losses"))
        let loud = advice(images(count: 100, rare: 1), trainer)
        #expect(loud.settings.allSatisfy { $0.reason.count > 20 })
        for setting in loud.settings {
            #expect(loud.yaml.contains("\(setting.name): \(setting.value)  # \(setting.reason)"))
        }
        // Known classes need little gradient; matched cells are many.
        #expect(
            advice(images(count: 100, rare: 40, classification: 0.1), trainer).settings.allSatisfy { $0.name != "cls" })
        #expect(advice(images(count: 100, rare: 40, matches: 9), trainer).settings.allSatisfy { $0.name != "obj_pw" })
    }

    /// Losses without objectness, and models that cannot judge, say nothing of gains.
    @Test func onlyWhatTheModelKnowsIsAdvised() {
        let without = images(count: 100, rare: 40, hasObjectness: false)
        #expect(advice(without, .yolov5).settings.isEmpty)
        let undertrained = advice(images(count: 100, rare: 1), .yolov5, canJudge: false)
        #expect(undertrained.settings.isEmpty && undertrained.yaml.contains("learned too little"))
        // How rare a class is does not hang on the models.
        #expect(advice(images(count: 100, rare: 1), .ultralytics, canJudge: false).settings.map(\.name) == ["cls_pw"])
    }
}
