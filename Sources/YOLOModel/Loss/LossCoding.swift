import FileReading

// Losses as they are kept between machines: the bits of every figure, so that it reads back as the same.

extension LossParts {
    /// Every part, or that there is none.
    package func write(to writer: inout ByteWriter) {
        writer.double(box)
        writer.optional(objectness)
        writer.double(classification)
        writer.optional(distribution)
        writer.optional(angle)
    }

    /// What `write` wrote.
    package init(_ scanner: inout ByteScanner) {
        self.init(
            box: scanner.double(), objectness: scanner.optional(), classification: scanner.double(),
            distribution: scanner.optional(), angle: scanner.optional())
    }
}

extension LabelLoss {
    /// Every figure.
    package func write(to writer: inout ByteWriter) {
        writer.number(matches)
        writer.double(box)
        writer.optional(objectness)
        writer.double(classification)
        writer.double(gradientNorm)
        writer.double(gradientNormBox)
        writer.optional(gradientNormObjectness)
        writer.double(gradientNormClassification)
    }

    /// What `write` wrote.
    package init(_ scanner: inout ByteScanner) {
        self.init(
            matches: scanner.int(), box: scanner.double(), objectness: scanner.optional(),
            classification: scanner.double(), gradientNorm: scanner.double(), gradientNormBox: scanner.double(),
            gradientNormObjectness: scanner.optional(), gradientNormClassification: scanner.double())
    }
}

extension LossEvaluation {
    /// Without the labels and the gradients at the outputs.
    package func write(to writer: inout ByteWriter) {
        parts.write(to: &writer)
        writer.doubles(counts.values)
        writer.doubles(boxNumerators)
        writer.doubles(classNumerators)
        writer.doubles(distributionNumerators)
        writer.doubles(angleNumerators)
        writer.byte(isFinite ? 1 : 0)
    }

    /// - Parameter labels: which were kept elsewhere.
    package init(_ scanner: inout ByteScanner, labels: [LabelLoss]) {
        self.init(
            parts: LossParts(&scanner), labels: labels, counts: LossCounts(scanner.doubles()),
            boxNumerators: scanner.doubles(), classNumerators: scanner.doubles(),
            distributionNumerators: scanner.doubles(), angleNumerators: scanner.doubles(), outputGradients: [],
            isFinite: scanner.byte() != 0)
    }
}
