import FileReading
import Foundation

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
    /// Label files below a label folder without an image; relative to the root, sorted.
    public let labelsWithoutImage: [String]
    /// Files in image folders with an unknown suffix; relative to the root, sorted.
    public let otherFiles: [String]

    /// Suffixes that trainers take for images, in lower case.
    public static let imageSuffixes: Set<String> = [
        "bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp", "pfm", "heic", "avif",
    ]
}

extension Dataset {
    /// The label of an image: the last `/images/` in its path becomes `/labels/`, and the suffix `.txt`.
    public static func labelPath(ofImage path: String) -> String {
        var base = path
        if let range = path.range(of: "/images/", options: .backwards) {
            base = path.replacingCharacters(in: range, with: "/labels/")
        }
        return Paths.withoutSuffix(base) + ".txt"
    }

    /// Lists the images of the given splits (all of them by default) and pairs them with labels.
    ///
    /// A missing source is reported in the listing; nothing is thrown for it.
    public func listSamples(splits wanted: [String]? = nil) throws -> SampleListing {
        var samples: [DatasetSample] = []
        var missing: [MissingSource] = []
        var others: Set<String> = []
        var labelFolders: Set<String> = []
        for split in splits where wanted?.contains(split.name) ?? true {
            var images: Set<String> = []
            for source in split.sources {
                let found = ImageSource.list(source)
                if let reason = found.problem {
                    missing.append(
                        MissingSource(
                            split: split.name, path: source, line: split.line, column: split.column, reason: reason))
                }
                images.formUnion(found.images)
                others.formUnion(found.others)
            }
            for image in images.sorted() {
                let label = Self.labelPath(ofImage: image)
                labelFolders.insert(Paths.directory(of: label))
                samples.append(
                    DatasetSample(
                        split: split.name, imagePath: image, image: relative(image), labelPath: label,
                        label: relative(label), hasLabelFile: FolderListing.exists(label)))
            }
        }
        let paired = Set(samples.map(\.labelPath))
        var orphans: Set<String> = []
        for folder in labelFolders {
            for name in (try? FolderListing.names(in: folder)) ?? []
            where name.hasSuffix(".txt") && name != "classes.txt" && name != "train.txt" && name != "val.txt" {
                let path = folder + "/" + name
                if !paired.contains(path) { orphans.insert(path) }
            }
        }
        if wanted != nil {
            // The image of such a label may stand in a split that was not asked for.
            let everything = try listSamples().samples
            orphans.subtract(everything.map(\.labelPath))
        }
        return SampleListing(
            samples: samples, missingSources: missing, labelsWithoutImage: orphans.map(relative).sorted(),
            otherFiles: others.map(relative).sorted())
    }
}

/// The images that one source of a split names.
private struct ImageSource {
    var images: Set<String> = []
    var others: Set<String> = []
    var problem: String?

    static func list(_ path: String) -> ImageSource {
        var source = ImageSource()
        var status = stat()
        guard stat(path, &status) == 0 else {
            source.problem = "does not exist"
            return source
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            var visited: Set<FolderIdentity> = []
            source.walk(path, &visited)
            if source.images.isEmpty, source.problem == nil { source.problem = "holds no image" }
        } else {
            source.readList(path)
        }
        return source
    }

    /// Where a folder really is, so that a link which leads back ends the walk.
    private struct FolderIdentity: Hashable {
        let device: UInt
        let inode: UInt
    }

    private mutating func walk(_ folder: String, _ visited: inout Set<FolderIdentity>) {
        var status = stat()
        guard stat(folder, &status) == 0,
            visited.insert(FolderIdentity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted
        else { return }
        let names: [String]
        do {
            names = try FolderListing.names(in: folder)
        } catch {
            problem = "the folder \(folder) may not be read"
            return
        }
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if SampleListing.imageSuffixes.contains(Paths.suffix(of: name).lowercased()) {
                images.insert(path)
                continue
            }
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                walk(path, &visited)
            } else if !["txt", "cache", "npy", "xml", "json", "yaml", "md"].contains(
                Paths.suffix(of: name).lowercased())
            {
                others.insert(path)
            }
        }
    }

    /// A text file with a path a line: absolute, or relative to the list.
    private mutating func readList(_ path: String) {
        guard let bytes = try? FileReading.bytes(ofFile: path, limit: 1 << 30) else {
            problem = "may not be read"
            return
        }
        let folder = Paths.directory(of: path)
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
            if text.isEmpty { continue }
            images.insert(Paths.absolute(text, relativeTo: folder))
        }
        if images.isEmpty { problem = "names no image" }
    }
}

/// The names in a folder, by readdir.
enum FolderListing {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Sorted, without `.` and `..`.
    static func names(in folder: String) throws -> [String] {
        guard let handle = opendir(folder) else {
            throw FileError(
                file: folder, message: String(cString: strerror(errno)), wayOut: "check the folder's permissions")
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
