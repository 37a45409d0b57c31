import CheckedNumbers
import Foundation

/// Reading whole files without surprises: sizes are checked first, and only regular files are read.
public enum FileReading {
    /// The bytes of a regular file.
    ///
    /// - Parameters:
    ///   - limit: the largest size that is read; a larger file is an error, before any memory is asked for.
    ///   - canBeMadeAgain: whether nothing is lost without the file: a fault of the machine is then not noted.
    ///   - wayOut: of a larger file.
    /// - Throws: `FileError` where the file is missing, is not a regular file, may not be read, is too large, or becomes
    ///   shorter meanwhile.
    public static func bytes(
        ofFile path: String, limit: Int = 1 << 32, canBeMadeAgain: Bool = false,
        wayOut: String = "check what the file is"
    ) throws -> [UInt8] {
        let fault = canBeMadeAgain ? Fault.harmless : .noted
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, errno, fault) }
        defer { close(descriptor) }
        let status = try checked(descriptor, path, limit: limit, wayOut: wayOut)
        return try read(descriptor, path: path, expected: Int(status.st_size), limit: limit, fault)
    }

    /// The first `count` bytes of a regular file, or all of them where it has fewer.
    public static func head(ofFile path: String, count: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        let status = try checked(descriptor, path, limit: .max)
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = errno }
                if got <= 0 { break }
                filled += got
                // A regular file gives less than was asked for only at its end.
                if filled == status.st_size { break }
            }
        }
        guard failed == 0 else { throw failure(path, failed) }
        guard bytes.count >= min(count, Int(status.st_size)) else { throw shrunk(path) }
        return bytes
    }

    private static func read(
        _ descriptor: Int32, path: String, expected: Int, limit: Int, _ fault: Fault
    ) throws -> [UInt8] {
        var failed: Int32 = 0
        // One byte more than expected tells a file that grew; it is then read on in pieces.
        var bytes = [UInt8](unsafeUninitializedCapacity: expected + 1) { buffer, filled in
            filled = 0
            while filled < expected + 1 {
                let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + filled }, expected + 1 - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = errno }
                if got <= 0 { break }
                filled += got
                // One byte more was asked for: the file ends here.
                if filled == expected { break }
            }
        }
        guard failed == 0 else { throw failure(path, failed, fault) }
        guard bytes.count >= expected else { throw shrunk(path, fault) }
        guard bytes.count > expected else { return bytes }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let got = Foundation.read(descriptor, &piece, piece.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure(path, errno, fault) }
            if got == 0 { return bytes }
            bytes.append(contentsOf: piece[..<got])
            guard bytes.count <= limit else {
                throw FileError(
                    file: path, message: "grew beyond \(limit) bytes while it was read",
                    wayOut: "wait until it is written")
            }
        }
    }

    /// What is known of an open file.
    ///
    /// - Parameter path: is made only where it stands in an error.
    /// - Throws: `FileError` where the file is not a regular one, or larger than `limit`.
    static func checked(
        _ descriptor: Int32, _ path: @autoclosure () -> String, limit: Int, wayOut: String = "check what the file is"
    ) throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            throw failure(path(), code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(
                file: path(), message: status.st_mode & S_IFMT == S_IFDIR ? "is a folder" : "is not a regular file",
                wayOut: "name a file")
        }
        guard status.st_size <= limit else {
            throw FileError(
                file: path(), message: "has \(status.st_size) bytes, more than the \(limit) that are read",
                wayOut: wayOut)
        }
        return status
    }

    /// Who is to hear of a fault of the machine, so that nothing goes on as if the file were not there.
    enum Fault {
        /// Whoever is about to keep or to report a result.
        case noted
        /// A finding tells of it; whoever is about to keep a result is to know as well.
        case told
        /// Nobody: nothing is lost without the file.
        case harmless
    }

    /// The error of a failed system call on `path`.
    static func failure(_ path: String, _ code: Int32, _ fault: Fault = .noted) -> FileError {
        let error = error(path, code)
        if MachineFaults.isOne(code) { note(error, fault) }
        return error
    }

    /// The error of a file of which less was read than it had.
    static func shrunk(_ path: String, _ fault: Fault = .noted) -> FileError {
        let error = FileError(
            file: path, message: "became shorter while it was read", wayOut: "wait until it is written, and run again")
        note(error, fault)
        return error
    }

    private static func note(_ error: FileError, _ fault: Fault) {
        if fault != .harmless { MachineFaults.note(error, isTold: fault == .told) }
    }

    private static func error(_ path: String, _ code: Int32) -> FileError {
        let text = String(cString: strerror(code))
        return switch code {
        // Listing repairs such a name, and the repaired one is not there.
        case ENOENT where path.unicodeScalars.contains("\u{FFFD}"):
            FileError(file: path, message: "has a name that is not UTF-8", wayOut: "rename it")
        case ENOENT: FileError(file: path, message: "no such file", wayOut: "check the path")
        case EACCES, EPERM: FileError(file: path, message: "may not be read", wayOut: "check its permissions")
        case EMFILE, ENFILE:
            FileError(file: path, message: text, wayOut: "raise the limit, as with ulimit -n, or use fewer --jobs")
        case _ where MachineFaults.isOne(code):
            FileError(
                file: path, message: "cannot be read: \(text)", wayOut: "check the disk, or move the file away")
        default: FileError(file: path, message: text, wayOut: "check the path")
        }
    }
}
