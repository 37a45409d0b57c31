import AnnotationSources
import FileReading
import Geometry

/// Pascal VOC: an XML file an image, and lists of names in `ImageSets/Main`.
///
/// `xmin` … `ymax` are taken as edges in pixels from 0, as LabelImg, CVAT and Datumaro write them; the first VOC sets count
/// pixels from 1, which is half a pixel's difference.
struct VOCReader: AnnotationReader {
    static let format = AnnotationFormat.voc
    static let documentation =
        "an XML file an image: `bndbox`, `robndbox` (turned) and `polygon` of each object, `difficult` and others as "
        + "attributes; splits from `ImageSets/Main`, the order of classes from a `labelmap.txt`"

    private struct Parsed: Sendable {
        var file: String
        var image: AnnotatedImage?
        var objects: [(name: String, object: AnnotatedObject)] = []
        var losses = ConversionLosses()
    }

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        let parsed = try source.map(source.files("xml")) { file in try read(file, source) }
        guard parsed.contains(where: { $0.image != nil }) else {
            throw FileError(file: source.root, message: "holds no VOC XML that can be read", wayOut: "check the files")
        }
        let labelMap = source.files.first { Paths.fileName(of: $0) == "labelmap.txt" }
        let declared = (labelMap.flatMap { source.lines($0) } ?? []).filter { !$0.hasPrefix("#") }.compactMap {
            $0.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init)
        }
        let used = Set(parsed.flatMap { $0.objects.map(\.name) })
        // What is no object is no class, though lists of colours name it.
        var classes = ClassList(declared.filter { $0 != "background" || used.contains($0) })
        var dataset = AnnotatedDataset()
        let splits = splits(source)
        for item in parsed {
            losses.add(item.losses)
            guard var image = item.image else { continue }
            image.objects = item.objects.map { name, object in
                var object = object
                object.classID = classes.id(of: name)
                return object
            }
            let stem = Paths.withoutSuffix(Paths.fileName(of: item.file))
            image.split = splits[stem] ?? SplitNames.split(inPath: Paths.directory(of: item.file)) ?? ""
            image.file = source.images.file(
                image.name, near: source.root + "/" + Paths.directory(of: item.file), objects: image.objects.count,
                &losses)
            dataset.images.append(image)
        }
        dataset.images += unlabelled(source, splits, besides: Set(dataset.images.compactMap(\.file)))
        dataset.classNames = classes.names
        if declared.isEmpty { dataset.sortClasses(&losses, "names of classes") }
        let masks = source.files.filter { ("/" + $0).contains("/SegmentationObject/") }
        losses.add(.fileLeftOut, "SegmentationObject", "masks as pictures", count: masks.count)
        return dataset
    }

    /// Images that a list names and no XML describes.
    private static func unlabelled(
        _ source: ExportFolder, _ splits: [String: String], besides known: Set<String>
    ) -> [AnnotatedImage] {
        source.images.all.compactMap { name, path in
            let shown = Paths.fileName(of: name)
            guard !known.contains(path), let split = splits[Paths.withoutSuffix(shown)] else { return nil }
            return AnnotatedImage(name: shown, split: split, file: path)
        }
    }

    private static func read(_ file: String, _ source: ExportFolder) throws -> Parsed {
        var parsed = Parsed(file: file)
        let root: XMLElement
        do {
            root = try XMLReading.read(try source.bytes(file, limit: 1 << 26), file: file)
        } catch {
            parsed.losses.add(.badEntry, file, (error as? FileError)?.message ?? "")
            return parsed
        }
        guard root.name == "annotation" else {
            parsed.losses.add(.fileLeftOut, file, "<\(root.name)>")
            return parsed
        }
        let stem = Paths.withoutSuffix(Paths.fileName(of: file))
        var name = root.text("filename") ?? ""
        if name.isEmpty { name = stem + ".jpg" }
        let size = root.first("size")
        var image = AnnotatedImage(name: name, size: ImageSize(size?.number("width"), size?.number("height")))
        // Names in the file are often those of another day: the file's own name decides where only it is there.
        if case .none = source.images.find(name) {
            let others = ["jpg", "jpeg", "png", "bmp", "JPG", "PNG"].map { stem + "." + $0 }
            if let other = others.first(where: { if case .none = source.images.find($0) { false } else { true } }) {
                image.name = other
            }
        }
        for element in root.all("object") {
            guard let name = element.text("name"), !name.isEmpty else {
                parsed.losses.add(.noClass, file)
                continue
            }
            guard let shape = shape(of: element) else {
                parsed.losses.add(.badEntry, file, "an object \(name) without a box")
                continue
            }
            var object = AnnotatedObject(classID: 0, shape: shape)
            for key in ["pose", "truncated", "difficult", "occluded"] {
                if let value = element.text(key), !["", "0", "Unspecified"].contains(value) {
                    object.attributes[key] = value
                }
            }
            for attribute in element.first("attributes")?.all("attribute") ?? [] {
                if let key = attribute.text("name") { object.attributes[key] = attribute.text("value") ?? "" }
            }
            // CVAT writes how far a box is turned as an attribute.
            if case .box(let edges) = shape, let degrees = object.attributes["rotation"].flatMap(Double.init),
                degrees.isFinite
            {
                object.attributes["rotation"] = nil
                if degrees != 0 { object.shape = .rotated(RotatedBox(edges, degrees: degrees)) }
            }
            if !element.all("part").isEmpty {
                object.attributes["part"] = element.all("part").compactMap { $0.text("name") }.joined(separator: " ")
            }
            parsed.objects.append((name, object))
        }
        parsed.image = image
        return parsed
    }

    private static func shape(of object: XMLElement) -> AnnotatedShape? {
        if let box = object.first("robndbox"), let cx = box.number("cx"), let cy = box.number("cy"),
            let width = box.number("w"), let height = box.number("h"), let angle = box.number("angle")
        {
            return .rotated(RotatedBox(centre: PlanePoint(cx, cy), width: width, height: height, angle: angle))
        }
        if let polygon = object.first("polygon") {
            let points = (1...10_000).lazy.map { (polygon.number("x\($0)"), polygon.number("y\($0)")) }
                .prefix { $0.0 != nil && $0.1 != nil }.map { PlanePoint($0.0 ?? 0, $0.1 ?? 0) }
            if points.count > 2 { return .polygons([Polygon(Array(points))]) }
        }
        guard let box = object.first("bndbox"), let left = box.number("xmin"), let top = box.number("ymin"),
            let right = box.number("xmax"), let bottom = box.number("ymax")
        else { return nil }
        return .box(
            Edges(left: min(left, right), top: min(top, bottom), right: max(left, right), bottom: max(top, bottom)))
    }

    /// By name without suffix; `trainval` says nothing.
    private static func splits(_ source: ExportFolder) -> [String: String] {
        var splits: [String: String] = [:]
        let lists = source.files("txt").filter { ("/" + $0).contains("/ImageSets/") }
        for file in lists.sorted(by: { ($0.contains("/Main/") ? 0 : 1, $0) < ($1.contains("/Main/") ? 0 : 1, $1) }) {
            let name = Paths.withoutSuffix(Paths.fileName(of: file))
            // Lists of single classes are `cat_train.txt`.
            guard let split = SplitNames.split(named: name), !name.contains("_"), name != "trainval" else { continue }
            for line in source.lines(file) ?? [] {
                let stem = Paths.fileName(of: line)
                if splits[stem] == nil { splits[stem] = split }
            }
        }
        return splits
    }
}
