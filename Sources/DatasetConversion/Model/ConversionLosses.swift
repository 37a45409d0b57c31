import TextForms

/// What may not come through a conversion as it was.
public enum LossKind: String, Sendable, CaseIterable {
    // What is gone.
    case missingImage = "missing image"
    case labelWithoutImage = "label without image"
    case sizeUnknown = "size unknown"
    case crowd
    case noClass = "no class"
    case noArea = "no area"
    case outside
    case badEntry = "bad entry"
    case shapeWithoutArea = "points or lines"
    case keypoints
    case attributes
    case imageTags = "image tags"
    case furtherAnnotators = "further annotators"
    case predictions
    case fileLeftOut = "file left out"
    case notMentioned = "image not mentioned"
    case videoTracks = "video tracks"
    // What is changed.
    case rotationLost = "rotation"
    case polygonToBox = "polygon to box"
    case maskToBox = "mask to box"
    case maskToPolygon = "mask to polygon"
    case partsJoined = "parts joined"
    case holesFilled = "holes filled"
    case fittedRectangle = "fitted rectangle"
    case clipped
    case ellipse
    case turnedByEXIF = "turned by EXIF"
    case rescaled
    case renamed
    case splitRenamed = "split renamed"
    // What is worth knowing.
    case orientationUnclear = "orientation unclear"
    case boxDiffers = "box differs"
    case idsRenumbered = "ids renumbered"
    case classOrder = "class order"
    case unusedClass = "unused class"
    case unlabelled

    /// How much it matters.
    public enum Gravity: String, Sendable { case lost, changed, told }

    /// How much it matters.
    public var gravity: Gravity {
        switch self {
        case .missingImage, .labelWithoutImage, .sizeUnknown, .crowd, .noClass, .noArea, .outside, .badEntry,
            .shapeWithoutArea, .keypoints, .attributes, .imageTags, .furtherAnnotators, .predictions, .fileLeftOut,
            .notMentioned,
            .videoTracks:
            .lost
        case .rotationLost, .polygonToBox, .maskToBox, .maskToPolygon, .partsJoined, .holesFilled, .fittedRectangle,
            .clipped, .ellipse, .turnedByEXIF, .rescaled, .renamed, .splitRenamed:
            .changed
        case .orientationUnclear, .boxDiffers, .idsRenumbered, .classOrder, .unusedClass, .unlabelled: .told
        }
    }

    /// What it is, to follow a number.
    public var meaning: String {
        switch self {
        case .missingImage:
            "images that are not there: left out with their labels, but for --image-files none; see --image-folder"
        case .labelWithoutImage: "labels of images that are not there: left out; --image-folder says where they are"
        case .sizeUnknown: "objects in pixels on images of unknown size: left out"
        case .crowd: "crowd regions, which this form cannot mark: left out"
        case .noClass: "objects without a class: left out"
        case .noArea: "objects without an area: left out"
        case .outside: "objects wholly outside of their image: left out"
        case .badEntry: "entries that cannot be read: left out"
        case .shapeWithoutArea: "points, lines, cuboids and the like, which no box or polygon is: left out"
        case .keypoints: "objects with key points: the points are left out"
        case .attributes: "objects with attributes: the attributes are left out"
        case .imageTags: "tags and choices of whole images: left out"
        case .furtherAnnotators: "annotations of an image by further people, or skipped ones: left out"
        case .predictions: "predictions of a model: left out"
        case .fileLeftOut: "files that say nothing about boxes or say it again: left out"
        case .notMentioned: "images that no annotation mentions: left out"
        case .videoTracks: "tracks of a video: left out"
        case .rotationLost: "turned boxes: the upright box around each; --to yolo-obb keeps them"
        case .polygonToBox: "polygons: the box around each; --to yolo-segment keeps them"
        case .maskToBox: "masks: the box around each; --to yolo-segment keeps the outline"
        case .maskToPolygon: "masks: the outline of each"
        case .partsJoined: "objects of several parts: joined into one outline"
        case .holesFilled: "objects with holes: filled"
        case .fittedRectangle: "shapes that are no rectangle: the smallest one around each"
        case .clipped: "shapes that reach out of their image: cut at its border"
        case .ellipse: "ellipses: polygons of 64 points"
        case .turnedByEXIF: "images that EXIF turns: labels drawn on the stored pixels are turned with them"
        case .rescaled: "images of another size than the annotations say: labels are scaled"
        case .renamed: "images: renamed, for a name that is taken or leads elsewhere"
        case .splitRenamed: "images of a split that trainers do not know: put into train"
        case .orientationUnclear:
            "images that EXIF turns, where size does not tell how labels were drawn: taken as shown"
        case .boxDiffers: "objects whose box is not the one around their outline: boxes are written of the box"
        case .idsRenumbered: "class ids: counted anew from 0 without gaps"
        case .classOrder: "classes whose order the export does not tell: sorted by name"
        case .unusedClass: "classes without an object: kept"
        case .unlabelled: "images without an object: kept as background"
        }
    }
}

extension LossKind {
    /// The table of `docs/convert.md`.
    package static var documentation: String {
        let rows = allCases.map { "| `\($0.rawValue)` | \($0.gravity.rawValue) | \($0.meaning) |\n" }
        return "| what | gravity | is |\n|---|---|---|\n" + rows.joined()
    }
}

/// What did not come through as it was: counted for each image, with an example.
public struct ConversionLosses: Sendable {
    /// One kind of loss at one image.
    public struct Entry: Sendable, Hashable {
        /// What it is.
        public let kind: LossKind
        /// The image, or the file of the export.
        public let image: String
        /// How often.
        public internal(set) var count: Int
        /// The first time, in words; may be empty.
        public let example: String
    }

    private struct Key: Hashable {
        let kind: LossKind
        let image: String
    }

    /// In the order in which they were met.
    public private(set) var entries: [Entry] = []
    private var places: [Key: Int] = [:]

    mutating func add(_ kind: LossKind, _ image: String, _ example: String = "", count: Int = 1) {
        guard count > 0 else { return }
        let key = Key(kind: kind, image: image)
        if let place = places[key] {
            entries[place].count += count
        } else {
            places[key] = entries.count
            entries.append(Entry(kind: kind, image: image, count: count, example: example))
        }
    }

    mutating func add(_ other: ConversionLosses) {
        for entry in other.entries { add(entry.kind, entry.image, entry.example, count: entry.count) }
    }

    /// How often each kind was met, in the order of the kinds; those that were not are left out.
    public var totals: [(kind: LossKind, count: Int)] {
        let counts = entries.reduce(into: [LossKind: Int]()) { $0[$1.kind, default: 0] += $1.count }
        return LossKind.allCases.compactMap { kind in counts[kind].map { (kind, $0) } }
    }

    /// How many things are gone.
    public var lost: Int { totals.reduce(0) { $0 + ($1.kind.gravity == .lost ? $1.count : 0) } }

    /// Every entry, by kind and in the order in which they were met.
    var csv: [UInt8] {
        var csv = CSVWriter(columns: ["gravity", "what", "image", "count", "example"])
        for kind in LossKind.allCases {
            for entry in entries where entry.kind == kind {
                csv.row(kind.gravity.rawValue, kind.rawValue, entry.image, entry.count, entry.example)
            }
        }
        return csv.bytes
    }
}
