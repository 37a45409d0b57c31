import Foundation

/// Paths as text, with `/` as the separator and nothing looked up on the disk.
public enum Paths {
    /// `path` as it is when absolute, else below `folder`; normalized.
    public static func absolute(_ path: String, relativeTo folder: String? = nil) -> String {
        if path.hasPrefix("/") { return normalized(path) }
        let base = folder ?? FileManager.default.currentDirectoryPath
        return normalized(path.isEmpty ? base : base + "/" + path)
    }

    /// `path` without `.`, `..` and repeated separators.
    public static func normalized(_ path: String) -> String {
        if isNormalized(path) { return path }
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            if part == "." { continue }
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part == "..", isAbsolute {
                continue
            } else {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
    }

    /// Whether there is nothing to leave out: no empty part and none that begins with a dot.
    private static func isNormalized(_ path: String) -> Bool {
        var previous = UInt8(ascii: "a")
        for byte in path.utf8 {
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return false }
            previous = byte
        }
        return !path.isEmpty && path.utf8.first != UInt8(ascii: ".") && previous != UInt8(ascii: "/")
    }

    /// How to reach `path` from `root`, both absolute: below it without a leading part, beside it with `../`.
    public static func relative(_ path: String, to root: String) -> String {
        let below = root.utf8.last == UInt8(ascii: "/") ? root : root + "/"
        if isNormalized(path), isNormalized(root), path.utf8.starts(with: below.utf8) {
            return String(path[path.utf8.index(path.startIndex, offsetBy: below.utf8.count)...])
        }
        let to = normalized(path).split(separator: "/")
        let from = normalized(root).split(separator: "/")
        var shared = 0
        while shared < to.count, shared < from.count, to[shared] == from[shared] { shared += 1 }
        let up = Array(repeating: Substring(".."), count: from.count - shared)
        let joined = (up + to[shared...]).joined(separator: "/")
        return joined.isEmpty ? "." : joined
    }

    /// The folder that holds `path`.
    public static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of `path`.
    public static func fileName(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// What follows the last dot of the file's name, without the dot; empty when there is none.
    public static func suffix(of path: String) -> String {
        let name = fileName(of: path)
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return "" }
        return String(name[name.utf8.index(after: dot)...])
    }

    /// `path` without the last dot of the file's name and what follows it.
    public static func withoutSuffix(_ path: String) -> String {
        let suffix = suffix(of: path)
        return suffix.isEmpty
            ? path : String(path[..<path.utf8.index(path.endIndex, offsetBy: -(suffix.utf8.count + 1))])
    }
}
