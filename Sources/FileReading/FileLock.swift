import Foundation

/// A lock that goes with the process, however that ends.
public struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: of the file that is locked, which is made where it is missing; or of a folder, which must be there.
    ///   - patience: seconds for which a lock that somebody else holds is waited for.
    ///   - busy: the error where somebody else still holds it then.
    /// - Throws: `busy`, or a `FileError` where the file cannot be made.
    public init(_ path: String, isFolder: Bool = false, patience: Double, busy: @autoclosure () -> FileError) throws {
        descriptor =
            isFolder
            ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError(
                file: path, message: "cannot be opened for a lock: \(String(cString: strerror(errno)))",
                wayOut: "check the folder, its permissions and the free space")
        }
        let (step, microseconds) = (0.05, useconds_t(50_000))
        for attempt in 0... {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            // A file system without locks: two tools at once are then not told apart.
            if errno != EWOULDBLOCK && errno != EINTR { return }
            if Double(attempt) * step >= patience { break }
            usleep(microseconds)
        }
        close(descriptor)
        throw busy()
    }

    deinit { close(descriptor) }
}
