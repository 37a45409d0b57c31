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

    @Test func expectedErrorsHaveBounds() {
        let light = OverviewLight.wrong(
            [
                .shifted: .init(mean: 40, low: 3.2, high: 90.1), .spurious: .init(mean: 10, low: 1.1, high: 9_000),
                .missing: .init(mean: 7, low: 0.4, high: 300), .image: .init(mean: 9, low: 9, high: 9),
            ], labels: 1_000)
        // No more labels are wrong than there are.
        #expect(light.headline == "about 50" && light.detail.hasPrefix("4–1000 of 1000 labels"), "\(light)")
        #expect(light.detail.contains("without a label: 7 (0–300)") && light.level == .amber)
        #expect(light.detail.contains("each decision makes this surer"))
        let decided = OverviewLight.wrong([.shifted: .init(mean: 40, low: 30, high: 50)], labels: 1_000, decisions: 20)
        #expect(decided.detail.contains("by 20 decisions"))
    }

    @Test func theJudgeIsJudged() {
        func level(_ found: Double?, _ isOutOfFold: Bool) -> OverviewLight.Level {
            OverviewLight.judge(found: found, isOutOfFold: isOutOfFold, isCalibrated: true).level
        }
        #expect(level(0.95, true) == .green && level(0.7, true) == .amber && level(0.3, true) == .red)
        #expect(level(0.95, false) == .amber && level(nil, true) == .grey)
        let poor = OverviewLight.judge(
            found: 0.95, ap50: 0.02, isOutOfFold: true, isCalibrated: true, canJudge: false)
        #expect(poor.level == .red && poor.detail.contains("AP50 0.02"))
    }

    /// A judge that cannot judge is the first thing on the page, and nothing is to be decided before it can.
    @Test func aJudgeThatCannotJudgeComesFirst() throws {
        var content = ReportContent()
        #expect(!ReportPage.render(content).contains("class=\"banner\""))
        content.doubt = "cannot judge <these> labels: 24 steps; train for 9 epochs or more: --epochs 9"
        content.isOutOfFold = true
        content.suspicions = [
            .init(
                id: "a", image: "a.jpg", line: 1, kind: .spurious, probability: 0.9, impact: 0, suggestion: nil,
                evidence: "")
        ]
        let page = ReportPage.render(content)
        let banner = try #require(page.range(of: "class=\"banner\""))
        #expect(banner.lowerBound < (try #require(page.range(of: "class=\"path\""))).lowerBound)
        #expect(page.contains("Cannot judge &lt;these&gt; labels: 24 steps"))
        let steps = NextStep.list(content, dropped: 0).map(\.text)
        #expect(steps.count == 1 && steps[0].hasPrefix("Train the probe longer before anything is decided"))
        content.isOutOfFold = false
        #expect(NextStep.list(content, dropped: 0)[0].text.hasPrefix("Judge by a probe"))
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
