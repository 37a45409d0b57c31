// swift-tools-version: 6.1
import PackageDescription

// Fuzzers of what reads files from outside. `scripts/fuzz` builds and runs them; the suite itself does not need them.
let package = Package(
    name: "assay-fuzz",
    dependencies: [.package(name: "assay", path: "..")],
    targets: [
        .target(name: "CFuzzDriver"),
        .executableTarget(
            name: "assay-fuzz",
            dependencies: ["CFuzzDriver", .product(name: "AssayReading", package: "assay")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
