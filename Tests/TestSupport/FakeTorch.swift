import Foundation

/// Folders that look like an installed PyTorch, for tests of how one is found and why it is refused.
public enum FakeTorch {
    /// The path of the shared library of this process whose name begins so.
    public static func loadedLibrary(_ name: String) -> String? {
        // A file without a size, which is read to its end.
        let bytes = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd()
        return String(decoding: bytes ?? Data(), as: UTF8.self).split(separator: "\n").compactMap { line in
            line.firstIndex(of: "/").map { String(line[$0...]) }
        }.first { URL(fileURLWithPath: $0).lastPathComponent.hasPrefix(name) }
    }

    /// Makes a folder `torch` with a library and a version.
    ///
    /// - Parameters:
    ///   - library: the bytes of `libtorch_cpu.so`; nil for those of a library that is none of PyTorch's.
    ///   - version: what `version.py` says; nil for no such file.
    public static func make(
        _ folder: TemporaryFolder, at path: String, library: [UInt8]? = nil, version: String? = "2.12.1"
    ) throws {
        var bytes = library ?? []
        if library == nil, let other = loadedLibrary("libm.so") {
            bytes = Array(FileManager.default.contents(atPath: other) ?? Data())
        }
        try folder.write(bytes, to: path + "/lib/libtorch_cpu.so")
        if let version {
            try folder.write("from typing import Optional\n\n__version__ = '\(version)'\n", to: path + "/version.py")
        }
    }
}
