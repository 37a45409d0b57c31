import ArgumentParser
import Findings
import LabelRules
import YOLODataset

/// Whose reading of a dataset is foretold.
public struct TrainerOption: ParsableArguments, Sendable {
    @Option("Whose reading is foretold.")
    public var trainer = Trainer.ultralytics

    public init() {}
}

/// Where training is started.
public struct WorkingFolderOption: ParsableArguments, Sendable {
    @Option("The folder that training is started in.", otherwise: "check: the one from which the splits are found")
    public var workingDirectory: InputFile?

    public init() {}

    /// Nil where none is given.
    ///
    /// - Throws: `FileError` where there is no such folder.
    public func place() throws -> TrainingPlace? {
        try workingDirectory.map { try TrainingPlace(named: $0.path) }
    }
}

/// Which splits are looked at.
public struct PartsOption: ParsableArguments, Sendable {
    @Option("Splits to look at, for example train,val.", otherwise: "all")
    public var splits: SplitList?

    public init() {}

    /// Nil for all.
    ///
    /// - Throws: `FileError` where a split is not there.
    public func names(in dataset: Dataset) throws -> [String]? { try splits?.names(in: dataset) }
}

/// How a dataset is checked.
public struct LabelOptions: StageOptions {
    public static let stage = StageName.labels
    public static let shared: Set<String> = ["image_size"]
    public static let presentation: Set<String> = ["fail_on"]

    @Option("How much of each image is read.")
    public var images = ImageReading.decode

    @Option("Findings from this severity on make the exit status 1.")
    public var failOn = Severity.error

    @OptionGroup public var reader: TrainerOption
    @OptionGroup public var parts: PartsOption

    @Option("Only these rules: codes or their beginnings, as B,D003.")
    public var select: CodeList = []

    @Option("Not these rules.")
    public var ignore: CodeList = []

    @Option("Path patterns with rules that are left out there, as legacy/*=B003+D.")
    public var ignoreAt: PathCodes = [:]

    @Option("Leave out the findings that this file knows; --write-baseline makes one.")
    public var baseline: InputFile?

    @Option("Severities by code or its beginning, as B009=warning,P=note.")
    public var severity: SeverityMap = [:]

    @Option("Limits of rules, as min_side=3.")
    public var thresholds: ThresholdMap = [:]

    @Flag(inversion: .prefixedNo, help: "Report an error that most label files have once.")
    public var condense = true

    @OptionGroup public var image: ImageSizeOption

    public init() {}

    /// Which findings are wanted.
    public var selection: FindingSelection {
        FindingSelection(select: select.codes, ignore: ignore.codes, ignoredAt: ignoreAt.codes)
    }

    /// - Parameter cachePath: where facts about unchanged files are kept; nil for none.
    /// - Throws: `FileError` where a split is not there.
    public func settings(_ dataset: Dataset, cachePath: String?) throws -> CheckSettings {
        var settings = CheckSettings()
        settings.splits = try parts.names(in: dataset)
        settings.reading = images
        settings.trainer = reader.trainer
        settings.trainingSize = image.pixels
        settings.thresholds = thresholds.thresholds
        settings.severities = severity.severities
        settings.condenses = condense
        settings.cachePath = cachePath
        return settings
    }
}
