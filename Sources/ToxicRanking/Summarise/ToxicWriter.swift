import TextForms
import YOLODataset
import YOLOModel

/// Tables of a run in the forms that others read.
public enum ToxicWriter {
    /// The stable columns.
    public static let columns = [
        "image", "split", "boxes", "loss", "box", "obj", "cls", "dfl", "share", "intensity", "gradient_norm",
        "gradient_norm_backbone", "gradient_norm_neck", "gradient_norm_head", "energy_share", "projection_share",
        "leave_one_out_cosine", "robust_z", "loss_mean", "loss_spread", "loss_forgotten", "probability", "rank",
        "reason", "problem", "angle",
    ]

    private enum Cell: CSVField, JSONWritable {
        case text(String)
        case number(Double?)

        /// Empty for a figure that there is none of, and for NaN and infinity.
        func write(to csv: inout CSVWriter) {
            switch self {
            case .text(let text): text.write(to: &csv)
            case .number(let value): value.write(to: &csv)
            }
        }

        /// Null instead of an empty text.
        func write(to json: inout JSONWriter) {
            switch self {
            case .text(let text): (text.isEmpty ? nil : text).write(to: &json)
            case .number(let value): value.write(to: &json)
            }
        }
    }

    private static func cells(_ image: ImageLoss) -> [Cell] {
        [
            .text(image.sample.image), .text(image.sample.split), .number(Double(image.boxes.count)),
            .number(image.parts?.total), .number(image.parts?.box), .number(image.parts?.objectness),
            .number(image.parts?.classification), .number(image.parts?.distribution), .number(image.share?.total),
            .number(image.intensity?.total), .number(image.norms?.total), .number(image.norms?.backbone),
            .number(image.norms?.neck), .number(image.norms?.head), .number(image.energyShare),
            .number(image.projectionShare), .number(image.leaveOneOutCosine), .number(image.robustZ),
            .number(image.trace?.mean), .number(image.trace?.spread), .number(image.trace?.forgotten),
            .number(image.probability), .number(Double(image.rank)), .text(image.reason), .text(image.problem ?? ""),
            .number(image.parts?.angle),
        ]
    }

    /// Takes the pieces of a file, one after another.
    fileprivate typealias Sink<Failure: Error> = ([UInt8]) throws(Failure) -> Void

    /// Bytes of a file from which on they are handed over.
    private static let pieceSize = 1 << 20

