import FileReading
import Foundation

/// What unpacking an archive left out.
public struct ZipLeftovers: Sendable {
    /// Files that are links, which may lead anywhere.
    public var links: [String] = []
    /// Files whose names lead out of the folder, or are no names.
    public var unsafeNames: [String] = []
    /// Files whose place another file of the archive has taken.
    public var repeated: [String] = []
}

extension ZipFile {
    /// An archive may unpack to so many bytes whatever its own size, and beyond that to so many times its size: annotations
    /// shrink to a tenth, images hardly at all.
    private static let (freeBytes, mostGrowth) = (1 << 30, 50)

    /// Unpacks all files below `folder`, which exists and is empty.
    ///
    /// Nothing is written outside of it: names with `..`, absolute ones and links are left out and told. Sizes are checked
    /// before anything is written, and again while it is.
    ///
    /// - Throws: `FileError` where the archive is damaged, encrypted or unpacks to more than such an archive may; files
    ///   that were written stay.
    public func unpack(
        into folder: String, archiveSize: Int, isCancelled: () -> Bool = { false },
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ZipLeftovers {
        var leftovers = ZipLeftovers()
        let most = Self.mostBytes(archiveSize: archiveSize)
        var declared = 0
        for entry in entries {
            let (sum, overflows) = declared.addingReportingOverflow(entry.size)
            guard !overflows, sum <= most else { throw tooLarge(most) }
            declared = sum
        }
        var written = 0
        for (number, entry) in entries.enumerated() {
            if isCancelled() { throw CancellationError() }
            progress(number + 1, entries.count)
            guard !entry.isLink else {
                leftovers.links.append(entry.name)
                continue
            }
            guard let name = SafePath.relative(entry.name) else {
                leftovers.unsafeNames.append(entry.name)
                continue
            }
            let path = folder + "/" + name
            do {
                try FileManager.default.createDirectory(
                    atPath: Paths.directory(of: path), withIntermediateDirectories: true)
            } catch {
                leftovers.repeated.append(entry.name)
                continue
            }
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
            guard file >= 0 else {
                guard errno == EEXIST else { throw AtomicFile.failure(path, errno) }
                leftovers.repeated.append(entry.name)
                continue
            }
            defer { close(file) }
            try read(entry) { piece in
                written += piece.count
                guard written <= most else { throw tooLarge(most) }
                try AtomicFile.writeAll(piece, file, path)
                return true
            }
        }
        return leftovers
    }

    private static func mostBytes(archiveSize: Int) -> Int {
        let (grown, overflows) = archiveSize.multipliedReportingOverflow(by: mostGrowth)
        return overflows ? .max : max(freeBytes, grown)
    }

    private func tooLarge(_ most: Int) -> FileError {
        FileError(
            file: path, message: "unpacks to more than \(most >> 20) MiB, which no dataset of its size does",
            wayOut: "unpack it by hand if you trust it, and name the folder")
    }
}
