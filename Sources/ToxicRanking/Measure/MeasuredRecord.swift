import FileReading
import Geometry
import YOLODataset
import YOLOModel

// What was measured on an image, as workers keep it for the merge: the bits of every figure. What follows from the images
// together is not part of it.

extension MeasuredImage {
    /// All but the sample and the sketch.
    func write(to writer: inout ByteWriter) {
        writer.number(image.width)
        writer.number(image.height)
        writer.number(image.boxes.count)
        for box in image.boxes { box.write(to: &writer) }
        writer.some(image.parts) { $1.write(to: &$0) }
        writer.some(image.intensity) { $1.write(to: &$0) }
        writer.number(image.labels.count)
        for label in image.labels { label.write(to: &writer) }
        writer.some(image.norms) { writer, norms in
            for value in [norms.total, norms.backbone, norms.neck, norms.head] { writer.double(value) }
        }
        writer.text(image.problem)
        writer.number(model)
        writer.some(evaluation) { $1.write(to: &$0) }
        writer.byte(entry == nil ? 0 : 1)
        judgement.write(to: &writer)
    }

    /// - Parameters:
    ///   - models: how many models judge.
    ///   - sketch: where the sketch is, if there is one.
    /// - Returns: nil where that is no record.
    init?(
        _ scanner: inout ByteScanner, sample: DatasetSample, models: Int, sketch: () -> GradientSketch
    ) {
        image = ImageLoss(sample: sample)
        (image.width, image.height) = (scanner.int(), scanner.int())
        image.boxes = scanner.list(ofSize: 8) { LabelBox(&$0) }
        image.parts = scanner.some { LossParts(&$0) }
        image.intensity = scanner.some { LossParts(&$0) }
        image.labels = scanner.list(ofSize: 8) { LabelLoss(&$0) }
        image.norms = scanner.some { scanner in
            GradientNorms(
                total: scanner.double(), backbone: scanner.double(), neck: scanner.double(), head: scanner.double())
        }
        image.problem = scanner.text()
        model = scanner.int()
        let labels = image.labels
        evaluation = scanner.some { LossEvaluation(&$0, labels: labels) }
        if scanner.byte() != 0 {
            guard let norms = image.norms else { return nil }
            entry = GradientFigures.Entry(norm: norms.total, sketch: sketch(), boxCount: image.boxes.count)
        }
        guard let judgement = ImageJudgement(&scanner, image: sample.image) else { return nil }
        self.judgement = judgement
        // Places and sides that later steps take for what they are.
        guard scanner.isAtEnd, (0..<models).contains(model), (0...1 << 24).contains(image.width),
            (0...1 << 24).contains(image.height), image.labels.count <= image.boxes.count
        else { return nil }
    }
}

