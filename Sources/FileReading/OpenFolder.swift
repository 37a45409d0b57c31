import CheckedNumbers
import Foundation

/// When a file was what it is: it has not changed as long as all of this is the same.
public struct FileIdentity: Sendable, Hashable {
    /// Bytes.
    public let size: Int64
    /// Time of the last change of the contents, in seconds since 1970.
    public let modifiedSeconds: Int64
    /// The part of that time below a second.
    public let modifiedNanoseconds: Int64
    /// The file's number in its file system: a file that was replaced has another.
    public let inode: UInt64

    /// An identity that was kept.
    public init(size: Int64, modifiedSeconds: Int64, modifiedNanoseconds: Int64, inode: UInt64) {
        self.size = size
        self.modifiedSeconds = modifiedSeconds
        self.modifiedNanoseconds = modifiedNanoseconds
        self.inode = inode
    }
}

extension FileIdentity {
    /// Whether this file was changed after the other.
    public func isNewer(than other: FileIdentity) -> Bool {
        (modifiedSeconds, modifiedNanoseconds) > (other.modifiedSeconds, other.modifiedNanoseconds)
    }

    /// Nil where there is no such file.
    public init?(ofFile path: String) {
        var status = Foundation.stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of a file that could not be read: no file is like it.
    public static let unknown = FileIdentity(size: -1, modifiedSeconds: 0, modifiedNanoseconds: 0, inode: 0)

    init(_ status: stat) {
        self.init(
            size: Int64(status.st_size), modifiedSeconds: Int64(status.st_mtim.tv_sec),
            modifiedNanoseconds: Int64(status.st_mtim.tv_nsec), inode: UInt64(status.st_ino))
    }
}

/// A folder that is held open, so that its files are reached by name alone.
public final class OpenFolder: Sendable {
    private let descriptor: Int32
    private let path: String

    /// The files of a folder that cannot be held open are reached by their paths: reading them says why.
    public init(_ path: String) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads a regular file whole into `buffer`, which only ever grows.
    ///
    /// - Returns: how many bytes it has, and what tells whether it has changed.
    /// - Throws: `FileError` where it is missing, no regular file, may not be read, or is larger than `limit`.
    public func read(_ names: NameList, _ index: Int, into buffer: inout [UInt8], limit: Int) throws -> (
        count: Int, identity: FileIdentity
    ) {
        try read(names, index, into: &buffer, limit: limit, isWhole: true)
    }

    /// Reads the first `count` bytes of a regular file, or all of them where it has fewer.
    public func readHead(_ names: NameList, _ index: Int, into buffer: inout [UInt8], count: Int) throws -> (
        count: Int, identity: FileIdentity
    ) {
        try read(names, index, into: &buffer, limit: count, isWhole: false)
    }

    /// Nil where there is no such regular file.
    public func identity(_ names: NameList, _ index: Int) -> FileIdentity? {
        var status = stat()
        let failed =
            descriptor < 0
            ? stat(shown(names, index), &status) : names.withCName(index) { fstatat(descriptor, $0, &status, 0) }
        guard failed == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileIdentity(status)
    }

    private func read(
        _ names: NameList, _ index: Int, into buffer: inout [UInt8], limit: Int, isWhole: Bool
    ) throws -> (count: Int, identity: FileIdentity) {
        // A bad disk is told of by a finding; a limit of the process is not about the file.
        func failure(_ code: Int32) -> FileError {
            FileReading.failure(shown(names, index), code, MachineFaults.isExhaustion(code) ? .noted : .told)
        }
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let mode = O_RDONLY | O_CLOEXEC | O_NONBLOCK
        let file =
            descriptor < 0 ? open(shown(names, index), mode) : names.withCName(index) { openat(descriptor, $0, mode) }
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        let status = try FileReading.checked(file, shown(names, index), limit: isWhole ? limit : .max)
        let wanted = min(Int(status.st_size), limit)
        if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: max(wanted, 2 * buffer.count)) }
        var filled = 0
        var failed: Int32 = 0
        buffer.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            while filled < wanted {
                let got = Foundation.read(file, base + filled, wanted - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard failed == 0 else { throw failure(failed) }
        guard filled == wanted else { throw FileReading.shrunk(shown(names, index), .told) }
        return (filled, FileIdentity(status))
    }

    private func shown(_ names: NameList, _ index: Int) -> String { path + "/" + names[index] }
}
