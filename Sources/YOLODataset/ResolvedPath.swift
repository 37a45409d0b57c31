import FileReading
import Foundation

/// Paths with their links followed, as Python's `Path.resolve` does: what does not exist stays as it is written.
enum ResolvedPath {
    /// More links than this lead in a circle.
    private static let mostLinks = 200

    /// - Parameter path: absolute.
    static func resolve(_ path: String) -> String {
        var done: [String] = []
        var waiting = Array(path.split(separator: "/").map(String.init).reversed())
        var links = 0
        while let part = waiting.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = done.popLast()
                continue
            }
            guard links < mostLinks, let target = link("/" + (done + [part]).joined(separator: "/")) else {
                done.append(part)
                continue
            }
            links += 1
            if target.hasPrefix("/") { done = [] }
            waiting += target.split(separator: "/").map(String.init).reversed()
        }
        return "/" + done.joined(separator: "/")
    }

    /// `text` below `folder`, or by itself where it is absolute; nothing is looked up.
    static func join(_ folder: String, _ text: String) -> String {
        if text.hasPrefix("/") { return text }
        return text.isEmpty ? folder : folder + "/" + text
    }

    /// The same place without `.` and repeated separators; `..` behind a link leads where the link leads.
    static func tidy(_ path: String) -> String {
        path.contains("/../") || path.hasSuffix("/..") ? resolve(path) : Paths.normalized(path)
    }

    /// Whether something is there; a dangling link is nothing.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 && !path.utf8.contains(0) }

    /// Whether a folder is there.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, Int(PATH_MAX))
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
