import FileReading
import TextForms

/// The part of the page that annotators work in: suspicions, the image, decisions.
struct ReviewSection {
    let content: ReportContent

    init(_ content: ReportContent) { self.content = content }

    /// Nil where nothing is suspected.
    var view: PageView? {
        guard !content.suspicions.isEmpty else { return nil }
        let terms = ["probability", "impact", "loss", "gradient"].map { ($0, Glossary.explained($0)) }
        let about: Markup = "\(shown)\(judged)\(expected)\(left)"
        let body = FrontEnd.review.filled(
            ["about": about, "data": Markup(verbatim: json)].merging(terms) { first, _ in first })
        return PageView("review", "Review", body)
    }

    /// How many of those that there are.
    private var shown: Markup {
        let count = content.suspicions.count { $0.kind != .check }
        guard content.suspicionCount > count else { return "\(Counted.text(count, "suspicion")), the worst first. " }
        return """
            The \(Counted.number(count)) most probable of \(Counted.text(content.suspicionCount, "suspicion")); \
            report.suspicions in the plan says how many. 
            """
    }

    private var judged: Markup {
        content.isOutOfFold
            ? "Each label was judged by a model that has not seen it."
            : "In sample: a checkpoint excuses wrong labels that it has learned; a probe judges out of fold."
    }

    private var expected: Markup {
        let counts = content.expectedErrors.map { "\($0.kind) \(ReportFigure.number($0.count, decimals: 0))" }
        return counts.isEmpty ? "" : " Expected wrong labels: \(counts.joined(separator: ", "))."
    }

    /// What is still wrong in images of which nothing is suspected.
    private var left: Markup {
        let checks = content.spotChecks
        guard let interval = checks.interval else {
            return
                " The suspicions of kind “check” are unsuspected images, drawn at random: they tell what is still wrong."
        }
        let range = "\(ReportFigure.percent(interval.lowerBound))–\(ReportFigure.percent(interval.upperBound))"
        return """
             Of \(checks.looked) unsuspected images that were checked, \(checks.wrong) held an error: \
            \(range) of all such images (95 %).
            """
    }

    /// What the program reads: JSON in which nothing can end the element that it stands in.
    var json: String {
        let places = Dictionary(uniqueKeysWithValues: content.reviewImages.enumerated().map { ($1.name, $0) })
        var json = JSONWriter(spacing: .tight, step: 0, escapesMarkup: true)
        json.object { json in
            json.member("decisions", JSONFragment(content.decisions))
            json.member("dataset", content.datasetPath)
            json.member("key", String(ContentDigest.of(Array(content.datasetPath.utf8)).hex.prefix(16)))
            json.member("classes", content.classNames)
            json.member("colours", ClassColours.all)
            json.object("expected") { json in
                for entry in content.expectedErrors { json.member(entry.kind, Share(entry.count)) }
            }
            json.array("images", .hanging) { json in
                for image in content.reviewImages { json.value(image) }
            }
            json.startLine()
            json.array("suspicions", .hanging) { json in
                for it in content.suspicions { if let place = places[it.image] { write(it, place, to: &json) } }
            }
        }
        return json.text
    }

    private func write(_ it: ReportContent.Accusation, _ image: Int, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", it.id)
            json.member("image", image)
            json.member("line", it.line)
            json.member("kind", it.kind.rawValue)
            json.member("probability", Share(it.probability))
            json.member("impact", Share(it.impact))
            json.member("box", it.suggestion.map { JSONRow(numbers: [Double($0.classID)] + $0.box) })
            json.member("why", it.evidence)
        }
    }
}

/// A number to a millionth: less than a pixel of any picture.
private struct Share: JSONWritable {
    let value: Double

    init(_ value: Double) { self.value = value }

    func write(to json: inout JSONWriter) { json.value(Figure.rounded(value, decimals: 6)) }
}

/// Numbers in a row, to a millionth.
private struct JSONRow: JSONWritable {
    let numbers: [Double]

    func write(to json: inout JSONWriter) { json.value(numbers.map(Share.init)) }
}

extension ReportContent.ReviewImage: JSONWritable {
    /// As the page's `data.js` describes it.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("split", split)
            json.member("fold", fold)
            json.member("loss", Share(loss))
            json.member("gradient", Share(gradient))
            json.member("src", source)
            json.member(
                "labels", labels.map { JSONRow(numbers: [Double($0.line), Double($0.classID)] + $0.box) })
            json.member(
                "predictions", predictions.map { JSONRow(numbers: [Double($0.classID), $0.confidence] + $0.box) })
        }
    }
}
