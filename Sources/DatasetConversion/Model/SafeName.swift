import AnnotationSources
import FileReading

/// Names of images as names of files of ours.
enum SafeName {
    /// The path itself where it stays below a folder; else its file name, or a word for one that has none.
    static func of(_ name: String) -> String {
        // A folder of that name would end the path of the labels at another place.
        let plain = ImageIndex.plain(name)
        if let safe = SafePath.relative(plain) {
            return safe.split(separator: "/").map { $0 == "images" ? "images_" : $0 }.joined(separator: "/")
        }
        return SafePath.relative(Paths.fileName(of: plain)) ?? "image"
    }
}
