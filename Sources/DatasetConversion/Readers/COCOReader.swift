import AnnotationSources
import FileReading
import Geometry

/// COCO's instances: boxes, polygons, masks as runs, crowds and key points; CVAT's `rotation` attribute.
struct COCOReader: AnnotationReader {
    static let format = AnnotationFormat.coco
    static let documentation =
        "`images`, `annotations`, `categories` of each JSON file: boxes, polygons, run-length masks (both kinds), crowds, key "
        + "points, attributes; the split from the name of the file or its folder"

    private struct File: Decodable, Sendable {
        @Lenient var images: LenientList<Image>?
        @Lenient var annotations: LenientList<Annotation>?
        @Lenient var categories: LenientList<Category>?
    }

    private struct Image: Decodable, Sendable {
        let id: LooseText
        let fileName: String
        @Lenient var width: Double?
        @Lenient var height: Double?
    }

    private struct Category: Decodable, Sendable {
        let id: LooseText
        let name: LooseText
        @Lenient var keypoints: [String]?
    }

    private struct Annotation: Decodable, Sendable {
        let imageId: LooseText
        @Lenient var categoryId: LooseText?
        @Lenient var bbox: [Double]?
        @Lenient var segmentation: Segmentation?
        @Lenient var iscrowd: LooseText?
        @Lenient var keypoints: [Double]?
        @Lenient var attributes: [String: LooseText]?
    }

    private enum Segmentation: Decodable, Sendable {
        case polygons([[Double]])
        case runs(height: Int, width: Int, counts: [Int])

