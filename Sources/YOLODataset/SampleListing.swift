import FileReading

/// One image of a split and the label file that trainers look for.
public struct DatasetSample: Sendable, Hashable {
    public let split: String
    /// Absolute.
    public let imagePath: String
    /// Relative to the dataset's root.
    public let image: String
    /// Absolute; the file need not exist.
    public let labelPath: String
    /// Relative to the dataset's root.
    public let label: String
    public let hasLabelFile: Bool

    public init(
        split: String, imagePath: String, image: String, labelPath: String, label: String, hasLabelFile: Bool
    ) {
        self.split = split
        self.imagePath = imagePath
        self.image = image
        self.labelPath = labelPath
        self.label = label
        self.hasLabelFile = hasLabelFile
    }
}

extension Dataset {
    /// Splits may share images (coco128 validates on what it trains on): each image once, in its first split.
    public func distinctSamples(splits: [String]) throws -> [DatasetSample] {
        var seen: Set<String> = []
        return try listSamples(splits: splits).samples.filter { seen.insert($0.image).inserted }
    }
}

extension DatasetSample {
    /// The labels that training takes; none where there is no label file, or no readable one.
    public func trainableBoxes(in dataset: Dataset) -> [LabelBox] {
        guard hasLabelFile, let labels = try? LabelFile.read(labelPath, keypointShape: dataset.keypointShape) else {
            return []
        }
        return labels.trainableBoxes(classCount: dataset.classCount)
    }
}

/// A source of images that is not there or cannot be listed.
public struct MissingSource: Sendable, Hashable {
    public let split: String
    public let path: String
    public let line: Int
    public let column: Int
    public let reason: String
}

/// Every image that the splits name, and every label file that belongs to none of them.
public struct SampleListing: Sendable {
    /// In the order of the splits, then by path.
    public let samples: [DatasetSample]
    public let missingSources: [MissingSource]
    /// Label files below a label folder without an image in any split; relative to the root, sorted.
    public let labelsWithoutImage: [String]
    /// Files in image folders, and entries of lists, with an unknown suffix; relative to the root, sorted.
    public let otherFiles: [String]

    /// Suffixes that trainers take for images, in lower case.
    public static let imageSuffixes: Set<String> = [
        "bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp", "pfm", "heic", "avif",
    ]
}

extension Dataset {
    /// The label of an image: the last `/images/` in its path becomes `/labels/`, and the suffix `.txt`.
    public static func labelPath(ofImage path: String) -> String {
        Paths.withoutSuffix(labelFolder(ofImages: path) ?? path) + ".txt"
    }

    /// `path` with its last `/images/` replaced by `/labels/`; nil where it has none.
    static func labelFolder(ofImages path: String) -> String? {
        let pattern = "/images/".utf8
        let text = path.utf8
        var at = text.endIndex
        while let slash = text[..<at].lastIndex(of: UInt8(ascii: "/")) {
            if text[slash...].starts(with: pattern) {
                return path[..<slash] + "/labels/" + path[text.index(slash, offsetBy: pattern.count)...]
            }
            at = slash
        }
        return nil
    }

    /// Lists the images of the given splits (all of them by default) and pairs them with labels.
    ///
    /// A missing source is reported in the listing; nothing is thrown for it. Folders are listed once each, label
    /// folders included: no file is looked up by itself.
    public func listSamples(splits wanted: [String]? = nil) throws -> SampleListing {
        var samples: [DatasetSample] = []
        var missing: [MissingSource] = []
        var others: Set<String> = []
        var labels = LabelFolders()
        for split in splits {
            let isWanted = wanted?.contains(split.name) ?? true
            var images: [String] = []
            for source in split.sources {
                let found = ImageSource.list(source, root: root)
                images += found.images
                guard isWanted else { continue }
                if let reason = found.problem {
                    missing.append(
                        MissingSource(
                            split: split.name, path: source, line: split.line, column: split.column, reason: reason))
                }
                others.formUnion(found.others)
                if found.isFolder, let folder = Self.labelFolder(ofImages: source + "/") {
                    labels.addTree(Paths.normalized(folder))
                }
            }
            images.sort()
            var previous: String?
            for image in images where image != previous {
                previous = image
                // Images of other splits are paired as well: their labels are not without an image.
                let label = Self.labelPath(ofImage: image)
                let hasFile = labels.take(label, isReported: isWanted)
                guard isWanted else { continue }
                samples.append(
                    DatasetSample(
                        split: split.name, imagePath: image, image: relative(image), labelPath: label,
                        label: relative(label), hasLabelFile: hasFile))
            }
        }
        return SampleListing(
            samples: samples, missingSources: missing, labelsWithoutImage: labels.left().map(relative).sorted(),
            otherFiles: others.map(relative).sorted())
    }
}
