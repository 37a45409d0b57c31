// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "assay-benchmarks",
    dependencies: [.package(name: "assay", path: "..")],
    targets: [
        .executableTarget(name: "ArithmeticPeak"),
        .executableTarget(
            name: "ModelBenchmark", dependencies: [.product(name: "AssayModel", package: "assay")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "AnchorBenchmark", dependencies: [.product(name: "AssayModel", package: "assay")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(name: "ReadFloor", swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
