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

    /// Of a file that could not be read, or was not asked: no file is like it.
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

    /// The first `count` bytes of a file that was a regular one when its folder was listed, or all of them where it has
    /// fewer, without a look at its state: for what proves itself by what it holds.
    ///
    /// - Returns: how many bytes were read; nil where it is something else, or could not be read in one go.
    public func peek(_ names: NameList, _ index: Int, into buffer: inout [UInt8], count: Int) -> Int? {
        guard descriptor >= 0, names.isRegularFile(index) else { return nil }
        let file = names.withCName(index) { openat(descriptor, $0, Self.mode) }
        guard file >= 0 else { return nil }
        defer { close(file) }
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        let got = buffer.withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress, count) }
        return got < 0 ? nil : got
    }

    /// A small file that was a regular one when its folder was listed, whole, without a look at its state.
    ///
    /// A disk that fails, or a signal, ends a reading between two pages, and never within one: what ends elsewhere, and
    /// before the room does, is the whole file.
    ///
    /// - Parameter room: bytes. Nothing as long as that is read.
    /// - Returns: how many bytes it has; nil where this does not tell.
    public func peekWhole(_ names: NameList, _ index: Int, into buffer: inout [UInt8], room: Int) -> Int? {
        guard let count = peek(names, index, into: &buffer, count: room), count < room, count % 512 != 0 else {
            return nil
        }
        return count
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
        let file =
            descriptor < 0
            ? open(shown(names, index), Self.mode) : names.withCName(index) { openat(descriptor, $0, Self.mode) }
        guard file >= 0 else { throw failure(names, index, errno) }
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
        guard failed == 0 else { throw failure(names, index, failed) }
        guard filled == wanted else { throw FileReading.shrunk(shown(names, index), .told) }
        return (filled, FileIdentity(status))
    }

    /// O_NONBLOCK: opening a FIFO must not wait for a writer.
    private static let mode = O_RDONLY | O_CLOEXEC | O_NONBLOCK

    /// A bad disk is told of by a finding; a limit of the process is not about the file.
    private func failure(_ names: NameList, _ index: Int, _ code: Int32) -> FileError {
        FileReading.failure(shown(names, index), code, MachineFaults.isExhaustion(code) ? .noted : .told)
    }

    private func shown(_ names: NameList, _ index: Int) -> String { path + "/" + names[index] }
}
