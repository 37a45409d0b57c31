import RunCurves
import TextForms

/// Curves of trainings, and what is wrong in them.
enum CurvesSection {
    static func sections(_ content: ReportContent) -> [PageSection?] {
        guard let review = content.runs else { return [] }
        let chart = RunChart(review.runs)
        let remark = PageSection.remark("Faint: each epoch; strong: the median of three. A red ring marks a diagnosis.")
        return [
            PageSection(id: "runs", heading: "What is wrong in the curves", body: .joined(review.runs.map(diagnoses))),
            PageSection(id: "run-curves", heading: "Curves", body: PageSection.panel(chart.inline + remark)),
            comparison(review),
        ]
    }

    private static func diagnoses(_ run: TrainingRun, _ diagnoses: [Diagnosis]) -> Markup {
        let head = Markup.element("h3", Markup(text: "\(run.name): \(RunText.headline(run))"))
        guard !diagnoses.isEmpty else {
            return PageSection.panel(head + "<p class=\"good\">None of the known failures is in these curves.</p>")
        }
        let items = diagnoses.map { it -> Markup in
            let steps = it.steps.map { Markup.element("li", Markup(text: $0.text)) }
            return .element(
                "li", ["class": it.severity.rawValue],
                .element("strong", Markup(text: it.title)) + Markup(text: ": \(it.message)"),
                .element("ol", .joined(steps)))
        }
        return PageSection.panel(head + .element("ul", .joined(items)))
    }

    private static func comparison(_ review: RunReview) -> PageSection? {
        guard let comparison = review.comparison else { return nil }
        let text = RunText.text(comparison, review.runs.map(\.run)).text
        return PageSection(
            id: "run-comparison", heading: "Side by side", body: PageSection.panel(.element("pre", Markup(text: text))))
    }
}
