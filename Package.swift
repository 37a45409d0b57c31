// swift-tools-version: 6.1
import PackageDescription

// The house, floor by floor: a target imports only from lower floors. docs/architecture.md draws it.

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// A library target of ours with the settings that every one of them shares.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies + ["CheckedNumbers"], resources: resources, swiftSettings: strict)
}

/// What a command depends on besides the libraries that it calls.
let parsing: [Target.Dependency] = [
    "AuditPlan", "CommandLineSupport", "ToolOptions",
    .product(name: "ArgumentParser", package: "swift-argument-parser"),
]

/// The commands of an executable: each parses arguments, calls a library and prints.
func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    library(name, dependencies + parsing)
}

/// An executable: it starts what a library of commands holds.
func tool(_ name: String, _ commands: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: commands + ["CommandLineSupport"], swiftSettings: strict)
}

/// An executable for those who work on Assay, with its commands.
func generator(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies + ["CheckedNumbers"] + parsing, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        resources: resources, swiftSettings: strict)
}

/// What the environment says of the build, as a definition in C; nothing where it says nothing, or something odd.
func fact(_ name: String, _ allowed: String) -> [CSetting] {
    guard let text = Context.environment[name], !text.isEmpty, text.allSatisfy(allowed.contains) else { return [] }
    return [.define(name, to: "\"\(text)\"")]
}

