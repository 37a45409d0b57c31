import FileReading
import Findings
import TextForms
import YOLODataset

/// Suspicions in their order, the most probable first.
///
/// Those that are not shown, nearly all of them, are made when they are asked for: until then each is a place in its image's
/// judgement, of some forty bytes.
public struct SuspicionOrder: RandomAccessCollection, Sendable, Equatable {
    /// What of an image is suspected.
    enum Item: Sendable {
        case row(Int32)
        case absence(Int32)
        /// The image as a whole.
        case image
        /// An image that could not be judged, by its number among these.
        case problem(Int32)
    }

    /// One suspicion, as long as nobody asks for it.
    struct Place: Sendable {
        var image: Int32
        var item: Item
        var kind: SuspicionKind
        var isShown: Bool
        var probability: Double
        var impact: Double
    }

    private var places: [Place] = []
    private var images: [ImageJudgement] = []
    private var problems: [(image: String, reason: String)] = []
    /// Those that a person may want to look at, in the same order.
    private(set) var shown: [Suspicion] = []
    /// Of each place, which of `shown` it is; −1 where it is none.
    private var shownPlaces: [Int32] = []

    init() {}

    /// - Parameters:
    ///   - images: what the places are in.
    ///   - problems: images that could not be judged, with the reason: each is a suspicion.
    ///   - className: for the evidence.
    init(
        _ places: [Place], of images: [ImageJudgement], problems: [(image: String, reason: String)],
        className: @escaping (Int) -> String
    ) {
        self.images = images
        self.problems = problems
        var places = places
        for number in problems.indices {
            places.append(
                Place(
                    image: -1, item: .problem(Int32(clamping: number)), kind: .image, isShown: true, probability: 1,
                    impact: 0))
        }
        places.sort(by: precedes)
        self.places = places
        let wording = Wording(className: className)
        for place in places {
            shownPlaces.append(place.isShown ? Int32(clamping: shown.count) : -1)
            if place.isShown { shown.append(suspicion(place, wording)) }
        }
    }

    /// The first.
    public var startIndex: Int { 0 }
    /// Behind the last.
    public var endIndex: Int { places.count }

    /// The suspicion at a place of the order.
    public subscript(position: Int) -> Suspicion {
        let place = Int(shownPlaces[position])
        return place >= 0 ? shown[place] : suspicion(places[position], nil)
    }

    /// Whether both hold the same suspicions in the same order.
    public static func == (a: SuspicionOrder, b: SuspicionOrder) -> Bool { a.elementsEqual(b) }

    // MARK: Order

    private func precedes(_ a: Place, _ b: Place) -> Bool {
        if a.probability != b.probability { return a.probability > b.probability }
        if a.impact != b.impact { return a.impact > b.impact }
        let (first, second) = (name(a), name(b))
        if first != second { return first < second }
        let (line, other) = (line(a), line(b))
        if line != other { return line < other }
        return suspicion(a, nil).id < suspicion(b, nil).id
    }

    private func name(_ place: Place) -> String {
        if case .problem(let number) = place.item { return problems[Int(number)].image }
        return images[Int(place.image)].image
    }

    /// Rows come before what has no line.
    private func line(_ place: Place) -> Int {
        if case .row(let index) = place.item { return Int(images[Int(place.image)].rows[Int(index)].label.line) }
        return .max
    }

    // MARK: Suspicions

    /// - Parameter wording: of the evidence; nil where it is not asked for.
    private func suspicion(_ place: Place, _ wording: Wording?) -> Suspicion {
        var digest: ContentDigest?
        var label: LabelBox?
        var suggestion: LabelBox?
        var evidence = ""
        switch place.item {
        case .row(let index):
            let image = images[Int(place.image)]
            let row = image.rows[Int(index)]
            (digest, label) = (image.digest, row.label)
            suggestion = Self.suggestion(row, place.kind)
            evidence = wording?.row(row, place.kind) ?? ""
        case .absence(let index):
            let image = images[Int(place.image)]
            let absence = image.absences[Int(index)]
            (digest, suggestion) = (image.digest, absence.suggestion)
            evidence = wording?.absence(absence) ?? ""
        case .image:
            let image = images[Int(place.image)]
            digest = image.digest
            evidence =
                "most of its \(Counted.text(image.rows.count, "label")) fit nothing that the model sees: do they belong to another image?"
        case .problem(let number): evidence = problems[Int(number)].reason
        }
        return Suspicion(
            image: name(place), digest: digest, kind: place.kind, probability: place.probability, impact: place.impact,
            label: label, suggestion: suggestion, evidence: evidence, isShown: place.isShown)
    }

    private static func suggestion(_ row: ImageJudgement.Row, _ kind: SuspicionKind) -> LabelBox? {
        switch kind {
        case .wrongClass:
            var label = row.label
            label.classID = Int32(clamping: row.otherClass)
            return label
        case .shifted: return row.fused ?? row.label
        case .spurious, .duplicate, .missing, .image, .check: return nil
        case .untrainable: return row.label
        }
    }
}

/// Evidence in one sentence.
private struct Wording {
    let className: (Int) -> String

    private func part(_ value: Double) -> String { Figure.text(value, decimals: 2) }

    func row(_ row: ImageJudgement.Row, _ kind: SuspicionKind) -> String {
        let own = className(Int(row.label.classID))
        switch kind {
        case .wrongClass:
            return "labelled \(own), but the predictions here say \(className(row.otherClass)) with "
                + "\(part(row.otherProbability)) against \(part(row.classProbability))"
        case .shifted:
            return row.fused == nil
                ? "no prediction overlaps the \(own) by more than 0.3"
                : "the predictions put the \(own) elsewhere: their box overlaps the label by \(part(row.fusedIoU)), "
                    + "confidence \(part(row.confidence))"
        case .spurious:
            return "no \(own) is predicted here: objectness × IoU reaches \(part(row.support)) at most"
        case .duplicate:
            return
                "overlaps the \(own) of row \(row.earlierLine.map(String.init) ?? "before") by \(part(row.earlierIoU))"
        case .untrainable: return "no anchor matches this box at any level: training never learns it"
        case .missing, .image, .check: return ""
        }
    }

    func absence(_ it: ImageJudgement.Absence) -> String {
        let place = it.nearest < 0.01 ? "no label is near" : "the nearest label overlaps by \(part(it.nearest))"
        return "\(className(Int(it.suggestion.classID))) predicted with confidence \(part(it.confidence)), and \(place)"
    }
}
