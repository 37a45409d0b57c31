import Foundation

/// Writing a file so that a crash, a full disk or another reader never sees half of it.
public enum AtomicFile {
    /// Replaces `path` by `bytes`: a temporary file beside it, fsync, rename, fsync of the folder.
    ///
    /// A link is followed: the file that it leads to is replaced, and keeps its permissions and its owner. A pipe or a
    /// device of characters is written to as it is.
    ///
    /// - Parameters:
    ///   - isDurable: whether it waits until the bytes are on the disk; not needed for what can be made again.
    ///   - tidies: whether it first removes what killed processes left of this file. It looks through the folder: who
    ///     writes many files into one calls `removeRemains` once instead.
    ///   - isResult: whether it was made from what was read: it is then not kept where a fault of the machine has left
    ///     something out.
    /// - Throws: `FileError`; the old contents are then still in place.
    public static func write(
        _ bytes: [UInt8], to path: String, isDurable: Bool = true, tidies: Bool = true, isResult: Bool = true
    ) throws {
        try write([bytes], to: path, isDurable: isDurable, tidies: tidies, isResult: isResult)
    }

    /// The same of pieces that stand one after another in the file.
    package static func write(
        _ pieces: [[UInt8]], to path: String, isDurable: Bool = true, tidies: Bool = true, isResult: Bool = true
    ) throws {
        try write(to: path, isDurable: isDurable, tidies: tidies, isResult: isResult) { emit in
            for piece in pieces { try emit(piece) }
        }
    }

    /// The same of pieces that are made while they are written, so that they need not be in memory together; where `body` ends
    /// with an error, the old contents stay.
    package static func write(
        to path: String, isDurable: Bool = true, tidies: Bool = true, isResult: Bool = true,
        _ body: (_ emit: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        if isResult { try MachineFaults.check() }
        // A link of /proc to a pipe leads there when it is opened, but cannot be followed by its text.
        let existing = status(path)
        if let existing, existing.st_mode & S_IFMT != S_IFREG { return try writeThrough(to: path, existing, body) }
        let target = followingLinks(path)
        if existing != nil {
            // Renaming would replace a file that its owner has made read-only.
            guard access(target, W_OK) == 0 else { throw failure(path, errno) }
        }
        let name = shortName(target)
        if tidies { removeRemains(in: Paths.directory(of: target), startingWith: name + ".") }
        let folder = target.contains("/") ? Paths.directory(of: target) + "/" : ""
        let temporary = "\(folder)\(name).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, errno) }
        do {
            defer { close(descriptor) }
            if let existing { keepOwner(of: existing, descriptor) }
            try body { piece in try piece.withUnsafeBytes { try writeAll($0, descriptor, path) } }
            // Some file systems have nothing to wait for, and say that it makes no sense.
            guard !isDurable || fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, target) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure(path, code)
        }
        if isDurable { syncFolder(Paths.directory(of: target)) }
    }

    /// Replaces `path` by the UTF-8 of `text`.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Writes all of `bytes` to an open file, however many pieces that takes; `path` is what an error names.
    package static func writeAll(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String) throws {
        let code = DescriptorWriting.write(bytes, to: descriptor)
        guard code == 0 else { throw failure(path, code) }
    }

    // MARK: Temporary files

    /// Whether a file's name is one that `write` uses while it writes: `NAME.PROCESS.RANDOM.tmp`.
    public static func isTemporary(_ name: String) -> Bool { process(ofTemporary: name) != nil }

    /// Removes temporary files of processes that were killed while they wrote.
    ///
    /// Call it while no other thread of this process writes into the folder.
    ///
    /// - Parameters:
    ///   - prefix: of the names that are looked at; empty for all.
    ///   - isLocked: whether a lock keeps other processes from writing there: then whoever began a file has gone.
    public static func removeRemains(in folder: String, startingWith prefix: String = "", isLocked: Bool = false) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let process = process(ofTemporary: name) else { continue }
            // In a container, every run may have the same number.
            let isAlive = !isLocked && process != getpid() && (kill(process, 0) == 0 || errno == EPERM)
            if !isAlive { unlink(folder + "/" + name) }
        }
    }

    private static func process(ofTemporary name: String) -> pid_t? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.last == "tmp", UInt32(parts[parts.count - 2]) != nil,
            let process = pid_t(parts[parts.count - 3]), process > 0
        else { return nil }
        return process
    }

    /// The name of a file, cut so that a temporary one is no longer than a file system takes.
    private static func shortName(_ path: String) -> String {
        var name = Paths.fileName(of: path)[...]
        while name.utf8.count > 200 { name.removeLast() }
        return String(name)
    }

    // MARK: What is there already

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// Where a link leads, through further links, whether there is a file or not; `path` where it is none.
    private static func followingLinks(_ path: String) -> String {
        var path = path
        // As many as Linux follows itself.
        for _ in 0..<40 {
            var buffer = [CChar](repeating: 0, count: 4_096)
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0,
                let target = String(validating: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            else { return path }
            // Not normalized: a folder on the way may be a link itself.
            path = target.hasPrefix("/") || !path.contains("/") ? target : Paths.directory(of: path) + "/" + target
        }
        return path
    }

    private static func keepOwner(of existing: stat, _ descriptor: Int32) {
        // Only root may give a file away; whoever may not keeps it.
        if existing.st_uid != geteuid() || existing.st_gid != getegid() {
            _ = fchown(descriptor, existing.st_uid, existing.st_gid)
        }
        fchmod(descriptor, existing.st_mode & 0o777)
    }

    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// To a pipe or a terminal: nothing of it can be replaced.
    private static func writeThrough(
        to path: String, _ existing: stat, _ body: (_ emit: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let kind = existing.st_mode & S_IFMT
        guard kind == S_IFIFO || kind == S_IFCHR else {
            throw FileError(
                file: path, message: kind == S_IFDIR ? "is a folder" : "is no file that can be written",
                wayOut: "name a file")
        }
        // O_NONBLOCK: opening a pipe must not wait for a reader.
        let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        try body { piece in try piece.withUnsafeBytes { try writeAll($0, descriptor, path) } }
    }

    /// What a failed system call on `path` means to a person.
    package static func failure(_ path: String, _ code: Int32) -> FileError {
        let wayOut =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: "free some space, or raise the limit on it, and run again"
            case EACCES, EPERM, EROFS: "check the permissions of the file and its folder"
            case ENXIO: "start what reads from it first"
            default: "check the folder, its permissions and the free space"
            }
        return FileError(
            file: path, message: "cannot be written: \(String(cString: strerror(code)))", wayOut: wayOut)
    }
}
