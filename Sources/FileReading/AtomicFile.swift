import Foundation

/// Writing a file so that a crash, a full disk or another reader never sees half of it.
public enum AtomicFile {
    /// Replaces `path` by `bytes`: a temporary file beside it, fsync, rename, fsync of the folder.
    ///
    /// - Parameter isDurable: whether it waits until the bytes are on the disk; not needed for what can be made again.
    /// - Throws: `FileError`; the old contents are then still in place.
    public static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = true) throws {
        let folder = Paths.directory(of: path)
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        let mode = existingMode(path) ?? 0o644
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path, errno) }
        do {
            defer { close(descriptor) }
            try bytes.withUnsafeBytes { try writeAll($0, descriptor, path) }
            guard !isDurable || fsync(descriptor) == 0 else { throw failure(path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure(path, code)
        }
        guard isDurable else { return }
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)
            close(folderDescriptor)
        }
    }

    /// Whether a file's name is one that `write` uses while it writes: `NAME.PROCESS.RANDOM.tmp`.
    public static func isTemporary(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.last == "tmp" else { return false }
        return parts.suffix(3).dropLast().allSatisfy { UInt32($0) != nil }
    }

    /// Replaces `path` by the UTF-8 of `text`.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    private static func existingMode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// Writes all of `bytes` to an open file, however many pieces that takes; `path` is what an error names.
    package static func writeAll(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String) throws {
        var done = 0
        while done < bytes.count {
            let wrote = Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw failure(path, errno) }
            done += wrote
        }
    }

    /// What a failed system call on `path` means to a person.
    package static func failure(_ path: String, _ code: Int32) -> FileError {
        FileError(
            file: path, message: "cannot be written: \(String(cString: strerror(code)))",
            wayOut: "check the folder, its permissions and the free space")
    }
}
