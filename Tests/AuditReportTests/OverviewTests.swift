import AuditPlan
import AuditReport
import Findings
import Testing
import TextForms

@Suite struct OverviewTests {
    private func finding(_ code: String, _ severity: Severity, _ effect: TrainerEffect = .kept("")) -> Finding {
        Finding(code: code, severity: severity, file: "f", line: 1, message: "m", effect: effect, fix: "x")
    }

    @Test func aLightSaysWhetherItTrains() {
        func level(_ findings: [Finding], dropped: Int) -> OverviewLight.Level {
            OverviewLight.trainable(findings, images: 10, dropped: dropped).level
        }
        #expect(level([], dropped: 0) == .green)
        #expect(level([finding("B003", .warning)], dropped: 0) == .green)
        #expect(level([finding("B005", .error)], dropped: 0) == .amber)
        #expect(level([], dropped: 3) == .amber)
        #expect(level([], dropped: 10) == .red)
        #expect(level([finding("D019", .error, .stops("no"))], dropped: 0) == .red)
    }

    @Test func leaksAreFoundByTheirRules() {
        #expect(OverviewLight.leakage([finding("B005", .error)]).level == .green)
        #expect(OverviewLight.leakage([finding("D006", .warning)]).level == .amber)
        #expect(OverviewLight.leakage([finding("D006", .warning), finding("D005", .error)]).level == .red)
    }

    @Test func expectedErrorsHaveAnInterval() {
        let rows = (0..<100).map { index in
            SuspicionRow(
                id: "\(index)", image: "a", line: 1, kind: .shifted, score: 0.5, impact: 0, class: nil, cx: nil,
                cy: nil,
                w: nil, h: nil, evidence: "")
        }
        let light = OverviewLight.wrong(rows, expected: [("shifted", 50), ("missing", 7)], labels: 1_000)
        // 1.96 × √(100 × 0.25) on both sides of 50.
        #expect(light.headline == "about 50" && light.detail.hasPrefix("40–60 of 1000 labels"))
        #expect(light.detail.contains("without a label: 7") && light.level == .amber)
    }

    @Test func theJudgeIsJudged() {
        func level(_ found: Double?, _ isOutOfFold: Bool) -> OverviewLight.Level {
            OverviewLight.judge(found: found, isOutOfFold: isOutOfFold, isCalibrated: true).level
        }
        #expect(level(0.95, true) == .green && level(0.7, true) == .amber && level(0.3, true) == .red)
        #expect(level(0.95, false) == .amber && level(nil, true) == .grey)
    }

    /// Commands are words of a shell whatever files are called.
    @Test func commandsAreQuoted() {
        var content = ReportContent()
        content.datasetPath = "/data/my set's/data.yaml"
        let steps = NextStep.list(content, dropped: 1)
        #expect(steps[0].commands[1] == "assay-labels '/data/my set'\\''s/data.yaml' --fix")
        #expect(steps[0].text.contains("1 image;"))
    }

    /// Predictions of several views say the same thing once.
    @Test func repeatedPredictionsAreLeftOut() {
        func row(_ id: Int, _ cx: Double, _ confidence: Double) -> PredictionRow {
            PredictionRow(image: "a", class: id, confidence: confidence, cx: cx, cy: 0.5, w: 0.2, h: 0.2)
        }
        let kept = PredictionSuppression.kept([
            row(0, 0.5, 0.9), row(0, 0.51, 0.8), row(1, 0.5, 0.7), row(0, 0.8, 0.6),
        ])
        #expect(kept.map(\.confidence) == [0.9, 0.7, 0.6])
    }
}