    /// All pieces as a text.
    private static func text(_ write: (Sink<Never>) -> Void) -> String {
        var bytes: [UInt8] = []
        write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A row an image, the worst first; a figure that there is none of is empty.
    public static func csv(_ images: [ImageLoss]) -> String { text { csv(images, to: $0) } }

    private static func csv<Failure>(_ images: [ImageLoss], to sink: Sink<Failure>) throws(Failure) {
        var csv = CSVWriter(columns: columns)
        for image in images {
            csv.row(cells(image))
            if csv.bytes.count >= pieceSize { try sink(csv.take()) }
        }
        try sink(csv.bytes)
    }

    /// An array of objects with the same columns.
    public static func json(_ images: [ImageLoss]) -> String { text { json(images, to: $0) } }

    private static func json<Failure>(_ images: [ImageLoss], to sink: Sink<Failure>) throws(Failure) {
        var json = JSONWriter()
        try json.array(.lines) { (json: inout JSONWriter) throws(Failure) in
            for image in images {
                json.object { json in for (column, cell) in zip(columns, cells(image)) { json.member(column, cell) } }
                if json.bytes.count >= pieceSize { try sink(json.take()) }
            }
        }
        json.endLine()
        try sink(json.bytes)
    }

    /// The images in the order of their names.
    public static func byName(_ images: [ImageLoss]) -> some Sequence<ImageLoss> {
        images.indices.sorted { images[$0].sample.image < images[$1].sample.image }.lazy.map { images[$0] }
    }

    /// A row a label; boxes in fractions of the image.
    public static func boxesCSV(_ images: [ImageLoss]) -> String { text { boxesCSV(images, to: $0) } }

    private static func boxesCSV<Failure>(_ images: [ImageLoss], to sink: Sink<Failure>) throws(Failure) {
        var csv = CSVWriter(columns: [
            "image", "line", "class", "cx", "cy", "w", "h", "matches", "box", "obj", "cls", "gradient_norm",
            "gradient_norm_box", "gradient_norm_obj", "gradient_norm_cls",
        ])
        for image in byName(images) {
            for (box, loss) in zip(image.boxes, image.labels) {
                csv.row(
                    image.sample.image, box.line, box.classID, box.cx, box.cy, box.width, box.height, loss.matches,
                    loss.box, loss.objectness, loss.classification, loss.gradientNorm, loss.gradientNormBox,
                    loss.gradientNormObjectness, loss.gradientNormClassification)
            }
            if csv.bytes.count >= pieceSize { try sink(csv.take()) }
        }
        try sink(csv.bytes)
    }

    /// A row a suspicion: the box is the suggestion, the label's own where the label should go, or the whole image. The
    /// score is the probability; the corners are those of a turned box, x and y by turns.
    ///
    /// Every label row and every prediction that may be an object has its place; of those that are not shown, figures have
    /// single precision and the evidence is empty.
    public static func suspicionsCSV(_ suspicions: some Sequence<Suspicion>) -> String {
        text { suspicionsCSV(suspicions, to: $0) }
    }

    private static func suspicionsCSV<Failure>(_ suspicions: some Sequence<Suspicion>, to sink: Sink<Failure>)
        throws(Failure)
    {
        var csv = CSVWriter(columns: [
            "id", "image", "line", "kind", "score", "impact", "class", "cx", "cy", "w", "h", "evidence",
            "corners",
        ])
        func row(_ it: Suspicion, _ figure: (Double) -> some CSVField) {
            let box = it.suggestion ?? it.label
            csv.row(
                it.id, it.image, it.line, it.kind.rawValue, figure(it.probability), figure(it.impact), box?.classID,
                figure(box?.cx ?? 0.5), figure(box?.cy ?? 0.5), figure(box?.width ?? 1), figure(box?.height ?? 1),
                it.evidence, corners(box))
        }
        // Most rows are there for the order alone: short figures are a third of the file.
        for it in suspicions {
            if it.isShown { row(it) { $0 } } else { row(it) { Float($0) } }
            if csv.bytes.count >= pieceSize { try sink(csv.take()) }
        }
        try sink(csv.bytes)
    }

    /// As a label row says them; empty for an upright box.
    private static func corners(_ box: LabelBox?) -> String {
        (box?.corners ?? []).flatMap { [$0.x, $0.y] }.map { Figure.text($0, decimals: 6) }.joined(separator: " ")
    }

    /// A row a prediction, of all views together; boxes in fractions of the image.
    ///
    /// - Parameter least: less confident ones are left out: they are nine in ten.
    public static func predictionsCSV(_ predictions: [ImagePredictions], least: Double = 0) -> String {
        text { predictionsCSV(predictions, least: least, to: $0) }
    }

    private static func predictionsCSV<Failure>(
        _ predictions: [ImagePredictions], least: Double, to sink: Sink<Failure>
    ) throws(Failure) {
        var csv = CSVWriter(columns: [
            "image", "fold", "class", "confidence", "objectness", "cx", "cy", "w", "h", "corners",
        ])
        for image in predictions {
            for it in image.predictions where it.confidence >= least {
                csv.row(
                    image.image, image.fold + 1, it.box.classID, it.confidence, it.objectness, it.box.cx, it.box.cy,
                    it.box.width, it.box.height, corners(it.box))
            }
            if csv.bytes.count >= pieceSize { try sink(csv.take()) }
        }
        try sink(csv.bytes)
    }

    /// A file of a run, made while it is written: the files of a million images are gigabytes.
    public struct File {
        /// Without a folder.
        public let name: String
        private let make: (Sink<any Error>) throws -> Void

        /// Makes the file, in UTF-8, and hands over a piece of about a MiB after another.
        ///
        /// - Throws: what `emit` throws.
        public func write(_ emit: ([UInt8]) throws -> Void) throws { try make(emit) }

        fileprivate init(_ name: String, _ make: @escaping (Sink<any Error>) throws -> Void) {
            self.name = name
            self.make = make
        }
    }

    /// The files of a run, in the order in which they are written.
    ///
    /// - Parameter least: predictions from this confidence on.
    public static func files(_ result: ToxicResult, least: Double = 0) -> [File] {
        [
            File("images.csv") { try csv(result.images, to: $0) },
            File("images.json") { try json(result.images, to: $0) },
            File("boxes.csv") { try boxesCSV(result.images, to: $0) },
            File("suspicions.csv") { try suspicionsCSV(result.suspicions.suspicions, to: $0) },
            File("hyp.suggested.yaml") { try $0(Array(result.advice.yaml.utf8)) },
            File("predictions.csv") { try predictionsCSV(result.predictions, least: least, to: $0) },
        ]
    }
}
