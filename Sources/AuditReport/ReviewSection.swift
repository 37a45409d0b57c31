import FileReading
import Findings
import Foundation
import Imaging

/// The part of the page that annotators work in: suspicions, the image, decisions.
struct ReviewSection {
    /// The longer side of the pictures, in pixels.
    static let pictureSide = 800

    let content: ReportContent

    /// What a Content-Security-Policy says of the script.
    static var scriptSource: String {
        let digest = ContentDigest.of(Array(ReviewScript.text.utf8)).bytes
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }

    var html: String {
        let escape = HTMLText.escaped
        let expected = content.expectedErrors.map { "\($0.kind) \(HTMLText.number($0.count, digits: 0))" }
        let judged =
            content.isOutOfFold
            ? "Each label was judged by a model that has not seen it."
            : "In sample: a checkpoint excuses wrong labels that it has learned; a probe judges out of fold."
        let checks = content.spotChecks
        let left =
            checks.interval.map {
                " Of \(checks.looked) unsuspected images that were checked, \(checks.wrong) held an error: "
                    + "\(HTMLText.percent($0.lowerBound))–\(HTMLText.percent($0.upperBound)) of all such images (95 %)."
            }
            ?? " The suspicions of kind “check” are unsuspected images, drawn at random: they tell what is still wrong."
        let counts = expected.isEmpty ? "" : " Expected wrong labels: \(escape(expected.joined(separator: ", ")))."
        return """
            <h2 id="review-title">Suspicions to decide</h2>
            <p class="soft">\(content.suspicions.count { $0.kind != SpotCheckEstimate.kind }) suspicions, the worst first. \(judged)\(counts)\(left) The label is solid, the suggestion
            white and dashed, predictions faint. Keys: <kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>a</kbd> accept, <kbd>r</kbd> reject,
            <kbd>u</kbd> unsure, <kbd>d</kbd> remove the row, <kbd>0</kbd>…<kbd>9</kbd> class, <kbd>z</kbd> undo, <kbd>f</kbd> zoom,
            <kbd>p</kbd> predictions, <kbd>/</kbd> search, <kbd>s</kbd> download. Drag the box or its corners.</p>
            <section id="review" class="panel" aria-labelledby="review-title">
            <div class="review-tools">
            <label>kind <select id="filter-kind"><option value="">all</option></select></label>
            <label>class <select id="filter-class"><option value="">all</option></select></label>
            <label>split <select id="filter-split"><option value="">all</option></select></label>
            <label>fold <select id="filter-fold"><option value="">all</option></select></label>
            <label>size <select id="filter-size"><option value="">all</option><option value="small">under 5 %</option><option value="medium">medium</option><option value="large">over 20 %</option></select></label>
            <label>state <select id="filter-state"><option value="">all</option><option value="open">open</option><option value="accept">accepted</option><option value="reject">rejected</option><option value="unsure">unsure</option></select></label>
            <label>probability from <input id="filter-score" type="number" min="0" max="1" step="0.05" value="0"></label>
            <label>file <input id="filter-text" type="search" placeholder="part of the name"></label>
            <label>sort <select id="sort"><option value="probability">probability</option><option value="toxicity">toxicity</option><option value="impact">impact</option><option value="loss">loss</option><option value="gradient">gradient</option></select></label>
            <span id="review-count" class="soft"></span>
            </div>
            <div class="review-progress"><progress id="review-progress" value="0" max="1" aria-label="Decided suspicions"></progress>
            <span id="review-done" class="soft"></span><span id="review-status" role="status" class="soft"></span></div>
            <div class="review-body">
            <div id="review-list" role="listbox" tabindex="0" aria-label="Suspicions"><div id="review-list-inner"></div></div>
            <div id="review-detail" hidden>
            <h3><bdi id="review-name"></bdi></h3><p id="review-why"></p>
            <div class="review-canvas"><canvas id="review-canvas" aria-label="The image with its boxes"></canvas></div>
            <p class="soft"><span id="review-figures"></span>; <span id="review-decision"></span></p>
            <div class="review-buttons">
            <button id="accept" type="button">Accept <kbd>a</kbd></button><button id="reject" type="button">Reject <kbd>r</kbd></button>
            <button id="unsure" type="button">Unsure <kbd>u</kbd></button><button id="remove" type="button">Remove row <kbd>d</kbd></button>
            <label>class <select id="edit-class"></select></label>
            <button id="undo" type="button">Undo <kbd>z</kbd></button><button id="download" type="button">Download decisions <kbd>s</kbd></button>
            <label><input id="zoom" type="checkbox"> zoom</label><label><input id="predictions" type="checkbox" checked> predictions</label>
            </div></div>
            <p id="review-empty" class="soft" hidden>No suspicion fits these filters.</p>
            </div></section>
            <script type="application/json" id="review-data">\(json)</script>
            <script>\(ReviewScript.text)</script>
            """
    }

    /// JSON in which nothing can end the element that it stands in.
    var json: String {
        func harmless(_ json: String) -> String {
            json.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
        }
        func quoted(_ text: String) -> String { harmless(JSONText.quoted(text)) }
        func number(_ value: Double) -> String { JSONText.number((value * 1e6).rounded() / 1e6) }
        let places = Dictionary(uniqueKeysWithValues: content.reviewImages.enumerated().map { ($1.name, $0) })
        let entries = content.reviewImages.map { image -> String in
            let labels = image.labels.map {
                "[\($0.line),\($0.classID),\($0.box.map(number).joined(separator: ","))]"
            }
            let predictions = image.predictions.map {
                "[\($0.classID),\(number($0.confidence)),\($0.box.map(number).joined(separator: ","))]"
            }
            return
                "{\"name\":\(quoted(image.name)),\"split\":\(quoted(image.split)),\"fold\":\(image.fold),\"loss\":\(number(image.loss)),"
                + "\"gradient\":\(number(image.gradient)),\"src\":\(quoted(image.source)),"
                + "\"labels\":[\(labels.joined(separator: ","))],\"predictions\":[\(predictions.joined(separator: ","))]}"
        }
        let suspicions = content.suspicions.compactMap { it -> String? in
            guard let place = places[it.image] else { return nil }
            let box = it.suggestion.map { "[\($0.classID),\($0.box.map(number).joined(separator: ","))]" } ?? "null"
            return "{\"id\":\(quoted(it.id)),\"image\":\(place),\"line\":\(it.line.map(String.init) ?? "null"),"
                + "\"kind\":\(quoted(it.kind)),\"probability\":\(number(it.probability)),\"impact\":\(number(it.impact)),"
                + "\"box\":\(box),\"why\":\(quoted(it.evidence))}"
        }
        let classes = content.classNames.map(quoted).joined(separator: ",")
        let colours = Stylesheet.classColours.map(quoted).joined(separator: ",")
        let key = ContentDigest.of(Array(content.datasetPath.utf8)).hex.prefix(16)
        return
            "{\"decisions\":\(harmless(content.decisions)),\"dataset\":\(quoted(content.datasetPath)),\"key\":\"\(key)\",\"classes\":[\(classes)],\"colours\":[\(colours)],"
            + "\"images\":[\(entries.joined(separator: ",\n"))],\n\"suspicions\":[\(suspicions.joined(separator: ",\n"))]}"
    }

    /// A picture for the page; nil where it cannot be decoded.
    static func jpeg(_ path: String) -> [UInt8]? {
        ReportPicture.read(path, side: pictureSide).flatMap { ImageEncoder.jpeg($0, quality: 80) }
    }
}
