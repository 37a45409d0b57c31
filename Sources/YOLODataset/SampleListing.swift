import FileReading

/// The images of one folder in one split, with the label files that trainers look for.
public final class SampleFolder: Sendable {
    /// The name of the split: `train`, `val` or `test`.
    public let split: String
    /// Absolute.
    public let imageFolder: String
    /// Absolute; it need not exist.
    public let labelFolder: String
    /// As findings print them: with a slash at the end, or empty.
    fileprivate let shownImageFolder: String
    fileprivate let shownLabelFolder: String
    /// Names in the image folder that trainers take for images, in order of their bytes.
    public let images: NameList
    /// Names of label files; other images may own some.
    public let labels: NameList
    /// For each image the place of its label file in `labels`, −1 where there is none.
    public let labelPlaces: [Int32]

    init(
        split: String, imageFolder: String, labelFolder: String, root: String, images: NameList, labels: NameList,
        labelPlaces: [Int32]
    ) {
        self.split = split
        self.imageFolder = imageFolder
        self.labelFolder = labelFolder
        self.images = images
        self.labels = labels
        self.labelPlaces = labelPlaces
        func shown(_ folder: String) -> String {
            let relative = Paths.relative(folder, to: root)
            return relative == "." ? "" : relative.hasSuffix("/") ? relative : relative + "/"
        }
        shownImageFolder = shown(imageFolder)
        shownLabelFolder = shown(labelFolder)
    }
}

/// One image of a split and the label file that trainers look for.
public struct DatasetSample: Sendable, Hashable {
    /// The image folder, with its label folder.
    public let folder: SampleFolder
    private let number: Int32

    init(folder: SampleFolder, index: Int) {
        self.folder = folder
        number = Int32(index)
    }

    /// One image by itself.
    ///
    /// - Parameter root: the dataset's, absolute; the other paths are relative to it.
    public init(split: String, root: String, image: String, label: String, hasLabelFile: Bool) {
        let (imagePath, labelPath) = (
            Paths.absolute(image, relativeTo: root), Paths.absolute(label, relativeTo: root)
        )
        folder = SampleFolder(
            split: split, imageFolder: Paths.directory(of: imagePath), labelFolder: Paths.directory(of: labelPath),
            root: root, images: NameList([Paths.fileName(of: imagePath)]),
            labels: NameList([Paths.fileName(of: labelPath)]), labelPlaces: [hasLabelFile ? 0 : -1])
        number = 0
    }

    /// The place in the folder's images.
    public var index: Int { Int(number) }
    /// The name of the split: `train`, `val` or `test`.
    public var split: String { folder.split }
    /// Absolute.
    public var imagePath: String { folder.imageFolder + "/" + folder.images[index] }
    /// Relative to the dataset's root.
    public var image: String { folder.shownImageFolder + folder.images[index] }
    /// Absolute; the file need not exist.
    public var labelPath: String { folder.labelFolder + "/" + labelName }
    /// Relative to the dataset's root.
    public var label: String { folder.shownLabelFolder + labelName }
    /// Whether a file of that name stood in the label folder when it was listed.
    public var hasLabelFile: Bool { folder.labelPlaces[index] >= 0 }

    private var labelName: String { Paths.withoutSuffix(folder.images[index]) + ".txt" }

    public static func == (a: DatasetSample, b: DatasetSample) -> Bool {
        a.folder === b.folder && a.number == b.number || a.split == b.split && a.imagePath == b.imagePath
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(split)
        hasher.combine(imagePath)
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
    /// The name of the split that the source belongs to.
    public let split: String
    /// Absolute.
    public let path: String
    /// 1-based line in data.yaml.
    public let line: Int
    /// 1-based column in data.yaml.
    public let column: Int
    /// In words, to follow the path.
    public let reason: String
}

/// Every image that the splits name, and every label file that belongs to none of them.
public struct SampleListing: Sendable {
    /// In the order of the splits, then by folder, then by name.
    public let samples: [DatasetSample]
    /// The folders that the samples are in, in the same order.
    public let folders: [SampleFolder]
    /// In the order of the splits.
    public let missingSources: [MissingSource]
    /// Images with the label file of an earlier one.
    public let sharedLabels: [(sample: DatasetSample, earlier: DatasetSample)]
    /// Label files below a label folder without an image in any split; relative to the root, sorted.
    public let labelsWithoutImage: [String]
    /// Image folders with .npy files, which trainers read instead of images; absolute.
    public let arrayFolders: Set<String>
    /// Files in image folders, and entries of lists, with an unknown suffix; relative to the root, sorted.
    public let otherFiles: [String]

