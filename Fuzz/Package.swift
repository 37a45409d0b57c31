// swift-tools-version: 6.1
import PackageDescription

// Fuzzers of what reads files from outside. `scripts/fuzz` builds and runs them; the suite itself does not need them.
let package = Package(
    name: "assay-fuzz",
    dependencies: [
        .package(name: "assay", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .target(name: "CFuzzDriver"),
        .executableTarget(
            name: "assay-fuzz",
            dependencies: [
                "CFuzzDriver", .product(name: "AssayReading", package: "assay"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
