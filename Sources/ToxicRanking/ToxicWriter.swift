import Findings
import YOLOModel

/// Tables of a run in the forms that others read.
public enum ToxicWriter {
    /// The stable columns.
    public static let columns = [
        "image", "split", "boxes", "loss", "box", "obj", "cls", "dfl", "share", "intensity", "gradient_norm",
        "gradient_norm_backbone", "gradient_norm_neck", "gradient_norm_head", "energy_share", "projection_share",
        "leave_one_out_cosine", "robust_z", "loss_mean", "loss_spread", "loss_forgotten", "probability", "rank",
        "reason", "problem",
    ]

    private enum Cell {
        case text(String)
        case number(Double?)
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
            .number(image.probability),
            .number(Double(image.rank)), .text(image.reason), image.problem.map(Cell.text) ?? .text(""),
        ]
    }

    /// Empty for a figure that there is none of, and for NaN and infinity.
    private static func field(_ value: Double?) -> String {
        value.flatMap { $0.isFinite ? JSONText.number($0) : nil } ?? ""
    }

    /// A row an image, the worst first; a figure that there is none of is empty.
    public static func csv(_ images: [ImageLoss]) -> String {
        let rows = images.map { image in
            cells(image).map { cell -> String in
                switch cell {
                case .text(let text): CSVText.field(text)
                case .number(let value): field(value)
                }
            }.joined(separator: ",") + "\n"
        }
        return columns.joined(separator: ",") + "\n" + rows.joined()
    }

    /// An array of objects with the same columns.
    public static func json(_ images: [ImageLoss]) -> String {
        let rows = images.map { image in
            "  {"
                + zip(columns, cells(image)).map { column, cell -> String in
                    switch cell {
                    case .text(let text): "\"\(column)\": \(text.isEmpty ? "null" : JSONText.quoted(text))"
                    case .number(let value): "\"\(column)\": \(value.map(JSONText.number) ?? "null")"
                    }
                }.joined(separator: ", ") + "}"
        }
        return "[\n" + rows.joined(separator: ",\n") + "\n]\n"
    }

    /// A row a label.
    public static func boxesCSV(_ images: [ImageLoss]) -> String {
        var text =
            "image,line,class,cx,cy,w,h,matches,box,obj,cls,gradient_norm,gradient_norm_box,gradient_norm_obj,"
            + "gradient_norm_cls\n"
        for image in images.sorted(by: { $0.sample.image < $1.sample.image }) {
            for (box, loss) in zip(image.boxes, image.labels) {
                let numbers: [Double?] = [
                    box.cx, box.cy, box.width, box.height, Double(loss.matches), loss.box, loss.objectness,
                    loss.classification, loss.gradientNorm, loss.gradientNormBox, loss.gradientNormObjectness,
                    loss.gradientNormClassification,
                ]
                text += "\(CSVText.field(image.sample.image)),\(box.line),\(box.classID),"
                text += numbers.map(field).joined(separator: ",") + "\n"
            }
        }
        return text
    }

    /// A row a suspicion: the box is the suggestion, the label's own where the label should go, or the whole image. The
    /// score is the probability.
    public static func suspicionsCSV(_ suspicions: [Suspicion]) -> String {
        let rows = suspicions.map { it -> String in
            let box = it.suggestion ?? it.label
            let numbers = [box?.cx ?? 0.5, box?.cy ?? 0.5, box?.width ?? 1, box?.height ?? 1].map(JSONText.number)
            return "\(it.id),\(CSVText.field(it.image)),\(it.line.map(String.init) ?? ""),\(it.kind.rawValue),"
                + "\(JSONText.number(it.probability)),\(JSONText.number(it.impact)),"
                + "\(box.map { String($0.classID) } ?? ""),\(numbers.joined(separator: ",")),"
                + "\(CSVText.field(it.evidence))\n"
        }
        return "id,image,line,kind,score,impact,class,cx,cy,w,h,evidence\n" + rows.joined()
    }

    /// A row a prediction, of all views together; boxes in fractions of the image.
    public static func predictionsCSV(_ predictions: [ImagePredictions]) -> String {
        var text = "image,fold,class,confidence,objectness,cx,cy,w,h\n"
        for image in predictions {
            for it in image.predictions {
                let numbers = [it.confidence, it.objectness, it.box.cx, it.box.cy, it.box.width, it.box.height]
                text += "\(CSVText.field(image.image)),\(image.fold + 1),\(it.box.classID),"
                text += numbers.map(JSONText.number).joined(separator: ",") + "\n"
            }
        }
        return text
    }

    /// The first rows, for people.
    public static func table(_ result: ToxicResult, top: Int) -> String {
        func short(_ value: Double?, _ digits: Double = 1000) -> String {
            value.map { "\(($0 * digits).rounded() / digits)" } ?? "–"
        }
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let shown = result.images.prefix(top)
        let width = min(60, (shown.map { $0.sample.image.count }.max() ?? 10) + 2)
        var text = left("image", width) + left("boxes", 7) + left("loss", 9) + left("box", 8) + left("obj", 8)
        text += left("cls", 8) + left("|grad|", 9) + left("energy", 8) + "reason\n"
        for image in shown {
            text += left(image.sample.image, width) + left("\(image.boxes.count)", 7)
            text += left(short(image.parts?.total), 9) + left(short(image.parts?.box), 8)
            text += left(short(image.parts?.objectness), 8) + left(short(image.parts?.classification), 8)
            text += left(short(image.norms?.total), 9) + left(short(image.energyShare.map { $0 * 100 }, 100) + "%", 8)
            text += image.reason + "\n"
        }
        text +=
            "\n\(result.images.count) images; loss of the dataset as one batch \(short(result.datasetLoss.total, 100_000))"
        text +=
            " (box \(short(result.datasetLoss.box, 100_000)), obj \(short(result.datasetLoss.objectness, 100_000)), "
        text += "cls \(short(result.datasetLoss.classification, 100_000)))\n"
        text += "clipping at max_norm 10 would touch \(short(result.clippedAt10 * 100, 10)) % of the images, at 1 "
        text +=
            "\(short(result.clippedAt1 * 100, 10)) %; the top 1 % hold \(short(result.topPercentEnergy * 100, 10)) % of "
        text += "the gradient's energy; effective sample size \(short(result.effectiveSampleSize, 10))\n"
        text += suspicionTable(result, top: top)
        text += "\n" + result.advice.yaml
        return text
    }
}

