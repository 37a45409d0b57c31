import AuditPlan
import TextForms

/// Losses and gradients of images, and how the probe's training went.
enum TrainingSections {
    static func losses(_ content: ReportContent) -> PageSection? {
        guard !content.losses.isEmpty else { return nil }
        return PageSection(
            id: "losses", heading: "Losses and gradients", link: "Losses and gradients",
            body: PageSection.panels([
                Charts.histogram(content.losses, label: "loss of each image as a batch of one"),
                Charts.histogram(content.gradientNorms, label: "gradient norm of each image"),
            ]))
    }

    static func curves(_ content: ReportContent) -> PageSection? {
        let steps = content.trainingSteps
        guard !steps.isEmpty else { return nil }
        let curves: [(label: String, value: (TrainingStepRow) -> Double)] = [
            ("loss of a step", \.loss), ("gradient norm of a step", \.gradientNorm),
            ("part of max_norm (above 1: clipped)", \.clipRatio), ("learning rate", \.rate),
        ]
        let panels = curves.map { Charts.curves(steps, label: $0.label, value: $0.value) }
        let diagnoses = content.diagnoses.map { Markup.element("li", ["class": "warning"], Markup(text: $0)) }
        return PageSection(
            id: "training", heading: "Training of the probe", link: "Training of the probe",
            body: PageSection.panels(panels)
                + (diagnoses.isEmpty
                    ? "<p class=\"good\">The curves look as they should.</p>" : .element("ul", .joined(diagnoses))))
    }
}
