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

    /// - Parameters:
    ///   - root: the dataset's, absolute.
    ///   - labelPlaces: one an image, each in `labels` or −1.
    package init(
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

    /// The suffix begins at the last dot, also at the first letter of the name.
    private var labelName: String {
        let name = folder.images[index]
        return (name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[..<$0]) } ?? name) + ".txt"
    }

    public static func == (a: DatasetSample, b: DatasetSample) -> Bool {
        a.folder === b.folder && a.number == b.number
            || a.split == b.split && a.imagePath.utf8.elementsEqual(b.imagePath.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(split)
        hasher.combine(ExactText(imagePath))
    }
}

extension Dataset {
    /// Splits may share images (coco128 validates on what it trains on): each image once, in its first split.
    public func distinctSamples(splits: [String]) throws -> [DatasetSample] {
        var seen: Set<ExactText> = []
        return try listSamples(splits: splits).samples.filter { seen.insert(ExactText($0.image)).inserted }
    }
}

extension DatasetSample {
    /// The labels that training takes; none where there is no label file, or no readable one.
    ///
    /// - Parameter keepsCorners: rows of corners keep them, for models of turned boxes.
    public func trainableBoxes(in dataset: Dataset, keepsCorners: Bool = false) -> [LabelBox] {
        guard hasLabelFile, let labels = try? LabelFile.read(labelPath, keypointShape: dataset.keypointShape) else {
            return []
        }
        return labels.trainableBoxes(classCount: dataset.classCount, keepsCorners: keepsCorners)
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
    /// Whether it keeps training from starting, whatever other sources the split has.
    public let isFatal: Bool
}

/// A list with lines that lose their images.
public struct OddList: Sendable, Hashable {
    /// The name of the split that the list belongs to.
    public let split: String
    /// Absolute.
    public let path: String
    /// In order.
    public let lines: [OddLine]
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
    /// Lists with odd lines.
    public let oddLists: [OddList]
    /// Sources that are folders, absolute; the others are lists.
    public let folderSources: Set<String>
    /// Splits whose images lie in the folder that training is started in, by name: such a cache has no name.
    public let withoutCacheName: Set<String>
    /// Files in image folders, and entries of lists, with an unknown suffix; relative to the root, sorted.
    public let otherFiles: [String]
}

extension SampleListing {
    /// Whether an image or a label file may be that of two samples.
    package var listsFilesTwice: Bool {
        !sharedLabels.isEmpty || Set(folders.map(\.imageFolder)).count < folders.count
            || Set(folders.map(\.labelFolder)).count < folders.count
    }

    /// The images of folders, without anything that only looking through the dataset tells.
    init(of folders: [SampleFolder]) {
        self.init(
            samples: folders.flatMap { folder in
                (0..<folder.images.count).map { DatasetSample(folder: folder, index: $0) }
            }, folders: folders, missingSources: [], sharedLabels: [], labelsWithoutImage: [], arrayFolders: [],
            oddLists: [], folderSources: [], withoutCacheName: [], otherFiles: [])
    }
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
}
