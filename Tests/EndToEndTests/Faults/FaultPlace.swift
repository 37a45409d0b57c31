import Foundation
import TestSupport
import YOLOModel

/// A small dataset with plan, ledger and results, which is put back as it was before each run.
///
/// The results are those of the labels before one of them was changed: every stage is to run again.
struct FaultPlace {
    private let folder: TemporaryFolder
    /// Where commands run; always the same path, so that what they write is the same.
    var path: String { folder.path + "/place" }
    private var before: String { folder.path + "/before" }
    private var reference: String { folder.path + "/reference" }

    /// - Parameter prepare: what is done in the place before anything fails, after the first audit.
    init(prepare: (FaultPlace) throws -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        let shapes = SharedMaterial.checkout.appendingPathComponent("Fixtures/shapes").path
        for name in ["train/shape00", "train/shape04", "train/shape01", "val/shape03", "val/shape07"] {
            for (kind, suffixes) in [("images", ["jpg", "png"]), ("labels", ["txt"])] {
                for suffix in suffixes {
                    let file = "\(kind)/\(name).\(suffix)"
                    guard let bytes = FileManager.default.contents(atPath: shapes + "/" + file) else { continue }
                    try write(Array(bytes), to: "set/" + file)
                }
            }
        }
        let yaml = FileManager.default.contents(atPath: shapes + "/data.yaml") ?? Data()
        try write(Array(yaml), to: "set/data.yaml")
        try FormulaCheckpoint.write(to: path + "/model.safetensors")
        // What --fix corrects: a copy of a row.
        let label = text("set/labels/train/shape00.txt")
        try write(Array((label + label.prefix { $0 != "\n" } + "\n").utf8), to: "set/labels/train/shape00.txt")
        try run([
            "assay", "plan", "init", "set/data.yaml", "--size", "64", "-o", "plan.yaml", "--weights",
            "model.safetensors",
        ])
        try run(["assay", "run", "plan.yaml"])
        try write(Array("0 0.5 0.5 0.3 0.3\n1 0.2 0.2 0.1 0.1\n".utf8), to: "set/labels/val/shape03.txt")
        try prepare(self)
        try copy(path, to: before)
    }

    /// Runs a command without any fault, with the cache that faulty runs have.
    @discardableResult
    func run(_ command: [String]) throws -> Executables.Outcome {
        let scratch = try TemporaryFolder()
        return try Executables.run(
            command[0], Array(command.dropFirst()), in: path, environment: ["XDG_CACHE_HOME": path + "/cache"],
            scratch: scratch.path)
    }

    func write(_ bytes: [UInt8], to relative: String) throws { try folder.write(bytes, to: "place/" + relative) }

    func text(_ relative: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path + "/" + relative) ?? Data(), as: UTF8.self)
    }

    /// Puts everything back.
    func restore() throws {
        try FileManager.default.removeItem(atPath: path)
        try copy(before, to: path)
    }

    /// Keeps what is there as what a run without faults leaves.
    func keepAsReference() throws {
        try? FileManager.default.removeItem(atPath: reference)
        try copy(path, to: reference)
    }

    /// With the times of change, in nanoseconds: digests hold them.
    private func copy(_ from: String, to: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        process.arguments = ["-a", from, to]
        try process.run()
        process.waitUntilExit()
    }

    // MARK: What is there

    /// Which of three states.
    enum State { case now, before, reference }

    /// All files but the dataset's cache, by path; of the ledger its rows, a table each.
    func contents(_ state: State = .now) throws -> [String: String] {
        let top =
            switch state {
            case .now: path
            case .before: before
            case .reference: reference
            }
        var all: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: top) {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: top + "/" + name, isDirectory: &isFolder)
            if isFolder.boolValue || name.hasPrefix("cache/") && !name.hasSuffix(".tmp") { continue }
            // Opening a ledger takes back a transaction that was cut short, and its journal with it.
            if name.hasSuffix(".sqlite-journal") { continue }
            if name.hasSuffix(".sqlite") {
                for (table, rows) in try LedgerDump.tables(top + "/" + name) { all[name + ":" + table] = rows }
            } else {
                let bytes = FileManager.default.contents(atPath: top + "/" + name) ?? Data()
                all[name] = bytes.base64EncodedString()
            }
        }
        return all
    }
}