        private struct Runs: Decodable {
            let size: [Int]
            @Lenient var counts: [Int]?
            @Lenient var text: String?
            enum CodingKeys: String, CodingKey { case size, counts }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                size = try container.decode([Int].self, forKey: .size)
                counts = try? container.decode([Int].self, forKey: .counts)
                text = try? container.decode(String.self, forKey: .counts)
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let polygons = try? container.decode([[Double]].self) {
                self = .polygons(polygons)
                return
            }
            let runs = try container.decode(Runs.self)
            guard runs.size.count == 2, let counts = runs.counts ?? runs.text.flatMap(RunLengthMask.counts(compressed:))
            else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no runs")
            }
            self = .runs(height: runs.size[0], width: runs.size[1], counts: counts)
        }
    }

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        var dataset = AnnotatedDataset()
        var classes = ClassList()
        let files = source.files("json")
        let hasInstances = files.contains { Paths.fileName(of: $0).hasPrefix("instances") }
        var found = 0
        for file in files {
            let name = Paths.fileName(of: file)
            let isOther = ["captions", "person_keypoints", "stuff", "panoptic", "image_info"].contains(
                where: name.hasPrefix)
            guard !(hasInstances && isOther) else {
                losses.add(.fileLeftOut, file)
                continue
            }
            let bytes = try source.bytes(file)
            guard files.count == 1 || ExportRecognition.format(ofText: bytes) == Self.format else { continue }
            let parsed = try JSONText.decode(File.self, bytes, file: file)
            guard parsed.images != nil else {
                guard files.count > 1 else {
                    throw FileError(file: file, message: "has no images", wayOut: "export it again")
                }
                losses.add(.fileLeftOut, file)
                continue
            }
            found += 1
            add(parsed, file, source, &classes, &dataset, &losses)
        }
        guard found > 0 else {
            throw FileError(file: source.root, message: "holds no COCO JSON", wayOut: "name the file")
        }
        dataset.classNames = classes.names
        return dataset
    }

    private static func add(
        _ parsed: File, _ file: String, _ source: ExportFolder, _ classes: inout ClassList,
        _ dataset: inout AnnotatedDataset, _ losses: inout ConversionLosses
    ) {
        let lists = [parsed.images?.unreadable, parsed.annotations?.unreadable, parsed.categories?.unreadable]
        losses.add(.badEntry, file, count: lists.reduce(0) { $0 + ($1 ?? 0) })
        let categories = (parsed.categories?.elements ?? []).sorted { ($0.id.number ?? 0) < ($1.id.number ?? 0) }
        var classOf: [LooseText: Int] = [:]
        for category in categories {
            classOf[category.id] = classes.id(of: category.name.text)
            if let names = category.keypoints, !names.isEmpty { dataset.keypointNames = names }
        }
        let renumbered = classOf.filter { $0.key.number != Double($0.value) }.count
        losses.add(
            .idsRenumbered, file, categories.first.map { "\($0.id.text) \($0.name.text) became 0" } ?? "",
            count: renumbered)
        let split = SplitNames.split(inPath: file) ?? ""
        let folder = source.root + "/" + Paths.directory(of: file)
        var places: [LooseText: Int] = [:]
        for image in parsed.images?.elements ?? [] {
            guard places[image.id] == nil else {
                losses.add(.badEntry, image.fileName, "its id \(image.id.text) is another image's")
                continue
            }
            places[image.id] = dataset.images.count
            dataset.images.append(
                AnnotatedImage(name: image.fileName, split: split, size: ImageSize(image.width, image.height)))
        }
        for annotation in parsed.annotations?.elements ?? [] {
            guard let place = places[annotation.imageId] else {
                losses.add(.labelWithoutImage, file, "image_id \(annotation.imageId.text)")
                continue
            }
            let image = dataset.images[place]
            guard let category = annotation.categoryId, let classID = classOf[category] else {
                losses.add(.noClass, image.name, "category_id \(annotation.categoryId?.text ?? "missing")")
                continue
            }
            guard let shape = shape(of: annotation) else {
                losses.add(.badEntry, image.name, "neither a box nor a segmentation")
                continue
            }
            var object = AnnotatedObject(classID: classID, shape: shape, isCrowd: annotation.iscrowd?.isSet ?? false)
            if let box = annotation.bbox, box.count == 4, box[2] > 0, box[3] > 0 {
                object.box = besides(
                    shape, Edges(left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3]),
                    image.name,
                    &losses)
            }
            object.attributes = annotation.attributes?.texts ?? [:]
            if case .rotated = shape { object.attributes["rotation"] = nil }
            object.keypoints = keypoints(annotation.keypoints ?? [])
            dataset.images[place].objects.append(object)
        }
        for place in places.values.sorted() {
            let image = dataset.images[place]
            dataset.images[place].file = source.images.file(
                image.name, near: folder, objects: image.objects.count, &losses)
        }
    }

    /// A box that stands beside an outline or a mask; nil where these say the same.
    private static func besides(
        _ shape: AnnotatedShape, _ box: Edges, _ name: String, _ losses: inout ConversionLosses
    ) -> Edges? {
        switch shape {
        case .box, .rotated: return nil
        case .polygons, .mask: break
        }
        guard let around = shape.bounds else { return nil }
        let apart =
            [
                around.left - box.left, around.top - box.top, around.right - box.right, around.bottom - box.bottom,
            ].map(abs).max() ?? 0
        // A pixel is what counting corners or pixels makes.
        if apart > 2 { losses.add(.boxDiffers, name, "by \(Int(clamping: min(apart, 1e6))) pixels") }
        return apart > 1e-3 ? box : nil
    }

    private static func shape(of annotation: Annotation) -> AnnotatedShape? {
        switch annotation.segmentation {
        case .polygons(let lists):
            let parts = lists.map { list in
                Polygon(stride(from: 0, to: list.count - 1, by: 2).map { PlanePoint(list[$0], list[$0 + 1]) })
            }.filter { $0.points.count > 2 }
            if !parts.isEmpty { return .polygons(parts) }
        case .runs(let height, let width, let counts):
            if let mask = RunLengthMask(width: width, height: height, counts: counts) { return .mask(mask) }
        case nil: break
        }
        guard let box = annotation.bbox, box.count == 4 else { return nil }
        let edges = Edges(left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3])
        if let degrees = annotation.attributes?["rotation"]?.number, degrees.isFinite, degrees != 0 {
            return .rotated(RotatedBox(edges, degrees: degrees))
        }
        return .box(edges)
    }

    private static func keypoints(_ list: [Double]) -> [Keypoint] {
        stride(from: 0, to: list.count - 2, by: 3).map {
            Keypoint(
                place: PlanePoint(list[$0], list[$0 + 1]), visibility: list[$0 + 2] >= 2 ? 2 : list[$0 + 2] >= 1 ? 1 : 0
            )
        }
    }
}

extension RotatedBox {
    /// A box that was drawn upright and turned about its centre, clockwise as seen.
    init(_ edges: Edges, degrees: Double) {
        self.init(
            centre: PlanePoint((edges.left + edges.right) / 2, (edges.top + edges.bottom) / 2), width: edges.width,
            height: edges.height, angle: degrees * .pi / 180)
    }
}
