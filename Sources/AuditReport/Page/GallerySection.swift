import Imaging
import TextForms

/// The most harmful images with their labels, and what is suspected in them.
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
            \(Counted.number(content.pictures.count)) of \(Counted.text(content.imageCount, "image")), by the probability \
            that something is wrong with them times their part of the gradient. Labels are thin; what is suspected is \
            thick, and a missing object dashed.
            """)
        let places = Dictionary(content.reviewImages.enumerated().map { ($1.name, $0) }) { first, _ in first }
        return PageSection(
            id: "gallery-images", heading: "Images to look at, the most harmful first",
            body: remark + .element("div", ["class": "legend"], .joined(legend))
                + .element(
                    "div", ["class": "gallery"],
                    .joined(
                        content.pictures.map { shot($0, places[$0.row.image], content) }, separator: "\n")))
    }

    /// - Parameter place: of the image among those of the review, whose pictures the page holds already.
    private static func shot(_ picture: ReportContent.Picture, _ place: Int?, _ content: ReportContent) -> Markup {
        let row = picture.row
        let figures: [(name: String, value: String)] = [
            ("loss", ReportFigure.number(row.loss)), ("gradient norm", ReportFigure.number(row.gradientNorm)),
            ("intensity", ReportFigure.number(row.intensity)),
            ("energy share", ReportFigure.percent(row.energyShare, decimals: 2)), ("labels", String(row.boxes)),
        ]
        let lead = row.probability.map { "\(ReportFigure.percent($0, decimals: 0)) that something is wrong" }
        let suspects = picture.boxes.filter { $0.suspicion != nil }.prefix(4).map { box in
            let line = box.line > 0 ? ", row \(box.line)" : ""
            let text: Markup = "\(content.className(box.classID))\(line): \(box.suspicion ?? "")"
            return Markup.element(
                "li", box.suspicionID.map { .element("a", ["href": "#review/\($0)"], text) } ?? text)
        }
        let body = Markup.element(
            "div", ["class": "body"], .element("h3", "\(row.rank). <bdi>\(row.image)</bdi>"),
            lead.map { .element("p", ["class": "lead"], Markup(text: $0)) } ?? "",
            .element("p", Markup(text: row.reason)), PageSection.figures(figures),
            suspects.isEmpty ? "" : .element("ul", ["class": "why"], .joined(suspects)))
        return .element(
            "article", ["class": "shot"], .element("div", ["class": "frame"], frame(picture, place, content)), body)
    }

    private static func frame(_ picture: ReportContent.Picture, _ place: Int?, _ content: ReportContent) -> Markup {
        var size = (width: picture.row.width, height: picture.row.height)
        var source: String?
        if place == nil {
            guard let small = ReportPicture.read(picture.path, side: pictureSide) else {
                return PageSection.remark("The image cannot be shown.")
            }
            guard let jpeg = ImageEncoder.jpeg(small, quality: 80) else { return "" }
            size = (small.width, small.height)
            source = ReportPicture.uri(jpeg)
        }
        // What is suspected lies above the rest.
        let boxes = picture.boxes.sorted { ($0.suspicion == nil ? 0 : 1) < ($1.suspicion == nil ? 0 : 1) }.map {
            self.box($0, width: size.width, height: size.height, content)
        }
        let image = Markup.void(
            "img",
            [
                "width": size.width, "height": size.height, "loading": "lazy",
                "alt": "\(picture.row.image) with its labels", "src": source, "data-image": place,
            ])
        return image + .element("svg", ["viewBox": "0 0 \(size.width) \(size.height)"], .joined(boxes))
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
        func rectangle(_ style: String?, _ stroke: String?) -> Markup {
            let why = box.suspicion.map { ": " + $0 } ?? ""
            let line = box.line > 0 ? ", row \(box.line)" : ", no label"
            return .element(
                "rect",
                [
                    "class": style, "stroke": stroke,
                    "x": pixels(box.cx - box.width / 2, of: width), "y": pixels(box.cy - box.height / 2, of: height),
                    "width": pixels(box.width, of: width), "height": pixels(box.height, of: height),
                ], .element("title", "\(content.className(box.classID))\(line)\(why)"))
        }
        let style = box.suspicion.map { _ in box.line > 0 ? "sus" : "missing" }
        let both = rectangle("under", nil) + rectangle(style, ClassColours.colour(box.classID))
        return box.suspicionID.map { .element("a", ["href": "#review/\($0)"], both) } ?? both
    }
}
