import Imaging
import TextForms

/// The most harmful images with their labels.
enum GallerySection {
    /// The longer side of embedded pictures, in pixels.
    private static let pictureSide = 560

    static func section(_ content: ReportContent) -> PageSection? {
        guard !content.pictures.isEmpty else { return nil }
        let used = Set(content.pictures.flatMap { $0.boxes.map(\.classID) }).sorted()
        let legend = used.map { id in
            let square = Markup.empty("rect", ["width": 10, "height": 10, "fill": ClassColours.colour(id)])
            let sample = Markup.element("svg", ["viewBox": "0 0 10 10", "aria-hidden": "true"], square)
            return Markup.element("span", "\(sample)\(content.className(id))")
        }
        let remark = PageSection.remark(
            """
            \(content.pictures.count) of \(content.imageCount), by the probability that something is wrong with them times
            their part of the gradient. A red dashed box is a label that is more probably wrong than right.
            """)
        return PageSection(
            id: "gallery", heading: "Images to look at, the most harmful first", link: "Images to look at",
            body: remark + .element("div", ["class": "legend"], .joined(legend))
                + .element(
                    "div", ["class": "gallery"],
                    .joined(content.pictures.map { shot($0, content) }, separator: "\n")))
    }

    private static func shot(_ picture: ReportContent.Picture, _ content: ReportContent) -> Markup {
        let row = picture.row
        let figures: [(name: String, value: String)] = [
            ("loss", ReportFigure.number(row.loss)), ("box", ReportFigure.number(row.box)),
            ("intensity", ReportFigure.number(row.intensity)), ("obj", ReportFigure.number(row.obj)),
            ("gradient norm", ReportFigure.number(row.gradientNorm)), ("cls", ReportFigure.number(row.cls)),
            ("energy share", ReportFigure.percent(row.energyShare, decimals: 2)), ("boxes", String(row.boxes)),
        ]
        let suspects = picture.boxes.filter { $0.suspicion != nil }.prefix(4).map { box in
            Markup.element("li", "line \(box.line), \(content.className(box.classID)): \(box.suspicion ?? "")")
        }
        let body = Markup.element(
            "div", ["class": "body"], .element("h3", "\(row.rank). <bdi>\(row.image)</bdi>"),
            .element("p", Markup(text: row.reason)), PageSection.figures(figures),
            suspects.isEmpty ? "" : .element("ul", ["class": "why"], .joined(suspects)))
        return .element(
            "article", ["class": "shot"], .element("div", ["class": "frame"], frame(picture, content)), body)
    }

    private static func frame(_ picture: ReportContent.Picture, _ content: ReportContent) -> Markup {
        guard let small = ReportPicture.read(picture.path, side: pictureSide) else {
            return PageSection.remark("The image cannot be shown.")
        }
        guard let jpeg = ImageEncoder.jpeg(small, quality: 82) else { return "" }
        let boxes = picture.boxes.map { self.box($0, width: small.width, height: small.height, content) }
        let image = Markup.void(
            "img",
            [
                "width": small.width, "height": small.height, "loading": "lazy",
                "alt": "\(picture.row.image) with its labels", "src": ReportPicture.uri(jpeg),
            ])
        return image + .element("svg", ["viewBox": "0 0 \(small.width) \(small.height)"], .joined(boxes))
    }

    /// - Parameters:
    ///   - width: of the picture in pixels.
    ///   - height: of the picture in pixels.
    private static func box(
        _ box: ReportContent.Box, width: Int, height: Int, _ content: ReportContent
    ) -> Markup {
        func pixels(_ share: Double, of side: Int) -> String {
            ReportFigure.number(share * Double(side), decimals: 1)
        }
        let why = box.suspicion.map { ": " + $0 } ?? ""
        return .element(
            "rect",
            [
                "class": box.suspicion.map { _ in "sus" },
                "stroke": (box.suspicion == nil ? ClassColours.colour(box.classID) : nil) as String?,
                "x": pixels(box.cx - box.width / 2, of: width), "y": pixels(box.cy - box.height / 2, of: height),
                "width": pixels(box.width, of: width), "height": pixels(box.height, of: height),
            ], .element("title", "\(content.className(box.classID)), line \(box.line)\(why)"))
    }
}
