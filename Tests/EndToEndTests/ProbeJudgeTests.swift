import Foundation
import TestSupport
import Testing

/// A probe that has learned too little says so, wherever somebody looks first.
@Suite struct ProbeJudgeTests {
    private static let short = ["--size", "64", "--epochs", "2", "--folds", "2", "--batch", "4"]

    private static func probe(
        _ folder: String, _ options: [String], in place: Workplace
    ) throws -> Executables.Outcome {
        try Executables.run("assay-probe", ["shapes/data.yaml", "--output", folder] + options, in: place.path)
    }

    @Test func theFirstLineOfProbeAndRankingSaysIt() throws {
        let place = try Workplace()
        let probe = try Self.probe("probe", Self.short, in: place)
        #expect(probe.status == 0 && probe.output.hasPrefix("cannot judge these labels: "), "\(probe.output)")
        #expect(probe.output.contains("steps of training, 400 are the least") && probe.output.contains("--epochs "))
        // How long that takes is of this machine, and no part of the result.
        #expect(probe.errors.contains("epochs of this probe would take about"))
        let table = place.text("probe/quality.csv").split(separator: "\n")
        #expect(table.count == 3 && table[0].hasPrefix("epoch,steps,least_steps,converged,ap50"))
        let ranking = try place.run("assay-toxic", "shapes/data.yaml", "--probe", "probe", "--output", "ranking")
        #expect(ranking.status == 0 && ranking.output.hasPrefix("cannot judge these labels: "), "\(ranking.output)")
        #expect(ranking.output.contains("AP50 of what the models predict"))
        #expect(place.text("ranking/hyp.suggested.yaml").contains("learned too little"))
        let json = try Self.probe("again", Self.short + ["--format", "json"], in: place)
        #expect(
            json.output.contains("\"can_judge\": false") && json.output.contains("\"cannot_judge\": \"cannot judge"))
    }

    @Test func theChainTheReportAndTheSummarySayIt() throws {
        let place = try Workplace()
        try place.makePlan(weights: nil)
        let block = "probe:\n  size: 64\n  epochs: 2\n  folds: 2\n  batch: 4\n"
        try place.folder.write(place.text("plan.yaml") + block, to: "plan.yaml")
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.output.components(separatedBy: "cannot judge these labels: ").count == 4, "\(outcome.output)")
        let end = outcome.output.components(separatedBy: "\n\n").last ?? ""
        #expect(end.hasPrefix("cannot judge these labels: ") && end.contains("likely wrong: unknown"))
        #expect(end.contains("train the probe longer") && end.contains("the labels were not judged"))
        let plan = place.text("plan.yaml")
        #expect(plan.components(separatedBy: "can_judge: false").count == 3 && plan.contains("cannot_judge:"))
        let page = place.text("plan.assay/report.html")
        #expect(page.contains("The probabilities on this page cannot be believed.") && page.contains("role=\"alert\""))
        let markdown = try place.run("assay-report", "export", "plan.yaml", "--format", "markdown")
        #expect(markdown.output.contains("Not to be believed"), "\(markdown.errors)")
        // Nothing has changed, and it is said again.
        let again = try place.run("assay", "run", "plan.yaml")
        #expect(again.output.hasPrefix("cannot judge these labels: "))
    }

    /// A budget that is much too small still takes the size that was asked for, and says what would be enough.
    @Test func aBudgetKeepsTheSizeAndSaysTheTime() throws {
        let place = try Workplace()
        let outcome = try place.run(
            "assay-probe", "shapes/data.yaml", "--output", "probe", "--size", "96", "--folds", "2", "--budget", "0.01s")
        #expect(
            outcome.status == 0 && outcome.output.contains("1 epoch at 96 px"), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasPrefix("cannot judge these labels: "))
        #expect(outcome.output.contains(" here): --epochs "))
        // More epochs than are asked for are never trained, however much time there is.
        let long = try Self.probe("long", Self.short + ["--budget", "1h"], in: place)
        #expect(long.output.contains("2 epochs at 64 px"), "\(long.output)")
    }

    /// Some images are learned from, all are judged.
    @Test func aCapOnWhatIsLearnedFromLeavesNothingUnjudged() throws {
        let place = try Workplace()
        let probe = try Self.probe("probe", Self.short + ["--images", "6"], in: place)
        #expect(probe.status == 0 && probe.output.contains("learning from 6 of them"), "\(probe.output)\(probe.errors)")
        let folds = place.text("probe/folds.csv").split(separator: "\n").count - 1
        let looks = place.text("probe/losses.csv").split(separator: "\n").dropFirst()
        #expect(folds > 6 && Set(looks.map { $0.split(separator: ",").last }).count == 6)
        let ranking = try place.run("assay-toxic", "shapes/data.yaml", "--probe", "probe", "--output", "ranking")
        #expect(ranking.status == 0, "\(ranking.errors)")
        let rows = place.text("ranking/images.csv").split(separator: "\n").dropFirst()
        #expect(rows.count == folds)
        let few = try Self.probe("few", Self.short + ["--images", "3"], in: place)
        #expect(few.status == 2 && few.errors.contains("too few for 2 folds"), "\(few.errors)")
    }
}
