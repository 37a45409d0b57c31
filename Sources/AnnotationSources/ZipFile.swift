import CArchive
import FileReading
import Foundation

/// One file of a ZIP archive, as its directory lists it.
public struct ZipEntry: Sendable, Hashable {
    /// As it stands in the archive; nothing about it is checked.
    public let name: String
    /// Bytes once unpacked, as the archive says.
    public let size: Int
    /// Whether it stands for a link, and not for a file.
    public let isLink: Bool
    let index: UInt64
}

/// A ZIP archive that is open for reading, by libzip.
public struct ZipFile: ~Copyable {
    private let handle: OpaquePointer
    let path: String
    /// The files, without folders, in the order of the archive's directory.
    public let entries: [ZipEntry]

    /// More files than this are refused.
    static let mostEntries = 4 << 20

    /// - Throws: `FileError` where the file is missing, is no ZIP archive, or is damaged.
    public init(_ path: String) throws {
        self.path = path
        var code: Int32 = 0
        // A pipe or a folder must not be waited for.
        guard FileIdentity(ofFile: path) != nil else {
            _ = try FileReading.head(ofFile: path, count: 1)
            throw Self.damaged(path)
        }
        _ = try FileReading.head(ofFile: path, count: 4)
        guard let handle = zip_open(path, ZIP_RDONLY, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw Self.damaged(path, zip_error_strerror(&error).map { String(cString: $0) })
        }
        let count = zip_get_num_entries(handle, 0)
        guard (0...Int64(Self.mostEntries)).contains(count) else {
            zip_discard(handle)
            throw FileError(
                file: path, message: "holds more than \(Self.mostEntries) files",
                wayOut: "unpack it, and name the folder")
        }
        var entries: [ZipEntry] = []
        for index in 0..<UInt64(count) {
            guard let entry = Self.entry(handle, index) else { continue }
            if !entry.name.hasSuffix("/") { entries.append(entry) }
        }
        self.handle = handle
        self.entries = entries
    }

    deinit { zip_discard(handle) }

    private static func entry(_ handle: OpaquePointer, _ index: UInt64) -> ZipEntry? {
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_stat_index(handle, index, 0, &status) == 0, let name = status.name,
            let size = Int(exactly: status.size)
        else { return nil }
        var system: UInt8 = 0
        var attributes: UInt32 = 0
        let isKnown = zip_file_get_external_attributes(handle, index, 0, &system, &attributes) == 0
        // The upper half is a mode of Unix where the archive was made there.
        let isLink = isKnown && system == 3 && (attributes >> 16) & UInt32(S_IFMT) == UInt32(S_IFLNK)
        return ZipEntry(name: String(cString: name), size: size, isLink: isLink, index: index)
    }

    private static func damaged(_ path: String, _ reason: String? = nil) -> FileError {
        FileError(
            file: path, message: "is no ZIP archive that can be read" + (reason.map { ": \($0)" } ?? ""),
            wayOut: "download it again, or unpack it and name the folder")
    }

    /// Up to `count` bytes from the beginning of a file, whatever the archive says of its size.
    ///
    /// - Throws: `FileError` where it is encrypted or damaged.
    public func head(of entry: ZipEntry, count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(entry) { piece in
            bytes.append(contentsOf: piece.prefix(count - bytes.count))
            return bytes.count < count
        }
        return bytes
    }

    /// Gives a file piece by piece to `take`, until that says false.
    ///
    /// - Throws: `FileError` where it is encrypted or damaged; what `take` throws.
    func read(_ entry: ZipEntry, _ take: (UnsafeRawBufferPointer) throws -> Bool) throws {
        guard let file = zip_fopen_index(handle, entry.index, 0) else { throw failure(entry) }
        defer { zip_fclose(file) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { room.deallocate() }
        while true {
            let got = zip_fread(file, room.baseAddress, UInt64(room.count))
            guard got >= 0 else { throw failure(entry) }
            guard got > 0, try take(UnsafeRawBufferPointer(rebasing: room[..<Int(got)])) else { return }
        }
    }

    private func failure(_ entry: ZipEntry) -> FileError {
        let reason = zip_strerror(handle).map { String(cString: $0) } ?? ""
        return FileError(
            file: path, message: "the file \(entry.name) in it cannot be unpacked: \(reason)",
            wayOut: "download the archive again, or unpack it and name the folder")
    }
}
