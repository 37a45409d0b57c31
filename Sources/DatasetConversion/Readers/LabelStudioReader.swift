import AnnotationSources
import FileReading
import Geometry

/// Label Studio's JSON: tasks with annotations, or the short form with the results beside the image.
struct LabelStudioReader: AnnotationReader {
    static let format = AnnotationFormat.labelStudio
    static let documentation =
        "JSON and JSON-MIN: rectangles with their rotation, polygons, ellipses, brush masks; the first annotation of a task "
        + "that was not skipped"

    private struct Task: Decodable, Sendable {
        /// The whole form.
        @Lenient var data: [String: DataValue]?
        @Lenient var annotations: LenientList<Annotation>?
        @Lenient var completions: LenientList<Annotation>?
        @Lenient var predictions: LenientList<Annotation>?
        /// Every member that is a text or a list of results: the short form.
        let texts: [String: String]
        let results: [Result]

        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { return nil }
        }

        private enum CodingKeys: String, CodingKey { case data, annotations, completions, predictions }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let data = try container.decode(Lenient<[String: DataValue]>.self, forKey: .data)
            _data = data
            _annotations = try container.decode(Lenient.self, forKey: .annotations)
            _completions = try container.decode(Lenient.self, forKey: .completions)
            _predictions = try container.decode(Lenient.self, forKey: .predictions)
            guard data.wrappedValue == nil else {
                texts = data.wrappedValue?.compactMapValues(\.text) ?? [:]
                results = []
                return
            }
            let members = try decoder.container(keyedBy: Key.self)
            var (texts, results): ([String: String], [Result]) = ([:], [])
            for key in members.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                if let text = try? members.decode(String.self, forKey: key) { texts[key.stringValue] = text }
                if let values = try? members.decode([Value].self, forKey: key) {
                    results += values.map { Result(value: $0) }
                }
            }
            (self.texts, self.results) = (texts, results)
        }
    }

    /// Whatever the data of a task hold; of interest are texts.
    private struct DataValue: Decodable, Sendable {
        let text: String?
        init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }

    private struct Annotation: Decodable, Sendable {
        @Lenient var wasCancelled: Bool?
        @Lenient var result: LenientList<Result>?
    }

    private struct Result: Decodable, Sendable {
        @Lenient var type: String?
        @Lenient var originalWidth: Double?
        @Lenient var originalHeight: Double?
        @Lenient var imageRotation: Double?
        let value: Value

        init(value: Value) {
            self.value = value
            (originalWidth, originalHeight) = (value.originalWidth, value.originalHeight)
        }
    }

    private struct Value: Decodable, Sendable {
        @Lenient var x: Double?
        @Lenient var y: Double?
        @Lenient var width: Double?
        @Lenient var height: Double?
        @Lenient var rotation: Double?
        @Lenient var radiusX: Double?
        @Lenient var radiusY: Double?
        @Lenient var points: [[Double]]?
        @Lenient var rle: [Int]?
        @Lenient var rectanglelabels: [String]?
        @Lenient var polygonlabels: [String]?
        @Lenient var ellipselabels: [String]?
        @Lenient var brushlabels: [String]?
        @Lenient var keypointlabels: [String]?
        @Lenient var labels: [String]?
        @Lenient var choices: [String]?
        @Lenient var originalWidth: Double?
        @Lenient var originalHeight: Double?

        var names: [String] {
            rectanglelabels ?? polygonlabels ?? ellipselabels ?? brushlabels ?? keypointlabels ?? labels ?? []
        }
    }

    static func read(_ source: ExportFolder, losses: inout ConversionLosses) throws -> AnnotatedDataset {
        var dataset = AnnotatedDataset()
        var classes = ClassList()
        var found = 0
        let files = source.files("json")
        for file in files {
            let bytes = try source.bytes(file)
            guard files.count == 1 || ExportRecognition.format(ofText: bytes) == Self.format else { continue }
            let tasks = try JSONText.decode(LenientList<Task>.self, bytes, file: file)
            losses.add(.badEntry, file, count: tasks.unreadable)
            found += 1
            for task in tasks.elements {
                guard let image = image(task, file, &classes, source, &losses) else { continue }
                dataset.images.append(image)
            }
        }
        guard found > 0 else {
            throw FileError(file: source.root, message: "holds no Label Studio JSON", wayOut: "name the file")
        }
        dataset.classNames = classes.names
        dataset.sortClasses(&losses, "names of classes")
        return dataset
    }

    private static func image(
        _ task: Task, _ file: String, _ classes: inout ClassList, _ source: ExportFolder,
        _ losses: inout ConversionLosses
    ) -> AnnotatedImage? {
        let names = task.texts.sorted { $0.key < $1.key }
        let isImage = { (text: String) in ImageIndex.isImageName(ImageIndex.plain(text)) }
        guard let reference = names.first(where: { isImage($0.value) })?.value ?? task.texts["image"] else {
            losses.add(.badEntry, file, "a task without an image")
            return nil
        }
        let name = ImageIndex.plain(reference)
        var image = AnnotatedImage(name: Self.shortName(name), isInFractions: true)
        let given = task.annotations ?? task.completions
        let usable = (given?.elements ?? []).filter { $0.wasCancelled != true }
        losses.add(.furtherAnnotators, name, count: (given?.elements.count ?? 0) - min(1, usable.count))
        losses.add(.predictions, name, count: task.predictions?.elements.count ?? 0)
        let results = usable.first?.result?.elements ?? task.results
        losses.add(.badEntry, name, count: (given?.unreadable ?? 0) + (usable.first?.result?.unreadable ?? 0))
        for result in results { add(result, name, &image, &classes, &losses) }
        image.file = source.images.file(
            reference, near: source.root + "/" + Paths.directory(of: file), objects: image.objects.count, &losses)
        return image
    }

    /// What a server calls its files says nothing about folders of ours.
    private static func shortName(_ name: String) -> String {
        for prefix in ["/data/upload/", "data/upload/"] where name.hasPrefix(prefix) { return Paths.fileName(of: name) }
        return name
    }

    private static func add(
        _ result: Result, _ name: String, _ image: inout AnnotatedImage, _ classes: inout ClassList,
        _ losses: inout ConversionLosses
    ) {
        let value = result.value
        guard value.choices == nil else { return losses.add(.imageTags, name, value.choices?.first ?? "") }
        if value.names.isEmpty, value.x == nil, value.points == nil, value.rle == nil {
            return losses.add(.imageTags, name, result.type ?? "")
        }
        guard let label = value.names.first else { return losses.add(.noClass, name, result.type ?? "") }
        if value.names.count > 1 { losses.add(.attributes, name, "a further label, \(value.names[1])") }
        guard value.keypointlabels == nil, result.type != "keypointlabels" else {
            return losses.add(.shapeWithoutArea, name, "a key point of \(label)")
        }
        let size = ImageSize(result.originalWidth, result.originalHeight)
        image.size = image.size ?? size
        guard let shape = shape(value, size) else {
            return losses.add(.badEntry, name, "\(result.type ?? "a region") of \(label)")
        }
        if value.ellipselabels != nil { losses.add(.ellipse, name, label) }
        image.objects.append(AnnotatedObject(classID: classes.id(of: label), shape: shape))
    }

    /// Numbers are percents of the image's sides.
    private static func shape(_ value: Value, _ size: ImageSize?) -> AnnotatedShape? {
        if let rle = value.rle {
            guard let size else { return nil }
            return LabelStudioBrush.mask(rle, size).map { .mask($0) }
        }
        if let points = value.points {
            let polygon = Polygon(points.compactMap { $0.count == 2 ? PlanePoint($0[0] / 100, $0[1] / 100) : nil })
            return polygon.points.count > 2 ? .polygons([polygon]) : nil
        }
        guard let x = value.x, let y = value.y else { return nil }
        let degrees = value.rotation ?? 0
        if let across = value.radiusX, let down = value.radiusY {
            guard degrees != 0, let size else {
                return .polygons([.ellipse(PlanePoint(x / 100, y / 100), across: across / 100, down: down / 100)])
            }
            let (w, h) = (Double(size.width), Double(size.height))
            let ellipse = Polygon.ellipse(
                PlanePoint(x / 100 * w, y / 100 * h), across: across / 100 * w, down: down / 100 * h, degrees: degrees)
            return .polygons([Polygon(ellipse.points.map { PlanePoint($0.x / w, $0.y / h) })])
        }
        guard let width = value.width, let height = value.height else { return nil }
        guard degrees != 0, let size else {
            return .box(Edges(left: x / 100, top: y / 100, right: (x + width) / 100, bottom: (y + height) / 100))
        }
        // Turned about its upper left corner.
        let (w, h) = (Double(size.width) / 100, Double(size.height) / 100)
        let corner = PlanePoint(x * w, y * h)
        let upright = RotatedBox(
            centre: PlanePoint(0, 0), width: width * w, height: height * h, angle: degrees * .pi / 180)
        let first = upright.corners.points[0]
        return .rotated(
            RotatedBox(
                centre: PlanePoint(corner.x - first.x, corner.y - first.y), width: upright.width,
                height: upright.height,
                angle: upright.angle))
    }
}