let package = Package(
    name: "assay",
    products: [
        .executable(name: "assay", targets: ["assay"]),
        .executable(name: "assay-labels", targets: ["assay-labels"]),
        .executable(name: "assay-anchors", targets: ["assay-anchors"]),
        .executable(name: "assay-probe", targets: ["assay-probe"]),
        .executable(name: "assay-toxic", targets: ["assay-toxic"]),
        .executable(name: "assay-curves", targets: ["assay-curves"]),
        .executable(name: "assay-report", targets: ["assay-report"]),
        // For Benchmarks/.
        .library(
            name: "AssayModel",
            targets: [
                "AnchorFitting", "AvailableBackends", "FileReading", "NeuralKernels", "Randomness", "YOLODataset",
                "YOLOModel",
            ]),
        // What reads files from outside, for the fuzzers.
        .library(
            name: "AssayReading",
            targets: [
                "AnchorFitting", "AnnotationSources", "AuditPlan", "AuditReport", "DatasetConversion", "FileReading",
                "Findings", "Imaging", "LabelRules", "Randomness", "ReportServing", "RunCurves", "Sharding",
                "TextForms",
                "ToolOptions", "ToxicRanking", "YAMLText", "YOLODataset", "YOLOModel",
            ]),
    ],
    traits: [
        .trait(name: "OneDNN", description: "Run the model on oneDNN (libdnnl); without it, on the reference backend"),
        .trait(name: "AVIF", description: "Decode AVIF images (libavif)"),
        .trait(name: "HEIF", description: "Decode HEIC and HEIF images (libheif)"),
        .trait(name: "JPEG2000", description: "Decode JPEG 2000 images (OpenJPEG)"),
        .default(enabledTraits: ["OneDNN", "AVIF", "HEIF", "JPEG2000"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Floor 0: C libraries, and C shims where Swift cannot call them safely.
        .systemLibrary(
            name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .target(
            name: "CImageCodecs",
            cSettings: [
                .define("ASSAY_AVIF", .when(traits: ["AVIF"])), .define("ASSAY_HEIF", .when(traits: ["HEIF"])),
                .define("ASSAY_JPEG2000", .when(traits: ["JPEG2000"])),
            ],
            linkerSettings: [
                .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("z"), .linkedLibrary("tiff"),
                .linkedLibrary("webp"), .linkedLibrary("webpdemux"), .linkedLibrary("avif", .when(traits: ["AVIF"])),
                .linkedLibrary("heif", .when(traits: ["HEIF"])),
                .linkedLibrary("openjp2", .when(traits: ["JPEG2000"])),
            ]),
        .target(name: "CVectorKernels"),
        // Who builds the package may say of which commit, and where its documents are published.
        .target(
            name: "CBuildFacts",
            cSettings: fact("ASSAY_COMMIT", "0123456789abcdef+")
                + fact("ASSAY_DOCUMENTATION", "abcdefghijklmnopqrstuvwxyz0123456789.:/-_~")),
        // An installed PyTorch, opened while the program runs: nothing is linked.
        .target(name: "CTorch"),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libzip", providers: [.apt(["libzip-dev", "zlib1g-dev"]), .brew(["libzip"])]),
        .target(
            name: "COneDNN",
            cSettings: [.define("ASSAY_ONEDNN", .when(traits: ["OneDNN"]))],
            linkerSettings: [
                .linkedLibrary("dnnl", .when(traits: ["OneDNN"])),
                .linkedLibrary("gomp", .when(traits: ["OneDNN"])),
            ]),

        // What every other target of ours may use: where numbers become counts.
        .target(name: "CheckedNumbers", swiftSettings: strict),

        // Floor 1
        library("FileReading", ["CVectorKernels"]),
        library("TextForms"),
        library("Randomness"),
        library("Geometry"),
        library("BuildFacts", ["CBuildFacts"]),
        library("CommandHelp"),

        // Floor 2
        library("AnnotationSources", ["CArchive", "FileReading"]),
        library("Findings", ["FileReading", "TextForms"]),
        library("Imaging", ["CImageCodecs", "FileReading", "Geometry"]),
        library("YAMLText", ["CYAML", "FileReading", "TextForms"]),
        library("NeuralKernels", ["CVectorKernels", "FileReading", "Randomness"]),

        // Floor 3
        library("Charting", ["FileReading", "Geometry", "Imaging", "TextForms"]),
        library("OneDNNKernels", ["COneDNN", "CVectorKernels", "FileReading", "NeuralKernels"]),
        library("TorchKernels", ["CTorch", "FileReading", "NeuralKernels"]),
        library("YOLODataset", ["FileReading", "Geometry", "YAMLText"]),
        library(
            "YOLOModel", ["FileReading", "Geometry", "NeuralKernels", "Randomness", "TextForms", "YAMLText"]),

        // Floor 4. With its trait off, nothing reaches oneDNN.
        library(
            "AvailableBackends",
            [
                "FileReading", "NeuralKernels", "TorchKernels",
                .target(name: "OneDNNKernels", condition: .when(traits: ["OneDNN"])),
            ]),
        library(
            "LabelRules",
            ["BuildFacts", "FileReading", "Findings", "Geometry", "Imaging", "TextForms", "YAMLText", "YOLODataset"]),
        library(
            "DatasetConversion",
            [
                "AnnotationSources", "CArchive", "FileReading", "Geometry", "Imaging", "Randomness", "TextForms",
                "YAMLText", "YOLODataset",
            ]),
        library(
            "AnchorFitting",
            [
                "CVectorKernels", "Charting", "FileReading", "Geometry", "Imaging", "Randomness", "TextForms",
                "YAMLText",
                "YOLODataset", "YOLOModel",
            ]),

        library(
            "RunCurves",
            ["Charting", "FileReading", "Findings", "Geometry", "TextForms", "YAMLText", "YOLODataset"]),

        // Floor 5
        library(
            "ProbeTraining",
            [
                "AvailableBackends", "CVectorKernels", "FileReading", "Geometry", "Imaging", "NeuralKernels",
                "Randomness", "TextForms", "YOLODataset", "YOLOModel",
            ]),
        library(
            "ToxicRanking",
            [
                "AvailableBackends", "FileReading", "Findings", "Geometry", "Imaging", "NeuralKernels", "Randomness",
                "TextForms", "YOLODataset", "YOLOModel",
            ]),

        library(
            "Sharding",
            ["AvailableBackends", "CVectorKernels", "FileReading", "NeuralKernels", "TextForms", "YOLODataset"]),

        // Floor 6
        library(
            "ToolOptions",
            [
                "AnchorFitting", "AnnotationSources", "AvailableBackends", "DatasetConversion", "FileReading",
                "Findings",
                "Imaging", "LabelRules", "NeuralKernels", "ProbeTraining", "ToxicRanking", "YOLODataset", "YOLOModel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Floor 7
        library(
            "AuditPlan",
            [
                "FileReading", "Findings", "RunCurves", "Sharding", "TextForms", "ToolOptions", "YAMLText",
                "YOLODataset",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        // Floor 8
        library(
            "AuditStages",
            [
                "AnchorFitting", "AuditPlan", "AvailableBackends", "FileReading", "Findings", "Imaging", "LabelRules",
                "NeuralKernels", "ProbeTraining", "RunCurves", "Sharding", "TextForms", "ToolOptions", "ToxicRanking",
                "YAMLText", "YOLODataset", "YOLOModel",
            ]),
        library(
            "AuditReport",
            [
                "AuditPlan", "Charting", "FileReading", "Findings", "Geometry", "Imaging", "LabelRules", "RunCurves",
                "TextForms", "ToolOptions", "YOLODataset",
            ],
            // In the program itself: a page needs no file beside the executable.
            resources: [.embedInCode("Resources")]),
        library("Clusters", ["AuditPlan", "FileReading", "Sharding", "TextForms", "ToolOptions"]),

        // Floor 9
        library(
            "ReportServing",
            [
                "AuditPlan", "AuditReport", "FileReading", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        library(
            "CommandLineSupport",
            [
                "AnnotationSources", "AuditPlan", "AvailableBackends", "BuildFacts", "CommandHelp", "FileReading",
                "TextForms", "ToolOptions", "YAMLText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Floor 10
        command(
            "AssayCommand",
            [
                "AnnotationSources", "AuditReport", "AuditStages", "Clusters", "CommandHelp", "DatasetConversion",
                "FileReading", "Sharding", "TextForms", "YOLODataset",
            ]),
        command("LabelsCommand", ["AuditStages", "FileReading", "Findings", "LabelRules", "TextForms", "YOLODataset"]),
        command("AnchorsCommand", ["AnchorFitting", "AuditStages", "FileReading", "TextForms"]),
        command("ProbeCommand", ["AuditStages", "FileReading", "ProbeTraining", "TextForms"]),
        command(
            "ToxicCommand", ["AuditStages", "FileReading", "NeuralKernels", "TextForms", "ToxicRanking", "YOLOModel"]),
        command("CurvesCommand", ["AuditStages", "FileReading", "Findings", "RunCurves", "TextForms"]),
        command("ReportCommand", ["AuditReport", "FileReading", "LabelRules", "ReportServing", "TextForms"]),

        // Floor 11
        tool("assay", ["AssayCommand"]),
        tool("assay-labels", ["LabelsCommand"]),
        tool("assay-anchors", ["AnchorsCommand"]),
        tool("assay-probe", ["ProbeCommand"]),
        tool("assay-toxic", ["ToxicCommand"]),
        tool("assay-curves", ["CurvesCommand"]),
        tool("assay-report", ["ReportCommand"]),
        // All of them in one file, for packages.
        tool(
            "assay-multicall",
            [
                "AnchorsCommand", "AssayCommand", "CurvesCommand", "LabelsCommand", "ProbeCommand", "ReportCommand",
                "ToxicCommand",
            ]),
        generator("make-fixtures", ["FileReading", "Imaging", "Randomness", "TextForms", "YOLOModel"]),
        generator("generate-docs", ["AuditReport", "DatasetConversion", "FileReading", "LabelRules", "RunCurves"]),

        .target(
            name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("CheckedNumbers"),
        tests("FileReading", ["CVectorKernels"]),
        tests("TextForms"),
        tests("Randomness"),
        tests("Geometry"),
        tests("Charting", ["Geometry"]),
        tests("Findings", ["FileReading", "TextForms"]),
        tests("AnnotationSources", ["FileReading"]),
        tests("Imaging", ["FileReading", "Geometry"], resources: [.copy("Pixels")]),
        tests("YAMLText", ["FileReading"]),
        tests(
            "NeuralKernels",
            ["AvailableBackends", "CVectorKernels", "FileReading", "Randomness", "TorchKernels"]),
        tests("TorchKernels", ["FileReading", "NeuralKernels"]),
        tests("YOLODataset", ["FileReading", "Geometry", "Imaging"]),
        tests(
            "YOLOModel",
            ["AvailableBackends", "FileReading", "Geometry", "Imaging", "NeuralKernels", "Randomness", "YOLODataset"],
            resources: [.copy("Figures")]),
        tests(
            "DatasetConversion", ["AnnotationSources", "FileReading", "Geometry", "Imaging", "YOLODataset"],
            resources: [.copy("Exports")]),
        tests("LabelRules", ["FileReading", "Findings", "Geometry", "Imaging", "YOLODataset"]),
        tests("AnchorFitting", ["FileReading", "Imaging", "Randomness", "YOLODataset", "YOLOModel"]),
        tests("RunCurves", ["FileReading", "Findings", "TextForms"], resources: [.copy("Events"), .copy("Runs")]),
        tests(
            "ProbeTraining",
            ["AvailableBackends", "FileReading", "Imaging", "NeuralKernels", "Randomness", "YOLODataset", "YOLOModel"]),
        tests(
            "ToxicRanking",
            [
                "AvailableBackends", "FileReading", "Findings", "Geometry", "Imaging", "NeuralKernels", "Randomness",
                "YOLODataset", "YOLOModel",
            ]),
        tests("Sharding", ["FileReading", "YOLODataset"]),
        tests(
            "ToolOptions",
            ["AuditPlan", "FileReading", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        tests(
            "AuditPlan",
            ["FileReading", "Findings", "ToolOptions", .product(name: "GRDB", package: "GRDB.swift")],
            resources: [.copy("Ledgers")]),
        tests("AuditReport", ["AuditPlan", "FileReading", "Findings", "TextForms"]),
        tests("Clusters", ["AuditPlan", "FileReading", "Sharding", "TextForms", "ToolOptions"]),
        tests("ReportServing", ["AuditPlan"]),
        tests("CommandHelp"),
        tests("CommandLineSupport"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Sharding", "TestSupport", "TextForms", "ToolOptions", "YOLOModel", "assay", "assay-labels",
                "assay-anchors",
                "assay-probe",
                "assay-toxic",
                "assay-curves", "assay-report", "assay-multicall",
                "generate-docs", "make-fixtures", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
    ]
)
