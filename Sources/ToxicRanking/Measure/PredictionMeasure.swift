import Geometry
import Imaging
import YOLODataset
import YOLOModel

/// Compares what a model predicts on single images with the labels, and with itself.
struct PredictionMeasure: Sendable {
    let model: DetectionModel
    let dataset: Dataset
    let options: ToxicOptions
    let detection: DetectionOptions
    let convention: AveragePrecision.Convention
    /// Whether images are passed mirrored and at three quarters of the size, too.
    let checksConsistency: Bool

    /// - Parameters:
    ///   - networks: of the options' size.
    ///   - smaller: of three quarters of it, so that networks are not made anew for every image.
    /// - Returns: nil where the image cannot be decoded.
    func measure(
        _ sample: DatasetSample, _ networks: JudgingNetworks, smaller: JudgingNetworks
    ) throws -> (image: Evaluation.Image, result: AveragePrecision.ImageResult)? {
        guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
        let predictions = try predict(networks, image, size: options.imageSize)
        let labels = labels(sample, options.letterbox(width: image.width, height: image.height, model))
        let shown = Self.shown(predictions)
        let figures = Evaluation.Image(
            image: sample.image, labels: labels.count, detections: shown.count,
            flipDisagreement: checksConsistency ? try flipDisagreement(shown, networks, image) : nil,
            sizeDisagreement: checksConsistency ? try sizeDisagreement(shown, smaller, image) : nil)
        return (figures, .init(predictions: predictions, labels: labels, convention: convention))
    }

    /// In pixels of the scaled image.
    private func predict(_ networks: JudgingNetworks, _ image: RGBImage, size: Int) throws -> [Detection] {
        var sized = options
        sized.imageSize = size
        let letterbox = sized.letterbox(width: image.width, height: image.height, model)
        let network = try networks.network(0, input: letterbox.input)
        let outputs = try network.forward(letterbox.planarFloats(of: image))
        let found = model.detections(outputs: outputs, input: letterbox.input, options: detection)
        return found.map { found in
            var moved = found
            moved.box = found.box.moved(left: Double(letterbox.padLeft), up: Double(letterbox.padTop))
            // YOLOv5 validates with boxes that are cut at the image's edge, the v8 family with whole ones.
            if model.family.hasAnchors {
                moved.box = moved.box.clipped(
                    width: Double(letterbox.scaledWidth), height: Double(letterbox.scaledHeight))
            }
            return moved
        }
    }

    /// In pixels of the scaled image.
    private func labels(_ sample: DatasetSample, _ letterbox: Letterbox) -> [Detection] {
        // By way of the loss's targets, so that labels have the single precision in which training sees them.
        let isTurned = model.angles != nil
        let (across, down) = (Double(letterbox.width), Double(letterbox.height))
        let boxes = sample.trainableBoxes(in: dataset, keepsCorners: isTurned)
        return letterbox.targets(boxes, asTurned: isTurned).map { target in
            let box = Box(
                cx: Double(target.cx), cy: Double(target.cy), width: Double(target.width), height: Double(target.height)
            ).multiplied(width: across, height: down)
            let place = isTurned ? ObjectBox(target.turned(width: across, height: down)) : ObjectBox(Edges(box))
            return Detection(
                box: place.moved(left: Double(letterbox.padLeft), up: Double(letterbox.padTop)), confidence: 1,
                classID: target.classID)
        }
    }

    // MARK: Consistency

    private static func shown(_ predictions: [Detection]) -> [Detection] {
        predictions.filter { $0.confidence >= Evaluation.shownConfidence }
    }

    private func flipDisagreement(
        _ shown: [Detection], _ networks: JudgingNetworks, _ image: RGBImage
    ) throws -> Double {
        let width = options.letterbox(width: image.width, height: image.height, model).scaledWidth
        let mirrored = try predict(networks, image.mirrored(), size: options.imageSize)
        return Evaluation.disagreement(
            shown, Self.shown(mirrored).map { $0.moved(to: $0.box.mirrored(width: Double(width))) })
    }

    /// Nil where three quarters of the size are no smaller multiple of the stride.
    private func sizeDisagreement(
        _ shown: [Detection], _ networks: JudgingNetworks, _ image: RGBImage
    ) throws -> Double? {
        let stride = model.largestStride
        let small = max(stride, options.imageSize * 3 / 4 / stride * stride)
        guard small != options.imageSize else { return nil }
        let factor = Double(options.imageSize) / Double(small)
        let found = try predict(networks, image, size: small)
        return Evaluation.disagreement(
            shown, Self.shown(found).map { $0.moved(to: $0.box.multiplied(width: factor, height: factor)) })
    }
}

extension Detection {
    /// The same with another box.
    fileprivate func moved(to box: ObjectBox) -> Detection {
        Detection(box: box, confidence: confidence, classID: classID)
    }
}

extension RGBImage {
    /// Left and right exchanged.
    func mirrored() -> RGBImage {
        var turned = pixels
        for row in 0..<height {
            for column in 0..<width {
                let from = 3 * (row * width + column)
                let to = 3 * (row * width + width - 1 - column)
                for channel in 0..<3 { turned[to + channel] = pixels[from + channel] }
            }
        }
        return RGBImage(width: width, height: height, pixels: turned)
    }
}
