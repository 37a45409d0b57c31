import Foundation
import Synchronization

/// A file without a name for what would fill the memory: it goes with the process.
package final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let end = Mutex(0)

    /// - Parameter folder: where there is room for it.
    /// - Throws: `FileError` where no file can be made there.
    package init(in folder: String = FileManager.default.temporaryDirectory.path) throws {
        path = "\(folder)/assay-\(getpid())-\(UInt32.random(in: .min ... .max)).scratch"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AtomicFile.failure(path, errno) }
        unlink(path)
    }

    deinit { close(descriptor) }

    /// Writes numbers behind what is there; from any thread.
    ///
    /// - Returns: where they begin.
    /// - Throws: `FileError` where the disk is full.
    package func append(_ values: [Float]) throws -> Int {
        let size = values.count * MemoryLayout<Float>.size
        let start = end.withLock { end in
            defer { end += size }
            return end
        }
        try values.withUnsafeBytes { bytes in
            var done = 0
            while done < size, let base = bytes.baseAddress {
                let count = pwrite(descriptor, base + done, size - done, off_t(start + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw AtomicFile.failure(path, count < 0 ? errno : ENOSPC) }
                done += count
            }
        }
        return start
    }

    /// Reads as many numbers as `values` has.
    package func read(into values: inout [Float], at start: Int) throws {
        try PlacedReading.floats(descriptor, path, into: &values, at: start)
    }
}

/// A file of which pieces are read where they are needed.
package struct PlacedFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// - Throws: `FileError` where it cannot be opened.
    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileReading.failure(path, errno) }
    }

    deinit { close(descriptor) }

    /// Reads as many numbers as `values` has.
    package func read(into values: inout [Float], at start: Int) throws {
        try PlacedReading.floats(descriptor, path, into: &values, at: start)
    }
}

private enum PlacedReading {
    static func floats(_ descriptor: Int32, _ path: String, into values: inout [Float], at start: Int) throws {
        try values.withUnsafeMutableBytes { bytes in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = pread(descriptor, base + done, bytes.count - done, off_t(start + done))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw FileReading.failure(path, errno) }
                guard count > 0 else { throw FileReading.shrunk(path) }
                done += count
            }
        }
    }
}
