import Foundation
import TestSupport
import Testing

/// What a person reads on the terminal, and what follows from it.
@Suite struct RunSummaryTests {
    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test func aRunEndsWithFiveLines() throws {
        let place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        try place.makePlan()
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 1)
        let shown = lines(outcome.output)
        func line(_ start: String) -> String { shown.last { $0.hasPrefix(start) } ?? "" }
        #expect(line("trainable:").contains("yes, but: 1 error to look at"), "\(outcome.output)")
        #expect(line("lost:").contains("1 of 32"))
        // Weights that nobody has trained cannot say.
        #expect(shown.contains { $0.hasPrefix("cannot judge these labels: ") })
        #expect(line("likely wrong:").contains("unknown"))
        #expect(line("next:").contains("assay-"))
        #expect(line("exit status:").hasSuffix("1: 1 error; the labels were not judged"))
        // Nothing has changed: one line of what was not done, one of what cannot be believed, and one of what is to do.
        let again = try place.run("assay", "run", "plan.yaml")
        #expect(again.status == 1 && lines(again.output).count == 2 && lines(again.errors).count == 1)
        #expect(again.output.contains("next: ") && again.output.contains("exit status 1: 1 error"))
    }

    /// In a chain as alone: a dataset that stops training loses more than no image.
    @Test func aRunSaysThatTrainingDoesNotStart() throws {
        let place = try Workplace()
        let yaml = place.text("shapes/data.yaml") + "kpt_shape: [0, 3]\n"
        try place.folder.write(yaml, to: "shapes/data.yaml")
        try place.makePlan(weights: nil)
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 1 && outcome.output.contains("does not start training: kpt_shape"), "\(outcome)")
        #expect(!outcome.output.contains("would drop no image"))
        #expect(lines(outcome.output).contains { $0.hasPrefix("trainable:") && $0.contains("no: D019") })
    }

    @Test func quietSaysNothingOfAPlanThatWasMade() throws {
        let place = try Workplace()
        let outcome = try place.run("assay", "plan", "init", "shapes/data.yaml", "-o", "a.yaml", "--quiet")
        #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
        #expect(place.text("a.yaml").contains("dataset: shapes/data.yaml"))
    }

    @Test func twoAuditsAreCompared() throws {
        let place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        try place.makePlan("old.yaml")
        #expect(try place.run("assay", "run", "old.yaml").status == 1)
        try place.folder.write("1 0.5 0.5 0.3 0.3\n0 0.2 0.2 0.1 0.1\n", to: "shapes/labels/train/shape00.txt")
        try place.makePlan("new.yaml")
        #expect(try place.run("assay", "run", "new.yaml").status == 0)
        let text = try place.run("assay", "diff", "old.yaml", "new.yaml").output
        #expect(text.contains("B001") && text.contains("rows of images in both: 2 added"), "\(text)")
        let markdown = try place.run("assay", "diff", "old.yaml", "new.yaml", "--format", "markdown").output
        #expect(markdown.contains("| `B001` | 1 | 0 | 0 |"), "\(markdown)")
        let json = try place.run("assay", "diff", "new.yaml", "old.yaml", "--format", "json")
        #expect(json.status == 1 && json.output.contains("\"came_back\""))
        let same = try place.run("assay", "diff", "new.yaml", "new.yaml")
        #expect(same.status == 0 && same.output == "nothing changed between the two audits\n")
        let compared = try place.run("assay-report", "new.yaml", "--compare", "old.yaml")
        let page = place.text("new.assay/report.html")
        #expect(compared.status == 0 && page.contains("Since the earlier audit"), "\(compared.errors)")
        #expect(page.contains("rows of images in both: 2 added") && page.contains(">B001</th>"))
        let again = try place.run("assay-report", "new.yaml", "--compare", "old.yaml")
        #expect(again.errors.contains("report: unchanged"))
        #expect(try place.run("assay-report", "new.yaml").status == 0)
        #expect(!place.text("new.assay/report.html").contains("Since the earlier audit"))
        try place.makePlan("empty.yaml")
        let wrong = try place.run("assay-report", "new.yaml", "--compare", "empty.yaml")
        #expect(wrong.status == 2 && wrong.errors.contains("has no results to compare"))
        let alone = try place.run("assay-report", "shapes/data.yaml", "--compare", "old.yaml")
        #expect(alone.status == 2 && alone.errors.contains("--compare has no effect without a plan"))
        let refused = try place.run("assay", "diff", "empty.yaml", "new.yaml")
        #expect(refused.status == 2 && refused.errors.contains("assay run empty.yaml"))
    }

    @Test func chartsGoIntoFiles() throws {
        let place = try Workplace()
        try place.makePlan()
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        #expect(try place.run("assay-report", "plot", "losses", "plan.yaml", "-o", "losses.svg").status == 0)
        let svg = place.text("losses.svg")
        #expect(svg.hasPrefix("<svg xmlns") && svg.contains("median") && svg.contains(">loss<"))
        #expect(try place.run("assay-report", "plot", "classes", "plan.yaml", "-o", "classes.png").status == 0)
        let png = FileManager.default.contents(atPath: place.path + "/classes.png") ?? Data()
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        let unknown = try place.run("assay-report", "plot", "nothing", "plan.yaml", "-o", "a.svg")
        #expect(unknown.status == 2 && unknown.errors.contains("labels-per-image"))
        let absent = try place.run("assay-report", "plot", "training", "plan.yaml", "-o", "a.svg")
        #expect(absent.status == 2 && absent.errors.contains("run the plan first"))
        let pdf = try place.run("assay-report", "plot", "losses", "plan.yaml", "-o", "a.pdf")
        #expect(pdf.status == 2 && pdf.errors.contains(".svg or .png"))
    }
}
