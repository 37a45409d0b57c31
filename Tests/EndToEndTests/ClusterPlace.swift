import Foundation
import TestSupport
import Testing

/// A working folder whose plans are run by workers: a dataset of which no file has changed for an hour, and what a run on one
/// machine makes of it.
struct ClusterPlace {
    let place: Workplace
    /// What a run without workers leaves.
    let plain: [String: String]
    /// What the run has in its environment besides what the tests have.
    var environment: [String: String] = [:]

    var path: String { place.path }

    init() throws {
        place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n0 1.2 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        try place.folder.write("0 0.5 0.5 1 1\nnonsense\n", to: "shapes/labels/train/shape01.txt")
        try place.folder.write("no image", to: "shapes/images/val/broken.jpg")
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -3600)]
        for file in try FileManager.default.subpathsOfDirectory(atPath: place.path) {
            try FileManager.default.setAttributes(past, ofItemAtPath: place.path + "/" + file)
        }
        try Self.makePlan("plain", "", place)
        _ = try Executables.run("assay", ["run", "plain.yaml"], in: place.path)
        plain = try Self.results(place, "plain")
    }

    private static func makePlan(_ name: String, _ more: String, _ place: Workplace) throws {
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 96\nweights: model.safetensors\n\(more)", to: "\(name).yaml")
    }

    /// A plan with a block `cluster` of these lines.
    func makePlan(_ cluster: String..., name: String = "plan", more: String = "") throws {
        let lines = cluster.map { "  \($0)\n" }.joined()
        try Self.makePlan(name, more + (cluster.isEmpty ? "" : "cluster:\n" + lines), place)
    }

    /// - Parameter isAllowed: whether a run gets `--cluster`.
    @discardableResult
    func run(_ arguments: String..., status: Int32? = nil, isAllowed: Bool = true) throws -> Executables.Outcome {
        let arguments = arguments + (isAllowed && arguments.first == "run" ? ["--cluster"] : [])
        let outcome = try Executables.run("assay", arguments, in: path, environment: environment)
        if let status { #expect(outcome.status == status, "\(arguments): \(outcome.status) \(outcome.errors)") }
        return outcome
    }

    /// Runs a plan, and compares everything that it leaves with what one machine has made.
    @discardableResult
    func runsAsOneMachine(_ name: String = "plan", isAllowed: Bool = true) throws -> Executables.Outcome {
        let outcome = try run("run", "\(name).yaml", status: 1, isAllowed: isAllowed)
        try isAsOneMachine(name)
        return outcome
    }

    /// Compares everything that a run has left with what one machine has made.
    func isAsOneMachine(_ name: String = "plan") throws {
        let made = try Self.results(place, name)
        #expect(made.keys.sorted() == plain.keys.sorted())
        for (file, text) in plain { #expect(made[file] == text, "\(file)") }
    }

    private static func results(_ place: Workplace, _ plan: String) throws -> [String: String] {
        var all = try place.results(plan)
        all["shards"] = nil
        // The block is no part of any result.
        if let text = all["plan"], let start = text.range(of: "cluster:\n"), let end = text.range(of: "# =====") {
            all["plan"] = String(text[..<start.lowerBound] + text[end.lowerBound...])
        }
        return all.mapValues { $0.replacing("\(plan).", with: "PLAN.") }
    }

    /// The lines of a file that a command has written.
    func lines(_ name: String) -> [String] { place.text(name).split(separator: "\n").map(String.init) }

    /// The folder of a stage's parts.
    func parts(_ stage: String = "labels", _ name: String = "plan") throws -> String {
        let folder = "\(path)/\(name).assay/shards/\(stage)"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return folder + "/" + (try #require(names.first))
    }

    /// Starts a run that goes on while the test does something.
    func start(_ arguments: String...) throws -> Process {
        let process = Executables.process("assay", arguments + ["--cluster"], in: path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let errors = path + "/errors"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Waits until a file is there.
    func wait(for name: String) {
        while !FileManager.default.fileExists(atPath: path + "/" + name) { usleep(10_000) }
    }
}
