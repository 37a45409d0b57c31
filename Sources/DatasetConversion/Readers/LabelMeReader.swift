import AnnotationSources
import FileReading
import Foundation
import Geometry

/// LabelMe: a JSON file an image, mostly beside it.
struct LabelMeReader: AnnotationReader {
    static let format = AnnotationFormat.labelMe
    static let documentation =
        "a JSON file an image: rectangles, polygons, circles, masks; shapes of one group are one object; flags and "
        + "descriptions as attributes"

    private struct File: Decodable, Sendable {
        let shapes: LenientList<Shape>
        @Lenient var imagePath: String?
        @Lenient var imageHeight: Double?
        @Lenient var imageWidth: Double?
        @Lenient var flags: [String: LooseText]?
    }

    private struct Shape: Decodable, Sendable {
        let label: LooseText
        let points: [[Double]]
        @Lenient var shapeType: String?
        @Lenient var groupId: LooseText?
        @Lenient var flags: [String: LooseText]?
        @Lenient var description: String?
        @Lenient var mask: String?
    }

    private struct Parsed: Sendable {
        let file: String
        var contents: File?
        var problem = ""
    }

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        let parsed = try source.map(source.files("json")) { file -> Parsed in
            do {
                return Parsed(
                    file: file,
                    contents: try JSONText.decode(File.self, try source.bytes(file, limit: 1 << 29), file: file))
            } catch let error as FileError { return Parsed(file: file, problem: error.message) }
        }
        guard parsed.contains(where: { $0.contents != nil }) else {
            throw FileError(
                file: source.root, message: "holds no LabelMe JSON that can be read", wayOut: "check the files")
        }
        var dataset = AnnotatedDataset()
        var classes = ClassList()
        for item in parsed {
            guard let contents = item.contents else {
                losses.add(.badEntry, item.file, item.problem)
                continue
            }
            dataset.images.append(image(contents, item.file, &classes, source, &losses))
        }
        dataset.classNames = classes.names
        dataset.sortClasses(&losses, "names of classes")
        return dataset
    }

    private static func image(
        _ contents: File, _ file: String, _ classes: inout ClassList, _ source: ExportFolder,
        _ losses: inout ConversionLosses
    ) -> AnnotatedImage {
        let path = ImageIndex.plain(contents.imagePath ?? Paths.withoutSuffix(Paths.fileName(of: file)) + ".jpg")
        let folder = source.root + "/" + Paths.directory(of: file)
        // Below the folder of the annotations: `../images/a.jpg` is meant from there.
        let inside = Paths.relative(Paths.absolute(path, relativeTo: folder), to: source.root)
        var image = AnnotatedImage(
            name: SafePath.relative(inside) ?? Paths.fileName(of: path),
            split: SplitNames.split(inPath: Paths.directory(of: file)) ?? "",
            size: ImageSize(contents.imageWidth, contents.imageHeight))
        losses.add(.badEntry, file, count: contents.shapes.unreadable)
        losses.add(.imageTags, image.name, count: (contents.flags ?? [:]).values.count(where: \.isSet))
        var groups: [String: Int] = [:]
        for shape in contents.shapes.elements {
            let label = shape.label.text
            let kind = shape.shapeType ?? "polygon"
            guard ["rectangle", "polygon", "circle", "mask", "oriented_rectangle"].contains(kind) else {
                losses.add(.shapeWithoutArea, image.name, "\(kind) of \(label)")
                continue
            }
            guard let found = Self.shape(shape, kind, image.size) else {
                losses.add(.badEntry, image.name, "\(kind) of \(label)")
                continue
            }
            if kind == "circle" { losses.add(.ellipse, image.name, label) }
            let group = shape.groupId.map { "\(label)\n\($0.text)" }
            if let group, let place = groups[group], case .polygons(let parts) = image.objects[place].shape,
                case .polygons(let further) = found
            {
                image.objects[place].shape = .polygons(parts + further)
                continue
            }
            if let group { groups[group] = image.objects.count }
            var object = AnnotatedObject(classID: classes.id(of: label), shape: found)
            object.attributes = (shape.flags ?? [:]).filter(\.value.isSet).texts
            if let description = shape.description, !description.isEmpty {
                object.attributes["description"] = description
            }
            image.objects.append(object)
        }
        image.file = source.images.file(path, near: folder, objects: image.objects.count, &losses)
        return image
    }

    private static func shape(_ shape: Shape, _ kind: String, _ size: ImageSize?) -> AnnotatedShape? {
        let points = shape.points.compactMap {
            $0.count == 2 && $0.allSatisfy(\.isFinite) ? PlanePoint($0[0], $0[1]) : nil
        }
        guard points.count == shape.points.count, let bounds = Polygon(points).bounds else { return nil }
        switch kind {
        case "rectangle": return points.count > 1 ? .box(bounds) : nil
        case "circle":
            guard points.count == 2 else { return nil }
            let radius = points[0].squaredDistance(to: points[1]).squareRoot()
            return .polygons([.ellipse(points[0], across: radius, down: radius)])
        case "mask":
            guard let size, let left = Int(exactly: bounds.left.rounded()),
                let top = Int(exactly: bounds.top.rounded()),
                let picture = shape.mask.flatMap({ Data(base64Encoded: $0) })
            else { return nil }
            return MaskPicture.mask([UInt8](picture), left: left, top: top, in: size).map { .mask($0) }
        default: return points.count > 2 ? .polygons([Polygon(points)]) : nil
        }
    }
}
