import Foundation
import TestSupport
import YOLOModel

/// The built executables, started as a user starts them.
enum Executables {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Built products lie beside the test bundle.
    static let folder: URL = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent()
    }()

    /// - Parameter name: of a built product, or an absolute path.
    static func process(_ name: String, _ arguments: [String], in directory: String) -> Process {
        let process = Process()
        process.executableURL = name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appendingPathComponent(name)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        return process
    }

    /// - Parameters:
    ///   - environment: what is set besides this process's own.
    ///   - scratch: a folder for what is printed; that of the run by default.
    ///   - limit: seconds after which the executable is interrupted, as by Ctrl-C: one that serves, for example.
    static func run(
        _ name: String, _ arguments: [String], in directory: String, environment: [String: String] = [:],
        scratch: String? = nil, limit: Double = 600
    ) throws -> Outcome {
        let process = process(name, arguments, in: directory)
        if !environment.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        }
        let output = (scratch ?? directory) + "/.stdout-\(UUID().uuidString)"
        let errors = output + "-errors"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        let interruption = DispatchWorkItem { process.interrupt() }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: interruption)
        process.waitUntilExit()
        interruption.cancel()
        defer {
            try? FileManager.default.removeItem(atPath: output)
            try? FileManager.default.removeItem(atPath: errors)
        }
        func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: text(output), errors: text(errors))
    }
}

/// A working folder with a copy of the shapes dataset and a checkpoint that fits it.
struct Workplace {
    let folder: TemporaryFolder
    var path: String { folder.path }

    init() throws {
        folder = try TemporaryFolder()
        let shapes = SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes")
        try FileManager.default.copyItem(at: shapes, to: URL(fileURLWithPath: folder.path + "/shapes"))
        try FormulaCheckpoint.write(to: folder.path + "/model.safetensors")
    }

    func run(_ name: String, _ arguments: String...) throws -> Executables.Outcome {
        try Executables.run(name, arguments, in: path)
    }

    func makePlan(_ name: String = "plan.yaml", weights: String? = "model.safetensors") throws {
        let weightArguments = weights.map { ["--weights", $0] } ?? []
        let arguments = ["plan", "init", "shapes/data.yaml", "--size", "160", "-o", name] + weightArguments
        _ = try Executables.run("assay", arguments, in: path)
    }

    func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path + "/" + name) ?? Data(), as: UTF8.self)
    }

    /// Everything that a run of `plan` left, by name: the results, tables, report, and the ledger's contents.
    func results(_ plan: String = "plan") throws -> [String: String] {
        var all = ["plan": text("\(plan).yaml").replacing("\(plan).assay", with: "OUT")]
        for name in try FileManager.default.contentsOfDirectory(atPath: path + "/\(plan).assay") where name != "lock" {
            all[name] = text("\(plan).assay/\(name)")
        }
        let dump = try LedgerDump.text(path + "/\(plan).ledger.sqlite")
        all["ledger"] = dump
        return all
    }
}
