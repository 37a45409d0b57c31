import FileReading
import Foundation
import YOLODataset

/// Where facts about a dataset's files are kept: never in the dataset.
public enum CachePlace {
    /// Below `XDG_CACHE_HOME`, or `~/.cache`; nil where there is neither.
    public static func path(of dataset: Dataset) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"].map { $0 + "/.cache" }
        guard let folder = environment["XDG_CACHE_HOME"] ?? home, folder.hasPrefix("/") else { return nil }
        return folder + "/assay/" + ContentDigest.of(dataset.yamlPath).hex.prefix(32) + ".facts"
    }
}
