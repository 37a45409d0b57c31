import AuditPlan
import TextForms

/// Losses and gradients of images, and how the probe's training went.
enum TrainingSections {
    static func losses(_ content: ReportContent) -> PageSection? {
        guard !content.losses.isEmpty else { return nil }
        return PageSection(
            id: "losses", heading: "Losses and gradients",
            body: PageSection.panels(
                ["losses", "gradients"].compactMap { ReportPlot.named($0)?.figure(content) })
                + PageSection.figuresPanel(content.cards.first { $0.title == ReportContent.lossCard }))
    }

    static func curves(_ content: ReportContent) -> PageSection? {
        guard !content.trainingSteps.isEmpty else { return nil }
        let charts = ["training", "training-gradients"].compactMap { ReportPlot.named($0)?.figure(content) }
        let diagnoses = content.diagnoses.map { Markup.element("li", ["class": "warning"], Markup(text: $0)) }
        return PageSection(
            id: "probe-training", heading: "Training of the \(Glossary.term("probe"))",
            body: .joined(charts.map { PageSection.panel($0) })
                + (diagnoses.isEmpty
                    ? "<p class=\"good\">The curves look as they should.</p>" : .element("ul", .joined(diagnoses))))
    }
}
