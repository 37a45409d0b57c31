import ArgumentParser
import FileReading
import Findings

/// Logs of trainings.
public struct RunList: SettingValue, ExpressibleByArrayLiteral {
    /// Folders or files, as they were given, or absolute where a plan gave them.
    public let paths: [String]

    public static var form: SettingForm { .list(.path("the folder or the log of a training")) }

    public init(setting text: String) throws {
        paths = ListText.elements(text)
        guard !paths.contains(where: { $0.utf8.contains(0) }) else { throw Self.refusal(of: text) }
        if Set(paths).count < paths.count { throw SettingError("a run is named twice", "name each once") }
    }

    public init(arrayLiteral elements: String...) { paths = elements }

    public static func text(_ text: String, inPlanOf folder: String) -> String {
        ListText.text(ListText.elements(text).map { Paths.absolute($0, relativeTo: folder) })
    }

    public var description: String { ListText.text(paths) }
}

/// Which logs are read.
public struct CurveOptions: StageOptions {
    public static let stage = StageName.curves
    public static let shared: Set<String> = []
    public static let presentation: Set<String> = ["fail_on"]

    @Option("Folders of trainings on this dataset (results.csv, args.yaml …), or their logs.")
    public var runs: RunList = []

    @Option("Diagnoses from this severity on make the exit status 1.")
    public var failOn = Severity.warning

    public init() {}
}
