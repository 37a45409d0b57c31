import Foundation

/// Paths that a file from outside names.
public enum SafePath {
    /// `path` as one below a folder of ours: without a leading slash, a drive or `.`; backslashes are slashes.
    ///
    /// - Returns: nil where it leads out of the folder, is empty, or holds what no file name does.
    public static func relative(_ path: String) -> String? {
        var text = path.replacingOccurrences(of: "\\", with: "/")
        if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            text.utf8.distance(from: text.startIndex, to: colon) == 1
        {
            text = String(text[text.utf8.index(after: colon)...])
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), parts.allSatisfy({ $0.utf8.count <= 255 }),
            !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
        else { return nil }
        let joined = parts.joined(separator: "/")
        return joined.utf8.count <= 3000 ? joined : nil
    }
}
