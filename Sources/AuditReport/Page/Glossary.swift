import TextForms

/// The words of the report, each in one sentence: the page and docs/glossary.md are made of this.
public enum Glossary {
    /// A word and what it means.
    struct Term {
        /// As the report writes it.
        let name: String
        /// One sentence.
        let meaning: String
        /// Other spellings that are explained by the same sentence.
        var also: [String] = []

        var id: String {
            "term-" + name.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
        }
    }

    /// By name.
    static let terms: [Term] = [
        Term(
            name: "AAT",
            meaning: "Anchors above threshold: how many anchors reach a box on average, more being better learned."),
        Term(name: "anchor", meaning: "A box size that a model with anchors predicts corrections of."),
        Term(
            name: "BPR",
            meaning: "Best possible recall: the share of boxes that some anchor reaches; the others cannot be learned.",
            also: ["BPR, new", "BPR, current"]),
        Term(
            name: "can it be trained",
            meaning: "Whether the trainer starts on the dataset as it stands, and keeps all of it.",
            also: ["Can it be trained?"]),
        Term(
            name: "check",
            meaning:
                "An image of which nothing is suspected, drawn at random: what people find in such images tells what else is wrong."
        ),
        Term(
            name: "class", meaning: "A suspicion that the object is of another class than its label says."),
        Term(
            name: "clipped",
            meaning:
                "Of the gradient: trainers shorten one that is longer than max_norm, so that such an image counts less.",
            also: ["clipped at max_norm 10", "clipped at max_norm 1"]),
        Term(
            name: "confidence", meaning: "How sure the model is of a box that it predicts, from 0 to 1."),
        Term(
            name: "dropped",
            meaning: "Left out by the trainer in silence: an image with a row that it does not take is never seen.",
            also: ["images dropped in silence", "Images lost"]),
        Term(name: "duplicate", meaning: "A suspicion that the object has another label of the class already."),
        Term(
            name: "effective sample size",
            meaning:
                "As many images of equal gradients would say as much: far below the number of images, few of them steer training."
        ),
        Term(
            name: "energy share",
            meaning: "An image's squared gradient norm over the sum of all: how much of training it asks for.",
            also: ["energy in the top 1 %"]),
        Term(
            name: "fitness",
            meaning: "How well anchors fit the boxes: the mean of the best side ratio of each box, 1 being perfect.",
            also: ["fitness, new", "fitness, current"]),
        Term(
            name: "fold",
            meaning: "One of the equal parts of the dataset; a model of the probe learns from the other parts."),
        Term(
            name: "gradient norm", meaning: "How far the image alone would move the model's parameters in one step.",
            also: ["gradient"]),
        Term(
            name: "impact",
            meaning:
                "The part of all labels' gradient energy that hangs on this one: how much training changes with it."),
        Term(
            name: "in sample",
            meaning: "Judged by a checkpoint that has learned these labels, and therefore excuses many wrong ones."),
        Term(
            name: "intensity",
            meaning:
                "The image's loss by its own number of matched boxes, comparable between images with few and many labels."
        ),
        Term(
            name: "IoU",
            meaning: "Intersection over union of two boxes: 1 where they are the same, 0 where they do not touch.",
            also: ["mean IoU"]),
        Term(
            name: "labels probably wrong",
            meaning:
                "The sum of all probabilities: how many label rows a person would change, with an interval at 95 %.",
            also: ["Labels probably wrong"]),
        Term(
            name: "leakage",
            meaning: "The same or nearly the same image in two splits: validation then measures memory.",
            also: ["Leakage"]),
        Term(
            name: "loss",
            meaning: "What the trainer would print for this image alone: how far the model is from its labels."),
        Term(name: "missing", meaning: "A suspicion that an object has no label."),
        Term(
            name: "out of fold",
            meaning:
                "Judged by a model that has not seen the image, so that it cannot excuse a wrong label by having learned it."
        ),
        Term(
            name: "probability",
            meaning: "How likely a person would change the label, calibrated on errors planted into this dataset."),
        Term(
            name: "probe",
            meaning:
                "A small model trained briefly on parts of the dataset, to judge each image by a model that has not seen it.",
            also: ["Quality of the probe"]),
        Term(name: "shifted", meaning: "A suspicion that the object is elsewhere, or larger or smaller than its box."),
        Term(name: "spurious", meaning: "A suspicion that there is no object at a label."),
        Term(name: "untrainable", meaning: "A label that no anchor or cell of the model reaches."),
    ]

    private static let byName: [String: Term] = {
        var names: [String: Term] = [:]
        for term in terms { for name in [term.name] + term.also { names[name] = term } }
        return names
    }()

    /// A word of the glossary, with its sentence under the pointer and the keyboard's focus.
    static func term(_ name: String) -> Markup { explained(name) }

    /// A name, explained where the glossary knows it.
    static func explained(_ name: String) -> Markup {
        guard let term = byName[name] else { return Markup(text: name) }
        return .element(
            "span", ["class": "tip"],
            .element(
                "a", ["class": "term", "href": "#\(term.id)", "aria-describedby": "about-\(term.id)"],
                Markup(text: name)), .element("span", ["role": "tooltip"], Markup(text: term.meaning)))
    }

    /// All words, for the page.
    static var section: PageSection {
        let entries = terms.map { term in
            Markup.element("dt", ["id": term.id], Markup(text: term.name))
                + .element("dd", ["id": "about-\(term.id)"], Markup(text: term.meaning))
        }
        return PageSection(
            id: "glossary", heading: "Words",
            body: .element(
                "details", ["class": "panel"], .element("summary", "What the words of this page mean"),
                .element("dl", ["class": "glossary"], .joined(entries))))
    }

    /// All words, as docs/glossary.md.
    public static var page: String {
        let rows = terms.map { "| \($0.name) | \($0.meaning) |" }
        return """
            # Words

            What the words of the report and of the tables mean. The report's page explains them in the same sentences.

            | word | meaning |
            |---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
