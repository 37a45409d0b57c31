import FileReading
import Foundation

/// Files that are made and never replaced.
public enum NewFile {
    /// Writes a file that is not there yet.
    ///
    /// - Throws: `FileError` where there is one, or it cannot be written.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw AtomicFile.failure(path, errno) }
        defer { close(file) }
        try bytes.withUnsafeBytes { try AtomicFile.writeAll($0, file, path) }
    }

    /// Copies a regular file to a place where there is none yet.
    public static func copy(_ source: String, to path: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard input >= 0 else { throw AtomicFile.failure(source, errno) }
        defer { close(input) }
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw AtomicFile.failure(path, errno) }
        defer { close(output) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { room.deallocate() }
        while true {
            let got = read(input, room.baseAddress, room.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw AtomicFile.failure(source, errno) }
            if got == 0 { return }
            try AtomicFile.writeAll(UnsafeRawBufferPointer(rebasing: room[..<got]), output, path)
        }
    }
}
