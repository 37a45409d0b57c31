import ArgumentParser

/// What the report shows.
public struct ReportOptions: StageOptions {
    public static let stage = StageName.report
    public static let shared: Set<String> = ["seed"]

    @Option("Images in the report's gallery.")
    public var top: Whole<GalleryBounds> = 60

    @Option("Suspicions to decide, the most probable first.")
    public var suspicions: Whole<SuspicionBounds> = 500

    @Option("The plan of an earlier audit; the page then says what has changed since.", otherwise: "none")
    public var compare: InputFile?

    @OptionGroup public var seeding: SeedOption

    public init() {}
}