extension ToxicWriter {
    /// The most probable suspicions, and how many wrong labels of each kind there should be.
    static func suspicionTable(_ result: ToxicResult, top: Int) -> String {
        let list = result.suspicions
        var text =
            result.isOutOfFold
            ? "\nsuspicions, by models that have not seen the labels they judge:\n"
            : "\nsuspicions, in sample: a checkpoint excuses wrong labels that it has learned (assay-probe judges out of fold)\n"
        for it in list.suspicions.prefix(top) {
            let row = it.line.map { ":\($0)" } ?? ""
            text +=
                "\((it.probability * 100).rounded() / 100)  \(it.kind.rawValue)  \(it.image)\(row)  \(it.evidence)\n"
        }
        if list.foundShare < 0.5 {
            text +=
                "the models find only \((list.foundShare * 1000).rounded() / 10) % of the labels: train longer, or at a larger size\n"
        }
        let counts = Suspicion.Kind.allCases.compactMap { kind in
            list.expected[kind].map { "\(kind.rawValue) \(($0 * 10).rounded() / 10)" }
        }
        text += "expected number of wrong labels: \(counts.joined(separator: ", "))"
        text += list.isCalibrated ? "\n" : " (too few labels to calibrate: plain scores)\n"
        return text
    }
}

extension ToxicWriter {
    /// The files of a run by name, in the order in which they are written.
    public static func files(_ result: ToxicResult) -> [(name: String, text: String)] {
        [
            ("images.csv", csv(result.images)), ("images.json", json(result.images)),
            ("boxes.csv", boxesCSV(result.images)), ("suspicions.csv", suspicionsCSV(result.suspicions.suspicions)),
            ("hyp.suggested.yaml", result.advice.yaml), ("predictions.csv", predictionsCSV(result.predictions)),
        ]
    }
}

/// A checkpoint's layers, for people.
public enum ModelTable {
    public static func text(_ model: DetectionModel) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        var text = left("layer", 7) + left("from", 16) + left("module", 14) + "parameters\n"
        for layer in model.layers {
            text += left("\(layer.index)", 7) + left(layer.from.map(String.init).joined(separator: ","), 16)
            text += left(layer.module, 14) + "\(layer.parameterCount)\n"
        }
        text += "\(model.family.rawValue), \(model.parameterCount) parameters, \(model.classCount) classes"
        if let operations = model.operations(size: 640) {
            text += ", \((operations / 1e8).rounded() / 10) GFLOPs at 640 px"
        }
        text += ", strides \(model.strides.map(String.init).joined(separator: ", "))\n"
        for (level, anchors) in model.anchors.enumerated() {
            let pairs = anchors.map { "\(JSONText.number($0.width)),\(JSONText.number($0.height))" }
            text += "anchors of stride \(model.strides[level]): \(pairs.joined(separator: " "))\n"
        }
        if let names = model.classNames { text += "names: \(names.joined(separator: ", "))\n" }
        return text
    }
}
