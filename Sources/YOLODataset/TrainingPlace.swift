import FileReading
import Foundation
import YAMLText

/// Where training is started: what relative paths mean depends on it.
public struct TrainingPlace: Sendable, Hashable {
    /// The working directory; absolute, without links.
    public let workingFolder: String
    /// Where Ultralytics looks for a `path` that the working directory does not hold; absolute.
    public let datasetsFolder: String

    /// - Parameter datasetsFolder: what the person's Ultralytics is set to where nil.
    public init(workingFolder: String, datasetsFolder: String? = nil) {
        self.workingFolder = ResolvedPath.resolve(Paths.absolute(workingFolder))
        self.datasetsFolder =
            datasetsFolder.map { Paths.absolute($0) } ?? Self.settings ?? self.workingFolder + "/datasets"
    }

    /// A folder that a person names.
    ///
    /// - Throws: `FileError` where there is none.
    public init(named folder: String) throws {
        guard ResolvedPath.isFolder(Paths.absolute(folder)) else {
            throw FileError(
                file: folder, message: "is no folder", wayOut: "name the folder that training is started in")
        }
        self.init(workingFolder: folder)
    }

    /// The working directory of this process.
    public static var current: TrainingPlace { TrainingPlace(workingFolder: Paths.absolute("")) }

    /// `datasets_dir` of the settings that Ultralytics keeps; nil where there are none.
    private static let settings: String? = {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["YOLO_CONFIG_DIR"] ?? (environment["HOME"] ?? "") + "/.config"
        let document = try? YAMLDocument.read(folder + "/Ultralytics/settings.json")
        guard let text = document?.root?["datasets_dir"]?.string, text.hasPrefix("/") else { return nil }
        return text
    }()

    /// The same settings, started elsewhere.
    func started(in folder: String) -> TrainingPlace {
        TrainingPlace(workingFolder: folder, datasetsFolder: datasetsFolder)
    }
}
