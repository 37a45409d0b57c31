import ArgumentParser
import FileReading

/// The stages of an audit, in the order in which they run.
public enum StageName: String, Sendable, CaseIterable {
    case labels, anchors, probe, toxic, curves, report

    /// The executable that runs it.
    public var executable: String { "assay-\(rawValue)" }

    /// Whether a plan without its block leaves it out.
    public var isOptional: Bool { self == .probe || self == .curves }

    /// Where its settings are declared.
    public var options: any StageOptions.Type {
        switch self {
        case .labels: LabelOptions.self
        case .anchors: AnchorOptions.self
        case .probe: ProbeOptions.self
        case .toxic: RankingOptions.self
        case .curves: CurveOptions.self
        case .report: ReportOptions.self
        }
    }
}

/// The settings of a stage: a block of the plan, and options of the stage's command.
///
/// This is the only place where a setting is declared; plan, command line, template, schema and documentation follow.
/// Options of a `SharedGroup` within it are those of several stages, and stand at the top of the plan.
public protocol StageOptions: ParsableArguments, Sendable {
    /// The stage whose block of the plan it is.
    static var stage: StageName { get }

    /// Keys of settings at the top of a plan that this stage takes.
    static var shared: Set<String> { get }

    /// Keys of settings that change what is printed, or the exit status, but nothing that the stage writes.
    static var presentation: Set<String> { get }
}

extension StageOptions {
    public static var presentation: Set<String> { [] }

    /// The settings that may stand in the stage's block of a plan.
    public static func blockSettings(isDocumented: Bool = false) -> [SettingDeclaration] {
        declaredSettings(withShared: false, isDocumented: isDocumented)
    }

    /// What the settings say, for a digest: those that only change what is printed are left out.
    public var contents: [SettingContent] {
        settingContents.filter { !Self.presentation.contains($0.key) }
    }
}

/// Options of several stages, which stand at the top of a plan.
public protocol SharedGroup: ParsableArguments {}

/// The side of the image that training uses.
public struct ImageSizeOption: SharedGroup, Sendable {
    @Option(
        name: [.customLong("size"), .customLong("image-size")],
        "Side in pixels of the square that training uses.", otherwise: "640; a probe has its own")
    public var imageSize: PixelSize?

    public init() {}

    /// Pixels.
    public var pixels: Int { imageSize?.value ?? 640 }
}

/// The user's own model.
public struct WeightsOption: SharedGroup, Sendable {
    @Option("A checkpoint trained on this dataset: .pt or .safetensors. It is read as data, never executed.")
    public var weights: InputFile?

    public init() {}
}

/// Where random choices come from.
public struct SeedOption: SharedGroup, Sendable {
    @Option("Where every random choice comes from.")
    public var seed: Seed = 0

    public init() {}

    /// The number of a counter-based generator.
    public var number: UInt64 { UInt64(seed.value) }
}

/// The settings at the top of a plan.
public struct SharedOptions: ParsableArguments, Sendable {
    @OptionGroup public var image: ImageSizeOption
    @OptionGroup public var model: WeightsOption
    @OptionGroup public var seeding: SeedOption

    public init() {}
}
