import Foundation

/// The working tree of a version control system that a folder lies in.
public enum RepositoryRoot {
    /// The nearest folder, this one or one above it, that holds `.git`; nil where there is none.
    ///
    /// - Parameter folder: absolute.
    public static func containing(_ folder: String) -> String? {
        var folder = Paths.normalized(folder)
        while true {
            // A folder in a clone, a file in a work tree of its own or a submodule.
            if FileManager.default.fileExists(atPath: folder + "/.git") { return folder }
            guard folder != "/", folder.hasPrefix("/") else { return nil }
            folder = Paths.directory(of: folder)
        }
    }
}
