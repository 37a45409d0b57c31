import Foundation

/// Making and removing folders.
public enum Folders {
    /// A folder that is there, as an absolute path.
    ///
    /// - Throws: `FileError` where there is none.
    public static func existing(_ path: String) throws -> String {
        var status = stat()
        let absolute = Paths.absolute(path)
        guard stat(absolute, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(file: path, message: "is no folder", wayOut: "name a folder that is there")
        }
        return absolute
    }

    /// Makes a folder, and those on the way to it, where they are missing.
    ///
    /// - Throws: `FileError` where one cannot be made, or something else has its name.
    public static func make(_ path: String) throws {
        if mkdir(path, 0o777) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
            throw FileError(file: path, message: "is no folder", wayOut: "move it away, or name another folder")
        case ENOENT where Paths.directory(of: path) != path:
            try make(Paths.directory(of: path))
            // Another process may have made it meanwhile.
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        default: break
        }
        throw FileError(
            file: path, message: "cannot be made: \(String(cString: strerror(errno)))",
            wayOut: "check the folder above it, its permissions and the free space")
    }
}
