import Geometry
import TextForms

/// Writes COCO's instances, one file a split.
struct COCOWriter: DatasetWriter {
    func write(
        _ dataset: AnnotatedDataset, to output: OutputFolder, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        losses: inout ConversionLosses
    ) throws {
        var imageID = 0
        var objectID = 0
        for split in dataset.splits {
            if isCancelled() { throw CancellationError() }
            var images = JSONWriter(spacing: .tight, step: 0)
            var annotations = JSONWriter(spacing: .tight, step: 0)
            images.array { images in
                annotations.array { annotations in
                    for image in dataset.images where image.split == split {
                        imageID += 1
                        images.startLine()
                        write(image, imageID, &images)
                        for object in image.objects {
                            guard let placed = placed(object, image, &losses) else { continue }
                            objectID += 1
                            annotations.startLine()
                            write(object, placed, objectID, imageID, &annotations)
                        }
                    }
                }
            }
            var json = JSONWriter(spacing: .tight, step: 0)
            json.object { json in
                json.object("info") { $0.member("description", "assay convert") }
                json.member("images", JSONFragment(images.text))
                json.startLine()
                json.member("annotations", JSONFragment(annotations.text))
                json.startLine()
                json.array("categories") { json in
                    for (id, name) in dataset.classNames.enumerated() {
                        write(name, id + 1, dataset.keypointNames, &json)
                    }
                }
            }
            json.endLine()
            try output.write(json.bytes, to: "annotations/instances_\(split).json")
        }
    }

    private func write(_ name: String, _ id: Int, _ keypoints: [String], _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("name", name)
            json.member("supercategory", "")
            if !keypoints.isEmpty { json.member("keypoints", keypoints) }
        }
    }

    private func write(_ image: AnnotatedImage, _ id: Int, _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("file_name", image.name)
            json.member("width", image.size?.width)
            json.member("height", image.size?.height)
        }
    }

    // MARK: Objects

    /// A shape in pixels.
    private struct Placed {
        var bounds: Edges
        var area: Double
        var polygons: [Polygon] = []
        var mask: RunLengthMask?
        /// Whether the figures are those of the export, which are written as they are.
        var isExact: Bool
        /// Pixels a unit of the object's key points.
        var scale: PlanePoint
    }

    private func placed(_ object: AnnotatedObject, _ image: AnnotatedImage, _ losses: inout ConversionLosses) -> Placed?
    {
        guard let size = image.size else {
            losses.add(.sizeUnknown, image.name)
            return nil
        }
        let (width, height) = image.isInFractions ? (Double(size.width), Double(size.height)) : (1, 1)
        guard var bounds = object.bounds else {
            losses.add(.noArea, image.name)
            return nil
        }
        var polygons: [Polygon] = []
        var mask: RunLengthMask?
        var area: Double?
        switch object.shape {
        case .box: bounds = bounds.multiplied(width: width, height: height)
        case .rotated(let box):
            polygons = [box.corners]
            area = box.width * box.height
        case .polygons(let parts):
            polygons = parts.map { Polygon($0.points.map { $0.multiplied(width: width, height: height) }) }
            area = polygons.reduce(0) { $0 + abs($1.signedArea) }
            bounds = bounds.multiplied(width: width, height: height)
        case .mask(let runs):
            mask = runs
            area = Double(runs.area)
        }
        guard bounds.area > 0, bounds.area.isFinite else {
            losses.add(.noArea, image.name)
            return nil
        }
        return Placed(
            bounds: bounds, area: area ?? bounds.area, polygons: polygons, mask: mask,
            isExact: !image.isInFractions, scale: PlanePoint(width, height))
    }

    private func write(
        _ object: AnnotatedObject, _ placed: Placed, _ id: Int, _ imageID: Int, _ json: inout JSONWriter
    ) {
        func figure(_ value: Double) -> Double { Figure.rounded(value, decimals: 6) }
        func place(_ value: Double) -> Double { placed.isExact ? value : figure(value) }
        json.object { json in
            json.member("id", id)
            json.member("image_id", imageID)
            json.member("category_id", object.classID + 1)
            let box = placed.bounds
            json.member("bbox", [box.left, box.top, box.right - box.left, box.bottom - box.top].map(figure))
            json.member("area", figure(placed.area))
            json.member("iscrowd", object.isCrowd ? 1 : 0)
            if let mask = placed.mask {
                json.object("segmentation") { json in
                    json.member("size", [mask.height, mask.width])
                    json.member("counts", mask.counts)
                }
            } else {
                json.array("segmentation") { json in
                    for polygon in placed.polygons {
                        json.value(polygon.points.flatMap { [place($0.x), place($0.y)] })
                    }
                }
            }
            if !object.keypoints.isEmpty { write(object.keypoints, placed.scale, &json) }
            if !object.attributes.isEmpty {
                json.object("attributes") { json in
                    for (name, value) in object.attributes.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
                }
            }
        }
    }

    private func write(_ points: [Keypoint], _ scale: PlanePoint, _ json: inout JSONWriter) {
        json.member("num_keypoints", points.count { $0.visibility > 0 })
        json.member(
            "keypoints",
            points.flatMap { point in
                let place = point.place.multiplied(width: scale.x, height: scale.y)
                return [
                    Figure.rounded(place.x, decimals: 6), Figure.rounded(place.y, decimals: 6),
                    Double(point.visibility),
                ]
            })
    }
}
