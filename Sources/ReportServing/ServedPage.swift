import FileReading
import Foundation
import NIOCore
import Synchronization

/// A file that many may ask for at once: it is held in memory once, and read again where it has changed.
final class ServedPage: Sendable {
    private struct Version: Equatable {
        var size: Int
        var seconds: Int
        var nanoseconds: Int
        var inode: ino_t
    }

    private let path: String
    private let held = Mutex<(version: Version, contents: ByteBuffer)?>(nil)

    init(_ path: String) { self.path = path }

    /// - Throws: `FileError` where it cannot be read.
    func contents() throws -> ByteBuffer {
        try held.withLock { held in
            let version = version
            if let held, held.version == version { return held.contents }
            held = nil
            let contents = ByteBuffer(bytes: try FileReading.bytes(ofFile: path, limit: 1 << 30))
            if let version { held = (version, contents) }
            return contents
        }
    }

    /// Nil where there is no such file.
    private var version: Version? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Version(
            size: Int(status.st_size), seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec),
            inode: status.st_ino)
    }
}
