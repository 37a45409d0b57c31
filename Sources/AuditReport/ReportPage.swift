import AuditPlan
import Findings
import Imaging

/// The audit as one HTML file that needs nothing beside it.
public enum ReportPage {
    /// Findings that the page lists; the rest are counted.
    static let mostFindings = 500
    /// The longer side of embedded pictures, in pixels.
    static let pictureSide = 560

    public static func render(_ content: ReportContent) -> String {
        let escape = HTMLText.escaped
        var sections = [cards(content)]
        if !content.nextSteps.isEmpty {
            let steps = content.nextSteps.map { "<li>\(escape($0))</li>" }.joined()
            sections.append(
                "<h2 id=\"next\">What to do next</h2><div class=\"panel\"><ol class=\"steps\">\(steps)</ol></div>")
        }
        if !content.suspicions.isEmpty { sections.append(ReviewSection(content: content).html) }
        sections.append(labels(content))
        if let card = content.card { sections.append(dataset(card, content)) }
        if let anchors = content.anchors { sections.append(self.anchors(anchors)) }
        if !content.losses.isEmpty { sections.append(distributions(content)) }
        if !content.trainingSteps.isEmpty { sections.append(training(content)) }
        if !content.pictures.isEmpty { sections.append(gallery(content)) }
        // One script is let in, by its digest; pictures of large datasets lie beside the page.
        let policy =
            "default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'"
            + (content.suspicions.isEmpty ? "" : "; connect-src 'self'; script-src \(ReviewSection.scriptSource)")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="assay \(assayVersion)">
            <title>\(escape(content.title)) – dataset audit</title>
            <link rel="icon" href="data:,">
            <style>\(Stylesheet.text)</style>
            </head>
            <body>
            <header><div><h1>\(escape(content.title)) <small>dataset audit</small></h1>
            <p>\(escape(content.datasetPath))</p>\(navigation(content))</div></header>
            <main>
            \(sections.joined(separator: "\n"))
            <footer>Made by assay \(assayVersion). Nothing on this page was loaded from a network.</footer>
            </main>
            </body>
            </html>

            """
    }

    private static func navigation(_ content: ReportContent) -> String {
        var links = content.suspicions.isEmpty ? [] : ["<a href=\"#review-title\">Suspicions</a>"]
        links.append("<a href=\"#labels\">Labels</a>")
        if content.card != nil { links.append("<a href=\"#dataset\">Dataset</a>") }
        if content.anchors != nil { links.append("<a href=\"#anchors\">Anchors</a>") }
        if !content.losses.isEmpty { links.append("<a href=\"#losses\">Losses and gradients</a>") }
        if !content.trainingSteps.isEmpty { links.append("<a href=\"#training\">Training of the probe</a>") }
        if !content.pictures.isEmpty { links.append("<a href=\"#gallery\">Images to look at</a>") }
        return "<nav aria-label=\"Sections\">\(links.joined())</nav>"
    }

    private static func cards(_ content: ReportContent) -> String {
        let cards = content.cards.map { card in
            let figures = card.figures.map {
                "<dt>\(HTMLText.escaped($0.name))</dt><dd>\(HTMLText.escaped($0.value))</dd>"
            }
            return
                "<section class=\"card\"><h3>\(HTMLText.escaped(card.title))</h3><div class=\"headline\">\(HTMLText.escaped(card.headline))</div>"
                + "<dl>\(figures.joined())</dl></section>"
        }
        return "<div class=\"cards\">\(cards.joined())</div>"
    }

    private static func labels(_ content: ReportContent) -> String {
        var text = "<h2 id=\"labels\">Labels and images</h2><div class=\"two\">"
        if !content.boxesByClass.isEmpty {
            text += "<div class=\"panel\">\(Charts.classes(content.boxesByClass))</div>"
        }
        text += "<div class=\"panel\">\(rules(content.findings))</div></div>"
        guard !content.findings.isEmpty else { return text }
        let rows = content.findings.prefix(mostFindings).map { finding in
            let place = finding.line.map { ":\($0)" } ?? ""
            return "<tr><td class=\"tag \(finding.severity.rawValue)\">\(finding.code)</td>"
                + "<td class=\"file\"><bdi>\(HTMLText.escaped(finding.file))</bdi>\(place)</td><td>\(HTMLText.escaped(finding.message))<br>"
                + "<span class=\"soft\">training: \(HTMLText.escaped(finding.effect.text))</span></td><td>\(HTMLText.escaped(finding.fix))</td></tr>"
        }
        let rest = content.findings.count - rows.count
        text += """
            <details class="panel"\(content.findings.count <= 40 ? " open" : "")><summary>\(content.findings.count) findings, by file</summary>
            <div class="scroll"><table><thead><tr><th>rule</th><th>file</th><th>found</th><th>fix</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>\(rest > 0 ? "<p class=\"soft\">… and \(rest) more in the ledger.</p>" : "")</details>
            """
        return text
    }

    private static func rules(_ findings: [Finding]) -> String {
        guard !findings.isEmpty else { return "<p class=\"good\">No rule found anything.</p>" }
        let groups = Dictionary(grouping: findings, by: \.code).sorted { $0.key < $1.key }
        let rows = groups.map { code, members in
            let severity = members.map(\.severity).max() ?? .note
            return "<tr><td class=\"tag \(severity.rawValue)\">\(code)</td><td>\(severity.rawValue)</td>"
                + "<td class=\"num\">\(members.count)</td><td>\(HTMLText.escaped(members[0].message))</td></tr>"
        }
        return
            "<table><thead><tr><th>rule</th><th>severity</th><th class=\"num\">count</th><th>for example</th></tr></thead><tbody>"
            + rows.joined() + "</tbody></table>"
    }

    private static func anchors(_ anchors: ReportContent.Anchors) -> String {
        let rows = anchors.metrics.map { row in
            "<tr><th scope=\"row\">\(row.setName)</th><td class=\"num\">\(HTMLText.number(row.fitness, digits: 4))</td>"
                + "<td class=\"num\">\(HTMLText.number(row.bpr, digits: 4))</td><td class=\"num\">\(HTMLText.number(row.aat, digits: 2))</td>"
                + "<td class=\"num\">\(HTMLText.number(row.meanIou, digits: 4))</td></tr>"
        }
        let list = anchors.new.map {
            "\(HTMLText.number($0.width, digits: 2)) × \(HTMLText.number($0.height, digits: 2))"
        }
        let verdict =
            switch anchors.verdict {
            case "keep": "Keep your anchors: new ones would not fit better."
            case "none": "This model has no anchors; sizes against strides are what matters."
            default: "Take the new anchors: anchors.yaml beside this page holds them."
            }
        let plot =
            anchors.plot.isEmpty
            ? ""
            : "<div class=\"panel\"><img alt=\"Box sizes with anchors, sizes against strides, fitness by the number of anchors\" "
                + "src=\"data:image/svg+xml;base64,\(HTMLText.base64(anchors.plot))\"></div>"
        let table =
            anchors.new.isEmpty
            ? ""
            : """
            <table><thead><tr><th>anchors</th><th class="num">fitness</th><th class="num">BPR</th><th class="num">AAT</th><th class="num">mean IoU</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table>
            <p class="soft">Fitness: mean of a box's best side ratio. BPR: share of boxes that some anchor reaches. AAT: anchors that reach a box.</p>
            <p>New anchors in pixels: \(list.joined(separator: ", "))</p>
            """
        return """
            <h2 id="anchors">Anchors</h2><div class="two"><div class="panel">\(Charts.sizes(anchors))</div>
            <div class="panel"><p><strong>\(verdict)</strong></p>
            \(table)</div></div>
            \(plot)
            """
    }

    private static func distributions(_ content: ReportContent) -> String {
        """
        <h2 id="losses">Losses and gradients</h2><div class="two">
        <div class="panel">\(Charts.histogram(content.losses, label: "loss of each image as a batch of one"))</div>
        <div class="panel">\(Charts.histogram(content.gradientNorms, label: "gradient norm of each image"))</div></div>
        """
    }

    private static func dataset(_ card: DatasetCard, _ content: ReportContent) -> String {
        let head = card.splits.map { "<th class=\"num\">\(HTMLText.escaped($0))</th>" }.joined()
        let images = card.splits.map { "<td class=\"num\">\(card.images[$0] ?? 0)</td>" }.joined()
        let rows = card.counts.sorted { $0.key < $1.key }.map { id, counts in
            let name = content.className(id)
            return "<tr><th scope=\"row\">\(HTMLText.escaped(name))</th>"
                + card.splits.map { "<td class=\"num\">\(counts[$0] ?? 0)</td>" }.joined() + "</tr>"
        }
        return """
            <h2 id="dataset">Dataset</h2><div class="two">
            <div class="panel"><table><thead><tr><th>labels</th>\(head)</tr></thead><tbody>\(rows.joined())
            <tr><th scope="row">images</th>\(images)</tr></tbody></table></div>
            <div class="panel">\(Charts.heat(card.heat, side: DatasetCard.gridSide))</div>
            <div class="panel">\(Charts.histogram(card.boxesPerImage, label: "labels an image"))</div>
            <div class="panel">\(Charts.histogram(card.sides, label: "longer side of a box at the training size, in pixels (strides 8, 16, 32)", unit: "labels"))</div>
            <div class="panel">\(Charts.histogram(card.ratios.map { min($0, 6) }, label: "width over height, up to 6", unit: "labels"))</div></div>
            """
    }

    private static func training(_ content: ReportContent) -> String {
        let diagnoses =
            content.diagnoses.isEmpty
            ? "<p class=\"good\">The curves look as they should.</p>"
            : "<ul>\(content.diagnoses.map { "<li class=\"warning\">\(HTMLText.escaped($0))</li>" }.joined())</ul>"
        return """
            <h2 id="training">Training of the probe</h2><div class="two">
            <div class="panel">\(Charts.curves(content.trainingSteps, label: "loss of a step", value: \.loss))</div>
            <div class="panel">\(Charts.curves(content.trainingSteps, label: "gradient norm of a step", value: \.gradientNorm))</div>
            <div class="panel">\(Charts.curves(content.trainingSteps, label: "part of max_norm (above 1: clipped)", value: \.clipRatio))</div>
            <div class="panel">\(Charts.curves(content.trainingSteps, label: "learning rate", value: \.rate))</div></div>
            \(diagnoses)
            """
    }

    private static func gallery(_ content: ReportContent) -> String {
        let used = Set(content.pictures.flatMap { $0.boxes.map(\.classID) }).sorted()
        let legend = used.map { id in
            let name = content.className(id)
            return
                "<span><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect width=\"10\" height=\"10\" fill=\"\(Stylesheet.colour(ofClass: id))\"/></svg>"
                + "\(HTMLText.escaped(name))</span>"
        }
        let shots = content.pictures.map { shot($0, content) }
        return """
            <h2 id="gallery">Images to look at, the most harmful first</h2>
            <p class="soft">\(content.pictures.count) of \(content.imageCount), by the probability that something is wrong with them times
            their part of the gradient. A red dashed box is a label that is more probably wrong than right.</p>
            <div class="legend">\(legend.joined())</div><div class="gallery">\(shots.joined(separator: "\n"))</div>
            """
    }

    private static func shot(_ picture: ReportContent.Picture, _ content: ReportContent) -> String {
        let row = picture.row
        let figures: [(String, String)] = [
            ("loss", HTMLText.number(row.loss)), ("box", HTMLText.number(row.box)),
            ("intensity", HTMLText.number(row.intensity)),
            ("obj", HTMLText.number(row.obj)), ("gradient norm", HTMLText.number(row.gradientNorm)),
            ("cls", HTMLText.number(row.cls)),
            ("energy share", HTMLText.percent(row.energyShare, digits: 2)), ("boxes", String(row.boxes)),
        ]
        let list = figures.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined()
        let suspects = picture.boxes.compactMap { box in box.suspicion.map { (box, $0) } }.prefix(4).map { box, why in
            let name =
                content.className(box.classID)
            return "<li>line \(box.line), \(HTMLText.escaped(name)): \(HTMLText.escaped(why))</li>"
        }
        return """
            <article class="shot"><div class="frame">\(frame(picture, content))</div><div class="body">
            <h3>\(row.rank). <bdi>\(HTMLText.escaped(row.image))</bdi></h3><p>\(HTMLText.escaped(row.reason))</p><dl>\(list)</dl>
            \(suspects.isEmpty ? "" : "<ul class=\"why\">\(suspects.joined())</ul>")</div></article>
            """
    }

    private static func frame(_ picture: ReportContent.Picture, _ content: ReportContent) -> String {
        guard let small = ReportPicture.read(picture.path, side: pictureSide) else {
            return "<p class=\"soft\">The image cannot be shown.</p>"
        }
        guard let jpeg = ImageEncoder.jpeg(small, quality: 82) else { return "" }
        let boxes = picture.boxes.map { box in
            let name =
                content.className(box.classID)
            let x = (box.cx - box.width / 2) * Double(small.width)
            let y = (box.cy - box.height / 2) * Double(small.height)
            let style = box.suspicion == nil ? "stroke=\"\(Stylesheet.colour(ofClass: box.classID))\"" : "class=\"sus\""
            return "<rect \(style) x=\"\(HTMLText.number(x, digits: 1))\" y=\"\(HTMLText.number(y, digits: 1))\" "
                + "width=\"\(HTMLText.number(box.width * Double(small.width), digits: 1))\" "
                + "height=\"\(HTMLText.number(box.height * Double(small.height), digits: 1))\"><title>\(HTMLText.escaped(name)), line \(box.line)"
                + "\(box.suspicion.map { ": " + HTMLText.escaped($0) } ?? "")</title></rect>"
        }
        return
            "<img width=\"\(small.width)\" height=\"\(small.height)\" loading=\"lazy\" alt=\"\(HTMLText.escaped(picture.row.image)) with its labels\" "
            + "src=\"\(ReportPicture.uri(jpeg))\"><svg viewBox=\"0 0 \(small.width) \(small.height)\">\(boxes.joined())</svg>"
    }
}
