import Foundation

/// Where a path leads when links are followed, so that what is written there leaves them as they are.
public enum LinkTarget {
    /// The path of what a link leads to, absolute and without links; the path itself where there is nothing yet.
    ///
    /// - Throws: `FileError` where it is a link that leads nowhere.
    public static func of(_ path: String) throws(FileError) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw FileError(file: path, message: "is a link that leads nowhere", wayOut: "mend the link, or delete it")
        }
        return path
    }
}
