import Foundation

/// Optional material outside the checkout: real datasets, checkpoints and reference figures.
///
/// Tests that use it are enabled by `SharedMaterial.isPresent` and so are reported as skipped where it is absent.
/// `ASSAY_SHARED` names the folder; without it the folder `shared` beside the checkout is tried.
public enum SharedMaterial {
    /// The folder, when there is one.
    public static let folder: URL? = {
        let candidate: URL
        if let path = ProcessInfo.processInfo.environment["ASSAY_SHARED"] {
            candidate = URL(fileURLWithPath: path, isDirectory: true)
        } else {
            candidate = checkout.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
        }
        return FileManager.default.fileExists(atPath: candidate.appendingPathComponent("reference").path)
            ? candidate : nil
    }()

    /// Whether the folder is there.
    public static var isPresent: Bool { folder != nil }

    /// The path of one of its files.
    public static func path(_ relative: String) -> String {
        (folder ?? checkout).appendingPathComponent(relative).path
    }

    /// The top of this checkout.
    public static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
