import AuditPlan
import TextForms

/// The audit as one HTML file that needs nothing beside it.
public enum ReportPage {
    /// The whole file. Whatever the content holds is shown as text.
    public static func render(_ content: ReportContent) -> String {
        let views = [
            PageView("overview", "Overview", OverviewSection(content).body), ReviewSection(content).view,
            PageView(
                "dataset", "Dataset",
                [LabelsSection.section(content), DatasetSection.section(content), AnchorsSection.section(content)]),
            PageView("training", "Training", [TrainingSections.curves(content), TrainingSections.losses(content)]),
            PageView("curves", "Curves", CurvesSection.sections(content)),
            ChangesSection.view(content),
            PageView("gallery", "Gallery", [GallerySection.section(content)]),
        ].compactMap(\.self)
        let page = FrontEnd.page.filled([
            "policy": policy, "version": Markup(text: assayVersion), "title": Markup(text: content.title),
            "style": FrontEnd.style,
            "tabs": .joined(views.enumerated().map { $1.tab(isFirst: $0 == 0) }),
            "panels": .joined(views.map(\.panel), separator: "\n"), "script": Markup(verbatim: FrontEnd.script),
        ])
        return page.text + "\n"
    }

    /// One script is let in, by its digest; pictures of large datasets lie beside the page.
    private static var policy: Markup {
        let still = "default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'"
        return Markup(verbatim: still + "; connect-src 'self'; script-src \(FrontEnd.scriptSource)")
    }
}