extension ImageJudgement {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.some(digest) { $0.plain($1.bytes) }
        writer.number(rows.count)
        for row in rows { row.write(to: &writer) }
        writer.number(absences.count)
        for absence in absences {
            writer.floats(absence.features)
            absence.suggestion.write(to: &writer)
            for value in [absence.confidence, absence.nearest, absence.energy] { writer.double(value) }
        }
        writer.byte(isPlanted ? 1 : 0)
        writer.number(planted.count)
        for one in planted {
            writer.number(one.kind.rawValue)
            writer.floats(one.features)
        }
        writer.number(plantedAbsences.count)
        for features in plantedAbsences { writer.floats(features) }
        writer.number(predictions.count)
        for one in predictions {
            one.box.write(to: &writer)
            writer.double(one.confidence)
            writer.double(one.objectness)
        }
    }

    fileprivate init?(_ scanner: inout ByteScanner, image: String) {
        var digest: ContentDigest?
        if scanner.byte() != 0 {
            guard let kept = ContentDigest(bytes: scanner.plain(32)) else { return nil }
            digest = kept
        }
        self.init(image: image, digest: digest)
        rows = scanner.list(ofSize: 8) { Row(&$0) }
        absences = scanner.list(ofSize: 8) { scanner in
            Absence(
                features: scanner.floats(), suggestion: LabelBox(&scanner), confidence: scanner.double(),
                nearest: scanner.double(), energy: scanner.double())
        }
        isPlanted = scanner.byte() != 0
        let kept = scanner.list(ofSize: 2) { scanner in
            (kind: LabelPlanting.Kind(rawValue: scanner.int()), features: scanner.floats())
        }
        planted = kept.compactMap { one in one.kind.map { ($0, one.features) } }
        plantedAbsences = scanner.list(ofSize: 1) { $0.floats() }
        predictions = scanner.list(ofSize: 8) { scanner in
            ImagePredictions.Prediction(
                box: LabelBox(&scanner), confidence: scanner.double(), objectness: scanner.double())
        }
        // Trees take as many features of every sample.
        let ofRows = Set(rows.map(\.features.count) + planted.map(\.features.count))
        let ofAbsences = Set(absences.map(\.features.count) + plantedAbsences.map(\.count))
        guard planted.count == kept.count, ofRows.isSubset(of: [RowFeatures.count]),
            ofAbsences.isSubset(of: [PredictionCluster.featureCount])
        else { return nil }
    }
}

extension ImageJudgement.Row {
    fileprivate func write(to writer: inout ByteWriter) {
        label.write(to: &writer)
        writer.floats(features)
        writer.number(otherClass)
        for value in [otherProbability, classProbability] { writer.double(value) }
        writer.some(fused) { $1.write(to: &$0) }
        for value in [fusedIoU, confidence, support] { writer.double(value) }
        writer.some(earlierLine) { $0.number(Int($1)) }
        writer.double(earlierIoU)
        writer.number(matches)
        writer.double(energy)
    }

    fileprivate init(_ scanner: inout ByteScanner) {
        label = LabelBox(&scanner)
        features = scanner.floats()
        otherClass = scanner.int()
        (otherProbability, classProbability) = (scanner.double(), scanner.double())
        fused = scanner.some { LabelBox(&$0) }
        (fusedIoU, confidence, support) = (scanner.double(), scanner.double(), scanner.double())
        earlierLine = scanner.some { UInt32(clamping: $0.int()) }
        earlierIoU = scanner.double()
        matches = scanner.int()
        energy = scanner.double()
    }
}

extension LabelBox {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.number(Int(classID))
        writer.number(Int(line))
        for value in [box.cx, box.cy, box.width, box.height] { writer.double(value) }
        writer.some(corners) { writer, corners in writer.doubles(corners.flatMap { [$0.x, $0.y] }) }
    }

    fileprivate init(_ scanner: inout ByteScanner) {
        let (classID, line) = (Int32(clamping: scanner.int()), UInt32(clamping: scanner.int()))
        let box = Box(
            cx: scanner.double(), cy: scanner.double(), width: scanner.double(), height: scanner.double())
        self.init(classID: classID, box: box, line: line)
        corners = scanner.some { scanner in
            let values = scanner.doubles()
            return stride(from: 0, to: values.count - 1, by: 2).map { PlanePoint(values[$0], values[$0 + 1]) }
        }
    }
}

extension ByteWriter {
    /// Whether there is one, and what it is.
    fileprivate mutating func some<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        byte(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }
}

extension ByteScanner {
    /// What `some` wrote.
    fileprivate mutating func some<Value>(_ read: (inout ByteScanner) -> Value) -> Value? {
        byte() == 0 ? nil : read(&self)
    }

    /// Things behind their count.
    ///
    /// - Parameter size: bytes that each takes at least.
    fileprivate mutating func list<Value>(ofSize size: Int, _ read: (inout ByteScanner) -> Value) -> [Value] {
        let count = count(ofSize: size)
        var values: [Value] = []
        for _ in 0..<count where !isDamaged { values.append(read(&self)) }
        return values
    }
}
