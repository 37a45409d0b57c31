import AnnotationSources
import FileReading
import Foundation

/// The folder that a conversion writes: made beside its place, and moved there when all of it is written.
final class OutputFolder {
    /// Where it is written.
    let path: String
    private let place: String
    private let shown: String
    private let replaces: Bool
    private var isFinished = false

    /// - Throws: `FileError` where the place is taken, or its folder cannot be written.
    init(_ output: String, input: String, replaces: Bool) throws {
        shown = output
        place = Paths.absolute(output)
        self.replaces = replaces
        try Self.check(place, output, input, replaces)
        path = "\(place).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        do {
            try FileManager.default.createDirectory(
                atPath: Paths.directory(of: place), withIntermediateDirectories: true)
        } catch { throw AtomicFile.failure(output, errno == 0 ? EACCES : errno) }
        guard mkdir(path, 0o755) == 0 else { throw AtomicFile.failure(output, errno) }
    }

    deinit { if !isFinished { try? FileManager.default.removeItem(atPath: path) } }

    private static func check(_ place: String, _ output: String, _ input: String, _ replaces: Bool) throws {
        let source = Paths.absolute(input)
        guard !(source + "/").hasPrefix(place + "/"), place != "/" else {
            throw FileError(
                file: output, message: "holds what is to be converted", wayOut: "name another folder with -o")
        }
        var status = stat()
        guard lstat(place, &status) == 0 else { return }
        let isEmptyFolder = status.st_mode & S_IFMT == S_IFDIR && rmdirWouldWork(place)
        guard !isEmptyFolder else { return }
        guard replaces else {
            throw FileError(file: output, message: "exists already", wayOut: "name another folder, or add --force")
        }
        // What --force removes was made by a conversion: a slip of the finger must not cost a home.
        guard status.st_mode & S_IFMT == S_IFDIR, FileManager.default.fileExists(atPath: place + "/losses.csv") else {
            throw FileError(
                file: output, message: "is not what a conversion has written, so that it is not replaced",
                wayOut: "name another folder, or remove it yourself")
        }
    }

    private static func rmdirWouldWork(_ folder: String) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).isEmpty) ?? false
    }

    /// Unpacks an archive within the folder, and returns where.
    func unpack(_ archive: String, losses: inout ConversionLosses, isCancelled: () -> Bool) throws -> String {
        let inside = path + "/.unpacked"
        guard mkdir(inside, 0o755) == 0 else { throw AtomicFile.failure(shown, errno) }
        let size = Int(clamping: FileIdentity(ofFile: archive)?.size ?? 0)
        let leftovers = try ZipFile(archive).unpack(into: inside, archiveSize: size, isCancelled: isCancelled)
        for name in leftovers.links { losses.add(.fileLeftOut, name, "a link in the archive") }
        for name in leftovers.unsafeNames { losses.add(.fileLeftOut, name, "a name that leads out of the archive") }
        for name in leftovers.repeated { losses.add(.fileLeftOut, name, "a name that the archive has twice") }
        return inside
    }

    /// - Parameter name: relative, and safe; it is not there yet.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        try makeFolder(of: file)
        try NewFile.write(bytes, to: file)
    }

    private func makeFolder(of file: String) throws {
        let folder = Paths.directory(of: file)
        guard access(folder, F_OK) != 0 else { return }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch { throw AtomicFile.failure(shown, errno == 0 ? EACCES : errno) }
    }

    /// Puts the images into `images/SPLIT/`.
    ///
    /// - Parameter placement: nil where they are moved, out of an archive that was unpacked here.
    func place(
        _ images: [AnnotatedImage], by placement: ImagePlacement?, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool,
        progress: @Sendable @escaping (Int, Int) -> Void
    ) throws {
        for folder in Set(images.map { Paths.directory(of: "\(path)/images/\($0.split)/\($0.name)") }).sorted() {
            try makeFolder(of: folder + "/x")
        }
        let root = path
        _ = try WorkerPool.map(
            count: images.count, jobs: jobs, isCancelled: isCancelled, progress: { progress($0, images.count) },
            makeState: { () },
            { _, index in
                guard let file = images[index].file else { return }
                let target = "\(root)/images/\(images[index].split)/\(images[index].name)"
                switch placement {
                case .copy: try NewFile.copy(file, to: target)
                case .link: if symlink(file, target) != 0 { throw AtomicFile.failure(target, errno) }
                case .hardLink: if Foundation.link(file, target) != 0 { throw AtomicFile.failure(target, errno) }
                // One file of an archive may be two images.
                case nil: if Foundation.link(file, target) != 0 { try NewFile.copy(file, to: target) }
                case .some(.none): break
                }
            })
    }

    /// Moves the folder to its place.
    func finish() throws {
        try? FileManager.default.removeItem(atPath: path + "/.unpacked")
        // Whatever the name stands for then is whole, also after a crash.
        sync()
        var old: String?
        if replaces, access(place, F_OK) == 0 {
            let aside = path + ".old"
            guard rename(place, aside) == 0 else { throw AtomicFile.failure(shown, errno) }
            old = aside
        }
        guard rename(path, place) == 0 else {
            let code = errno
            if let old { rename(old, place) }
            throw code == ENOTEMPTY || code == EEXIST
                ? FileError(file: shown, message: "exists already", wayOut: "name another folder, or add --force")
                : AtomicFile.failure(shown, code)
        }
        isFinished = true
        if let old { try? FileManager.default.removeItem(atPath: old) }
    }
}
