import FileReading
import Geometry
import TextForms
import YAMLText

/// Writes a data.yaml and a label file an image.
struct YOLOWriter: DatasetWriter {
    let target: ConversionTarget

    func write(
        _ dataset: AnnotatedDataset, to output: OutputFolder, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        losses: inout ConversionLosses
    ) throws {
        let images = dataset.images
        let rows = try WorkerPool.map(
            count: images.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index in
                var rows = YOLORowText(target: target, image: images[index])
                return rows.write()
            })
        for (image, (text, further)) in zip(images, rows) {
            losses.add(further)
            // An image without an object needs no file: trainers take it for background.
            guard !text.isEmpty else { continue }
            try output.write(text, to: "labels/\(image.split)/\(Paths.withoutSuffix(image.name)).txt")
        }
        try output.write(Array(yaml(dataset).utf8), to: "data.yaml")
    }

    private func yaml(_ dataset: AnnotatedDataset) -> String {
        let present = dataset.splits
        var text = "# Made by assay convert; losses.csv tells what did not come through as it was.\n"
        for split in present { text += "\(split): images/\(split)\n" }
        text += "names:\n"
        for (id, name) in dataset.classNames.enumerated() { text += "  \(id): \(YAMLEmitter.scalar(name))\n" }
        return text
    }
}

/// The label rows of one image.
private struct YOLORowText {
    let target: ConversionTarget
    let image: AnnotatedImage
    private var bytes: [UInt8] = []
    private var losses = ConversionLosses()

    init(target: ConversionTarget, image: AnnotatedImage) { (self.target, self.image) = (target, image) }

    mutating func write() -> ([UInt8], ConversionLosses) {
        for object in image.objects { write(object) }
        return (bytes, losses)
    }

    private mutating func write(_ object: AnnotatedObject) {
        guard !object.isCrowd else { return losses.add(.crowd, image.name) }
        let isMeasured = image.size != nil
        var needsSize = !image.isInFractions
        if case .rotated = object.shape { needsSize = true }
        if case .mask = object.shape { needsSize = true }
        guard isMeasured || !needsSize && target != .yoloOBB else { return losses.add(.sizeUnknown, image.name) }
        let written: Bool
        switch target {
        case .yoloSegment: written = writePolygon(object)
        case .yoloOBB: written = writeCorners(object)
        case .yolo, .coco: written = writeBox(object)
        }
        guard written else { return }
        if !object.keypoints.isEmpty { losses.add(.keypoints, image.name) }
        if !object.attributes.isEmpty {
            losses.add(.attributes, image.name, object.attributes.keys.sorted().joined(separator: " "))
        }
    }

    // MARK: Forms

    private mutating func writeBox(_ object: AnnotatedObject) -> Bool {
        guard let bounds = ShapeFractions.bounds(object, of: image), let kept = clipped(bounds) else {
            return false
        }
        switch object.shape {
        case .box: break
        case .rotated: losses.add(.rotationLost, image.name)
        case .polygons: losses.add(.polygonToBox, image.name)
        case .mask: losses.add(.maskToBox, image.name)
        }
        let box = Box(kept)
        append(object.classID, [box.cx, box.cy, box.width, box.height])
        return true
    }

    private mutating func writePolygon(_ object: AnnotatedObject) -> Bool {
        let outline = ShapeFractions.outline(object.shape, of: image)
        guard let bounds = outline.polygon.bounds, clipped(bounds, tells: false) != nil else {
            return tellOutside(outline.polygon.bounds)
        }
        let kept = inside(bounds) ? outline.polygon : outline.polygon.clipped(to: Self.whole)
        guard kept.points.count > 2, abs(kept.signedArea) > 0 || kept.crossesItself else {
            losses.add(.noArea, image.name)
            return false
        }
        if !inside(bounds) { losses.add(.clipped, image.name) }
        if case .mask = object.shape { losses.add(.maskToPolygon, image.name) }
        if outline.parts > 1 { losses.add(.partsJoined, image.name, "\(outline.parts) parts") }
        if outline.holes > 0 { losses.add(.holesFilled, image.name, "\(outline.holes) holes") }
        append(object.classID, kept.points.flatMap { [$0.x, $0.y] })
        return true
    }

    private mutating func writeCorners(_ object: AnnotatedObject) -> Bool {
        guard let size = image.size else { return false }
        let (corners, isFitted) = ShapeFractions.corners(object.shape, of: image, size)
        guard let corners, let bounds = corners.bounds else {
            losses.add(.noArea, image.name)
            return false
        }
        guard clipped(bounds, tells: false) != nil else { return tellOutside(bounds) }
        if isFitted { losses.add(.fittedRectangle, image.name) }
        if !inside(bounds) { losses.add(.clipped, image.name) }
        append(object.classID, corners.points.flatMap { [min(max(0, $0.x), 1), min(max(0, $0.y), 1)] })
        return true
    }

    // MARK: What lies in the image

    private static let whole = Edges(left: 0, top: 0, right: 1, bottom: 1)
    /// Less than rounding makes of it.
    private static let nothing = 1e-9

    private func inside(_ bounds: Edges) -> Bool {
        bounds.left >= -Self.nothing && bounds.top >= -Self.nothing && bounds.right <= 1 + Self.nothing
            && bounds.bottom <= 1 + Self.nothing
    }

    /// The part of a box within the image; nil, with a word, where there is none.
    private mutating func clipped(_ bounds: Edges, tells: Bool = true) -> Edges? {
        let kept = bounds.clipped(width: 1, height: 1)
        guard kept.width > 0, kept.height > 0 else {
            if tells { _ = tellOutside(bounds) }
            return nil
        }
        if tells, !inside(bounds) { losses.add(.clipped, image.name) }
        return kept
    }

    private mutating func tellOutside(_ bounds: Edges?) -> Bool {
        let hasArea = bounds.map { $0.width > 0 && $0.height > 0 } ?? false
        losses.add(hasArea ? .outside : .noArea, image.name)
        return false
    }

    private mutating func append(_ classID: Int, _ values: [Double]) {
        bytes.append(contentsOf: String(classID).utf8)
        for value in values {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: RowNumber.text(value, decimals: 8).utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