    /// Suffixes that trainers take for images, in lower case.
    public static let imageSuffixes: Set<String> = [
        "avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "pfm", "png", "tif", "tiff", "webp",
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
    ///
    /// A dataset that keeps its listings looks through the folders once for each set of splits.
    public func listSamples(splits wanted: [String]? = nil) throws -> SampleListing {
        guard let listings else { return try makeListing(splits: wanted) }
        return try listings.listing(of: wanted) { try makeListing(splits: wanted) }
    }

    private func makeListing(splits wanted: [String]?) throws -> SampleListing {
        var samples: [DatasetSample] = []
        var groups: [SampleFolder] = []
        var missing: [MissingSource] = []
        var others: Set<String> = []
        var arrays: Set<String> = []
        let listed = try Self.list(splits, root: root)
        var labels = LabelFolders(listed.labels)
        var sources = listed.sources[...]
        var shared: [(Int, Int)] = []
        for split in splits {
            let isWanted = wanted?.contains(split.name) ?? true
            var folders: [String: NameList] = [:]
            for source in split.sources {
                guard let found = sources.popFirst() else { break }
                for (folder, names) in found.folders {
                    folders[folder] = folders[folder].map { Self.merged($0, names) } ?? names
                }
                guard isWanted else { continue }
                if let reason = found.problem {
                    missing.append(
                        MissingSource(
                            split: split.name, path: source, line: split.line, column: split.column, reason: reason))
                }
                others.formUnion(found.others)
                arrays.formUnion(found.arrayFolders)
                if found.isFolder, let folder = Self.labelFolder(ofImages: source + "/") {
                    labels.report(tree: Paths.normalized(folder))
                }
            }
            for (folder, names) in folders.sorted(by: { $0.key < $1.key }) {
                // Images of other splits are paired as well: their labels are not without an image.
                let labelFolder = Paths.normalized(Self.labelFolder(ofImages: folder + "/") ?? folder)
                let first = samples.count
                let (labelNames, places) = labels.take(
                    names, in: labelFolder, first: isWanted ? first : nil, shared: { shared.append(($0, $1)) })
                guard isWanted else { continue }
                let group = SampleFolder(
                    split: split.name, imageFolder: folder, labelFolder: labelFolder, root: root, images: names,
                    labels: labelNames, labelPlaces: places)
                groups.append(group)
                samples.reserveCapacity(first + names.count)
                for index in 0..<names.count { samples.append(DatasetSample(folder: group, index: index)) }
            }
        }
        let pairs = shared.compactMap { later, earlier -> (sample: DatasetSample, earlier: DatasetSample)? in
            let (sample, earlier) = (samples[later], samples[earlier])
            // One image in two splits is another matter.
            return sample.imagePath == earlier.imagePath ? nil : (sample, earlier)
        }
        return SampleListing(
            samples: samples, folders: groups, missingSources: missing, sharedLabels: pairs,
            labelsWithoutImage: labels.left().map(relative).sorted(), arrayFolders: arrays,
            otherFiles: others.map(relative).sorted())
    }

    /// Lists all sources, and the label trees that belong to them, on two threads: one would wait for the disk.
    private static func list(
        _ splits: [DatasetSplit], root: String
    ) throws -> (sources: [ImageSource], labels: [(folder: String, names: NameList)]) {
        let paths = splits.flatMap(\.sources)
        var seen: Set<String> = []
        let trees = paths.compactMap { labelFolder(ofImages: $0 + "/").map(Paths.normalized) }
            .filter { seen.insert($0).inserted }
        enum Unit: Sendable {
            case source(ImageSource)
            case labels([(folder: String, names: NameList)])
        }
        let units = try WorkerPool.map(
            count: paths.count + trees.count, jobs: 2, makeState: { () },
            { _, index -> Unit in
                // Sources and trees take turns: each is about as long as the other.
                let (place, isTree) =
                    index < 2 * trees.count ? (index / 2, index % 2 == 1) : (index - trees.count, false)
                return isTree
                    ? .labels(LabelFolders.list(tree: trees[place])) : .source(.list(paths[place], root: root))
            })
        var sources: [ImageSource] = []
        var labels: [(folder: String, names: NameList)] = []
        for unit in units {
            switch unit {
            case .source(let source): sources.append(source)
            case .labels(let folders): labels += folders
            }
        }
        return (sources, labels)
    }

    private static func merged(_ a: NameList, _ b: NameList) -> NameList {
        NameList((0..<a.count).lazy.map { a[$0] } + (0..<b.count).map { b[$0] })
    }
}
