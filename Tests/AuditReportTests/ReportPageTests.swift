import AuditPlan
import AuditReport
import Findings
import Foundation
import TestSupport
import Testing

@Suite struct ReportPageTests {
    private func content(_ hostile: String) -> ReportContent {
        var content = ReportContent()
        content.title = hostile
        content.datasetPath = hostile
        content.classNames = [hostile]
        content.cards = [.init(title: hostile, headline: hostile, figures: [(hostile, hostile)])]
        content.nextSteps = [NextStep(hostile, commands: [hostile])]
        content.findings = [
            Finding(
                code: "B003", severity: .error, file: hostile, line: 1, message: hostile, effect: .kept(hostile),
                fix: hostile)
        ]
        content.boxesByClass = [(hostile, 3)]
        content.losses = [1, 2, 3]
        content.gradientNorms = [1, 5, .nan]
        let picture = SharedMaterial.checkout.path + "/Fixtures/shapes/images/train/shape00.jpg"
        content.pictures = [
            .init(
                row: ImageLossRow(image: "other", split: "train", rank: 1, reason: hostile),
                boxes: [
                    .init(
                        line: 1, classID: 0, cx: 0.5, cy: 0.5, width: 0.2, height: 0.2, suspicion: hostile,
                        suspicionID: hostile)
                ],
                path: picture)
        ]
        content.suspicions = [
            .init(
                id: hostile, image: hostile, line: 1, kind: .spurious, probability: 0.7, impact: 0.1,
                suggestion: .init(classID: 0, box: [0.5, 0.5, 0.2, 0.2]), evidence: hostile)
        ]
        content.reviewImages = [
            .init(
                name: hostile, split: hostile, loss: 1, gradient: .nan,
                labels: [.init(line: 1, classID: 0, box: [0.5, 0.5, 0.2, 0.2])], predictions: [], source: "data:,")
        ]
        return content
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\" onload=\"x", "</style><b>'", "&amp; <!--", "‮right‬ 🐈 \u{0}\u{1b}",
    ])
    func hostileTextIsShownAsText(text: String) {
        let page = ReportPage.render(content(text))
        // The page's own data and program, and nothing else.
        let scripts = page.components(separatedBy: "<script").dropFirst()
        #expect(scripts.count == 2 && scripts.first?.hasPrefix(" type=\"application/json\"") == true)
        #expect(page.components(separatedBy: "<a role=\"tab\"").count == 6)
        #expect(page.components(separatedBy: "</script").count == 3)
        #expect(!page.contains("\" onload=\"x") && !page.contains("</style><b>"))
        #expect(!page.contains("<!--") && !page.contains("\u{0}") && !page.contains("\u{1b}"))
        #expect(page.contains("default-src 'none'") && !page.contains("://"))
    }

    @Test func picturesAndBoxesAreInThePage() {
        let page = ReportPage.render(content("plain"))
        #expect(
            page.contains("data:image/jpeg;base64,/9j/") && page.contains("class=\"sus\"")
                && page.contains("href=\"#review/plain\""))
        #expect(page.components(separatedBy: "<article").count == 2 && page.hasSuffix("</html>\n"))
    }

    @Test func missingPicturesDoNotEndThePage() {
        var broken = content("x")
        broken.pictures = [
            .init(row: ImageLossRow(image: "gone.jpg", split: "train"), boxes: [], path: "/nowhere/gone.jpg")
        ]
        #expect(ReportPage.render(broken).contains("The image cannot be shown"))
    }

    /// A picture that the review has is in the page once.
    @Test func picturesOfTheReviewAreNotInThePageTwice() {
        var content = content("plain")
        content.pictures[0] = .init(
            row: ImageLossRow(image: "plain", split: "train"), boxes: [], path: content.pictures[0].path)
        let page = ReportPage.render(content)
        #expect(page.contains("data-image=\"0\"") && !page.contains("data:image/jpeg;base64,/9j/"))
    }

    /// Views that would be empty have no tab.
    @Test func aDatasetAloneHasNoReview() {
        var content = ReportContent()
        content.title = "dataset"
        let page = ReportPage.render(content)
        #expect(page.contains("id=\"tab-overview\"") && page.contains("id=\"tab-dataset\""))
        for view in ["review", "training", "gallery"] { #expect(!page.contains("id=\"tab-\(view)\"")) }
    }
}
