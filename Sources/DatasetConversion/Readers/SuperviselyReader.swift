import AnnotationSources
import FileReading
import Foundation
import Geometry

/// Supervisely: `meta.json`, and in each dataset's folder `img/NAME` with `ann/NAME.json`.
struct SuperviselyReader: AnnotationReader {
    static let format = AnnotationFormat.supervisely
    static let documentation =
        "a project's `meta.json` and `ann/*.json`: rectangles, polygons with holes, bitmaps, turned rectangles; tags as "
        + "attributes; a dataset named train, val or test is a split"

    private struct Meta: Decodable, Sendable {
        struct Class: Decodable, Sendable { let title: String }
        let classes: LenientList<Class>
    }

    private struct Annotation: Decodable, Sendable {
        struct Size: Decodable, Sendable {
            let height: Double
            let width: Double
        }
        let size: Size
        @Lenient var objects: LenientList<Object>?
        @Lenient var tags: LenientList<Tag>?
    }

    private struct Tag: Decodable, Sendable {
        let name: String
        @Lenient var value: LooseText?
    }

    private struct Object: Decodable, Sendable {
        let classTitle: String
        @Lenient var geometryType: String?
        @Lenient var points: Points?
        @Lenient var bitmap: Bitmap?
        @Lenient var tags: LenientList<Tag>?
        @Lenient var angle: Double?

        struct Points: Decodable, Sendable {
            let exterior: [[Double]]
            @Lenient var interior: [[[Double]]]?
        }
        struct Bitmap: Decodable, Sendable {
            let data: String
            let origin: [Int]
        }
    }

    private struct Parsed: Sendable {
        let file: String
        var annotation: Annotation?
    }

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        var classes = ClassList()
        for file in source.files("json") where Paths.fileName(of: file) == "meta.json" {
            guard let meta = try? JSONText.decode(Meta.self, try source.bytes(file), file: file) else { continue }
            for item in meta.classes.elements { _ = classes.id(of: item.title) }
        }
        let files = source.files("json").filter { ("/" + $0).contains("/ann/") || source.files.count == 1 }
        let parsed = try source.map(files) { file in
            Parsed(
                file: file,
                annotation: try? JSONText.decode(Annotation.self, try source.bytes(file, limit: 1 << 29), file: file))
        }
        guard parsed.contains(where: { $0.annotation != nil }) else {
            throw FileError(
                file: source.root, message: "holds no Supervisely annotation: DATASET/ann/IMAGE.json is expected",
                wayOut: "name the project's folder, with meta.json in it")
        }
        var dataset = AnnotatedDataset()
        for item in parsed {
            guard let annotation = item.annotation else {
                losses.add(.badEntry, item.file, "no annotation of an image")
                continue
            }
            dataset.images.append(image(annotation, item.file, &classes, source, &losses))
        }
        dataset.classNames = classes.names
        return dataset
    }

    private static func image(
        _ annotation: Annotation, _ file: String, _ classes: inout ClassList, _ source: ExportFolder,
        _ losses: inout ConversionLosses
    ) -> AnnotatedImage {
        // `ds/ann/a.jpg.json` is of `ds/img/a.jpg`.
        let path = Paths.withoutSuffix(("/" + file).replacing("/ann/", with: "/img/"))
        let name = path.replacing("/img/", with: "/").dropFirst()
        var image = AnnotatedImage(
            name: String(name), split: SplitNames.split(inPath: Paths.directory(of: file)) ?? "",
            size: ImageSize(annotation.size.width, annotation.size.height))
        losses.add(
            .imageTags, image.name, annotation.tags?.elements.first?.name ?? "",
            count: annotation.tags?.elements.count ?? 0)
        losses.add(.badEntry, image.name, count: annotation.objects?.unreadable ?? 0)
        for item in annotation.objects?.elements ?? [] {
            let kind = item.geometryType ?? "polygon"
            guard ["rectangle", "polygon", "bitmap", "oriented_bbox"].contains(kind) else {
                losses.add(.shapeWithoutArea, image.name, "\(kind) of \(item.classTitle)")
                continue
            }
            guard let shape = shape(item, kind, image.size) else {
                losses.add(.badEntry, image.name, "\(kind) of \(item.classTitle)")
                continue
            }
            if item.points?.interior?.isEmpty == false { losses.add(.holesFilled, image.name, item.classTitle) }
            var object = AnnotatedObject(classID: classes.id(of: item.classTitle), shape: shape)
            for tag in item.tags?.elements ?? [] { object.attributes[tag.name] = tag.value?.text ?? "true" }
            image.objects.append(object)
        }
        image.file = source.images.file(
            String(path.dropFirst()), near: source.root, objects: image.objects.count, &losses)
        return image
    }

    private static func shape(_ object: Object, _ kind: String, _ size: ImageSize?) -> AnnotatedShape? {
        if kind == "bitmap" {
            guard let size, let bitmap = object.bitmap, bitmap.origin.count == 2,
                let packed = Data(base64Encoded: bitmap.data),
                let picture = MaskPicture.unpacked([UInt8](packed), limit: 1 << 26)
            else { return nil }
            return MaskPicture.mask(picture, left: bitmap.origin[0], top: bitmap.origin[1], in: size).map { .mask($0) }
        }
        let given = object.points?.exterior ?? []
        let points = given.compactMap { $0.count == 2 && $0.allSatisfy(\.isFinite) ? PlanePoint($0[0], $0[1]) : nil }
        guard points.count == given.count, let bounds = Polygon(points).bounds else { return nil }
        switch kind {
        case "rectangle": return points.count == 2 ? .box(bounds) : nil
        // Its angle is in radians.
        case "oriented_bbox":
            guard points.count == 2, let angle = object.angle, angle.isFinite else { return nil }
            return .rotated(RotatedBox(bounds, degrees: angle * 180 / .pi))
        default: return points.count > 2 ? .polygons([Polygon(points)]) : nil
        }
    }
}
