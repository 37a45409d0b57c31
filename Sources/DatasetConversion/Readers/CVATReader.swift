import AnnotationSources
import FileReading
import Geometry

/// CVAT for images 1.1: `annotations.xml`.
struct CVATReader: AnnotationReader {
    static let format = AnnotationFormat.cvat
    static let documentation =
        "`annotations.xml` of “CVAT for images 1.1”: boxes with their rotation, polygons, masks, ellipses, attributes; classes "
        + "and splits (subsets) as declared"

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        var dataset = AnnotatedDataset()
        var classes = ClassList()
        for file in source.files("xml") {
            var images: [XMLElement] = []
            var labels: [String] = []
            let root = try XMLReading.read(try source.bytes(file), file: file, wanted: ["image", "label"]) { element in
                if element.name == "image" {
                    images.append(element)
                } else if element.first("parent") == nil, let name = element.text("name"), !name.isEmpty {
                    labels.append(name)
                }
            }
            guard root.name == "annotations" else {
                losses.add(.fileLeftOut, file, "<\(root.name)>")
                continue
            }
            losses.add(.videoTracks, file, count: root.all("track").count)
            for label in labels { _ = classes.id(of: label) }
            for element in images { dataset.images.append(image(element, &classes, source, &losses)) }
        }
        dataset.classNames = classes.names
        return dataset
    }

    private static func image(
        _ element: XMLElement, _ classes: inout ClassList, _ source: ExportFolder, _ losses: inout ConversionLosses
    ) -> AnnotatedImage {
        let name = element.attributes["name"] ?? ""
        var image = AnnotatedImage(
            name: name, split: element.attributes["subset"] ?? "",
            size: ImageSize(element.attribute(number: "width"), element.attribute(number: "height")))
        for child in element.children {
            guard child.name != "tag" else {
                losses.add(.imageTags, name, child.attributes["label"] ?? "")
                continue
            }
            guard let label = child.attributes["label"], !label.isEmpty else {
                losses.add(.noClass, name, "<\(child.name)>")
                continue
            }
            switch shape(child, image.size) {
            case .some(.some(let shape)):
                if child.name == "ellipse" { losses.add(.ellipse, name, label) }
                var object = AnnotatedObject(classID: classes.id(of: label), shape: shape)
                for attribute in child.all("attribute") {
                    if let key = attribute.attributes["name"] { object.attributes[key] = attribute.text }
                }
                if child.attributes["occluded"] == "1" { object.attributes["occluded"] = "1" }
                image.objects.append(object)
            case .some(.none): losses.add(.badEntry, name, "<\(child.name)> of \(label)")
            case .none: losses.add(.shapeWithoutArea, name, "<\(child.name)> of \(label)")
            }
        }
        image.file = source.images.file(name, objects: image.objects.count, &losses)
        return image
    }

    /// Nil for what has no area, and nothing within for what is damaged.
    private static func shape(_ element: XMLElement, _ size: ImageSize?) -> AnnotatedShape?? {
        func number(_ name: String) -> Double? { element.attribute(number: name) }
        let degrees = number("rotation") ?? 0
        switch element.name {
        case "box":
            guard let left = number("xtl"), let top = number("ytl"), let right = number("xbr"),
                let bottom = number("ybr")
            else { return .some(nil) }
            let edges = Edges(left: left, top: top, right: right, bottom: bottom)
            return degrees == 0 ? .box(edges) : .rotated(RotatedBox(edges, degrees: degrees))
        case "polygon":
            let points = (element.attributes["points"] ?? "").split(separator: ";").map { pair in
                pair.split(separator: ",").map { Double($0) ?? .nan }
            }
            guard points.count > 2, points.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isFinite) }) else {
                return .some(nil)
            }
            return .polygons([Polygon(points.map { PlanePoint($0[0], $0[1]) })])
        case "ellipse":
            guard let cx = number("cx"), let cy = number("cy"), let across = number("rx"), let down = number("ry")
            else {
                return .some(nil)
            }
            return .polygons([.ellipse(PlanePoint(cx, cy), across: across, down: down, degrees: degrees)])
        case "mask": return .some(mask(element, size).map { .mask($0) })
        default: return nil
        }
    }

    /// Runs along the rows of a part of the image.
    private static func mask(_ element: XMLElement, _ size: ImageSize?) -> RunLengthMask? {
        func whole(_ name: String) -> Int? { element.attributes[name].flatMap { Int($0) } }
        guard let size, let left = whole("left"), let top = whole("top"), let width = whole("width"),
            let height = whole("height"), width > 0, height > 0, width <= size.width, height <= size.height
        else { return nil }
        var pixels: [Bool] = []
        var isSet = false
        for run in (element.attributes["rle"] ?? "").split(separator: ",") {
            guard let count = Int(run.filter { $0 != " " }), count >= 0, count <= width * height - pixels.count else {
                return nil
            }
            pixels.append(contentsOf: repeatElement(isSet, count: count))
            isSet.toggle()
        }
        guard pixels.count == width * height else { return nil }
        return RunLengthMask(pixels, gridWidth: width, left: left, top: top, in: size)
    }
}
