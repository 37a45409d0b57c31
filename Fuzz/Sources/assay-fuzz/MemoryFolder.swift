import FileReading
import Foundation

/// A folder in memory for readers that take a path; removed at the end.
enum MemoryFolder {
    static let path: String = {
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let path = parent + "/assay-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: MemoryFolder.path) }
        return path
    }()

    /// Writes a file anew, in a folder below where the name has one, and says where.
    static func write(_ bytes: [UInt8], to name: String) -> String {
        let file = path + "/" + name
        if name.contains("/") {
            try? FileManager.default.createDirectory(
                atPath: Paths.directory(of: file), withIntermediateDirectories: true)
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { fail("no folder for the input") }
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        demand(written == bytes.count, "no room for the input")
        return file
    }
}
