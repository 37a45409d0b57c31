import CheckedNumbers
import Foundation

/// Reading whole files without surprises: sizes are checked first, and only regular files are read.
public enum FileReading {
    /// The bytes of a regular file.
    ///
    /// - Parameters:
    ///   - limit: the largest size that is read; a larger file is an error, before any memory is asked for.
    ///   - wayOut: of a larger file.
    /// - Throws: `FileError` where the file is missing, is not a regular file, may not be read, or is too large.
    public static func bytes(
        ofFile path: String, limit: Int = 1 << 32, wayOut: String = "check what the file is"
    ) throws -> [UInt8] {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        let status = try checked(descriptor, path, limit: limit, wayOut: wayOut)
        return try read(descriptor, path: path, expected: Int(status.st_size), limit: limit)
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
        return bytes
    }

    private static func read(_ descriptor: Int32, path: String, expected: Int, limit: Int) throws -> [UInt8] {
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
        guard failed == 0 else { throw failure(path, failed) }
        guard bytes.count > expected else { return bytes }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let got = Foundation.read(descriptor, &piece, piece.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure(path, errno) }
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

    /// The error of a failed system call on `path`.
    static func failure(_ path: String, _ code: Int32) -> FileError {
        switch code {
        // Listing repairs such a name, and the repaired one is not there.
        case ENOENT where path.unicodeScalars.contains("\u{FFFD}"):
            FileError(file: path, message: "has a name that is not UTF-8", wayOut: "rename it")
        case ENOENT: FileError(file: path, message: "no such file", wayOut: "check the path")
        case EACCES, EPERM: FileError(file: path, message: "may not be read", wayOut: "check its permissions")
        default: FileError(file: path, message: String(cString: strerror(code)), wayOut: "check the path")
        }
    }
}
