import FileReading
import Foundation
import Geometry
import YOLODataset

/// Gathers images and label rows of a YOLO dataset, in whichever way the two lie.
struct YOLORows {
    private let keypointShape: [Int]?
    private let source: ExportFolder
    private var dataset = AnnotatedDataset()
    private var losses = ConversionLosses()

    init(classNames: [String], keypointShape: [Int]?, source: ExportFolder) {
        (self.keypointShape, self.source) = (keypointShape, source)
        dataset.classNames = classNames
    }

    /// An image with its label file; either may be missing.
    private struct Pair: Sendable {
        var name: String
        var split: String
        var image: String?
        var label: String?
    }

    /// The images that a trainer would take.
    mutating func read(_ listing: SampleListing) throws {
        var pairs: [Pair] = []
        for sample in listing.samples {
            let there = FileManager.default.fileExists(atPath: sample.imagePath)
            if !there { losses.add(.missingImage, sample.image) }
            pairs.append(
                Pair(
                    name: Self.shortName(sample.image), split: sample.split, image: there ? sample.imagePath : nil,
                    label: sample.hasLabelFile ? sample.labelPath : nil))
        }
        for label in listing.labelsWithoutImage { losses.add(.labelWithoutImage, label) }
        try take(pairs)
    }

    /// Every image of the folder, and every label file that has none.
    ///
    /// - Parameter lists: names of list files with the split of what they list; images in no list are left out where
    ///   there are lists.
    mutating func readTree(lists: [String: String]) throws {
        let companions = Set([
            "classes.txt", "labels.txt", "train.txt", "val.txt", "valid.txt", "test.txt", "notes.txt",
        ])
        var labels = Set(
            source.files("txt").filter { file in
                let name = Paths.fileName(of: file)
                return !companions.contains(name) && lists[name] == nil && !name.hasPrefix("README")
            }.map { source.root + "/" + $0 })
        let splits = try listed(lists)
        var pairs: [Pair] = []
        for (name, path) in source.images.all {
            let label = [Dataset.labelPath(ofImage: path), Paths.withoutSuffix(path) + ".txt"].first(
                where: labels.contains)
            if let label { labels.remove(label) }
            // What no list names is told with all images that nothing mentions.
            guard let split = lists.isEmpty ? SplitNames.split(inPath: name) ?? "" : splits[path] else { continue }
            pairs.append(Pair(name: Self.shortName(name), split: split, image: path, label: label))
        }
        // CVAT hands out labels without images.
        for label in labels.sorted() {
            let name = Paths.relative(label, to: source.root)
            losses.add(.missingImage, name, "only its labels are there")
            let split = SplitNames.split(inPath: name) ?? ""
            pairs.append(Pair(name: Self.shortName(Paths.withoutSuffix(name) + ".jpg"), split: split, label: label))
        }
        try take(pairs)
    }

    /// The split of each image that a list names, by its path.
    private mutating func listed(_ lists: [String: String]) throws -> [String: String] {
        var splits: [String: String] = [:]
        for file in source.files("txt") {
            guard let split = lists[Paths.fileName(of: file)] else { continue }
            let folder = source.root + "/" + Paths.directory(of: file)
            for line in source.lines(file) ?? [] {
                guard let path = source.images.file(line, near: folder, objects: 0, &losses) else { continue }
                if splits[path] == nil { splits[path] = split }
            }
        }
        return splits
    }

    /// Without the folders that every dataset of this form has.
    private static func shortName(_ name: String) -> String {
        let usual: Set<Substring> = [
            "images", "labels", "train", "val", "valid", "test", "data", "obj_train_data", "obj_valid_data",
            "obj_val_data", "obj_test_data",
        ]
        let parts = name.split(separator: "/").drop { usual.contains($0) || $0 == ".." }
        return parts.isEmpty ? Paths.fileName(of: name) : parts.joined(separator: "/")
    }

    private mutating func take(_ pairs: [Pair]) throws {
        let shape = keypointShape
        let count = max(dataset.classNames.count, 1)
        let known = dataset.classNames.count
        let read = try WorkerPool.map(
            count: pairs.count, jobs: source.jobs, isCancelled: source.isCancelled, makeState: { () },
            { _, index -> (AnnotatedImage, ConversionLosses) in
                let pair = pairs[index]
                var losses = ConversionLosses()
                var image = AnnotatedImage(name: pair.name, split: pair.split, file: pair.image, isInFractions: true)
                guard let label = pair.label else { return (image, losses) }
                do {
                    let file = try LabelFile.read(label, keypointShape: shape)
                    if file.textProblem != nil { losses.add(.badEntry, pair.name, "the label file is not UTF-8") }
                    for row in file.rows {
                        guard let object = Self.object(row, shape, classCount: known == 0 ? .max : count) else {
                            losses.add(.badEntry, pair.name, "line \(row.line) of its label file")
                            continue
                        }
                        image.objects.append(object)
                    }
                } catch let error as FileError { losses.add(.badEntry, pair.name, error.message) }
                return (image, losses)
            })
        for (image, further) in read {
            dataset.images.append(image)
            losses.add(further)
        }
    }

    private static func object(_ row: LabelRow, _ shape: [Int]?, classCount: Int) -> AnnotatedObject? {
        guard row.problem == nil, let id = row.classID, (0..<min(classCount, 100_000)).contains(id) else { return nil }
        let values = row.values
        switch row.kind {
        case .box, .pose:
            guard let box = row.box else { return nil }
            var object = AnnotatedObject(classID: id, shape: .box(Edges(box)))
            if row.kind == .pose, let shape, shape.count == 2 {
                object.keypoints = stride(from: 5, to: values.count - shape[1] + 1, by: shape[1]).map { at in
                    let visibility = shape[1] == 3 ? values[at + 2] : 2
                    return Keypoint(
                        place: PlanePoint(values[at], values[at + 1]),
                        visibility: visibility >= 2 ? 2 : visibility >= 1 ? 1 : 0)
                }
            }
            return object
        case .polygon:
            let points = stride(from: 1, to: values.count - 1, by: 2).map { PlanePoint(values[$0], values[$0 + 1]) }
            return AnnotatedObject(classID: id, shape: .polygons([Polygon(points)]))
        case .other: return nil
        }
    }

    /// What was gathered; classes without a name have their number.
    consuming func finish(_ all: inout ConversionLosses) -> AnnotatedDataset {
        let most = dataset.images.lazy.flatMap(\.objects).map(\.classID).max() ?? -1
        while dataset.classNames.count <= most { dataset.classNames.append("class \(dataset.classNames.count)") }
        all.add(losses)
        return dataset
    }
}
