import Foundation
import TestSupport

/// Starts an executable in which one system call on its files meets with a fault.
struct FaultInjection {
    /// What happens at the call, as the library takes it.
    enum Action: Sendable, CustomStringConvertible {
        case fail(Int32)
        /// From this call on, all fail.
        case failFromThere(Int32)
        /// Half of the bytes are read or written, as the system may do at any time.
        case short
        /// The file loses half of its bytes before it is read.
        case shrink
        case signal(Int32)
        /// A folder is renamed.
        case move(String)
        /// The clock goes wrong by so many seconds.
        case clock(Int)

        var description: String {
            switch self {
            case .fail(let code): "fail:\(code)"
            case .failFromThere(let code): "full:\(code)"
            case .short: "short"
            case .shrink: "shrink"
            case .signal(let number): "signal:\(number)"
            case .move(let path): "move:\(path)"
            case .clock(let seconds): "clock:\(seconds)"
            }
        }
    }

    struct Outcome {
        /// Negative for the number of a signal that ended it.
        let status: Int32
        let output: String
        let errors: String
        /// The call that met with the fault; nil where there was none.
        let call: String?
    }

    /// Seconds after which it counts as hanging.
    static let patience = 120.0

    /// The library, built once.
    private static let library: Result<String, any Error> = Result {
        let source = SharedMaterial.checkout.appendingPathComponent("Tests/FaultInjection/FaultInjection.c").path
        let built = NSTemporaryDirectory() + "assay-fault-\(getpid()).so"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-O1", "-shared", "-fPIC", "-o", built, source, "-ldl"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return built
    }

    /// Below which calls are counted; absolute.
    let root: String
    /// As the library names them.
    let kinds: [String]

    /// How many calls a run makes without any fault.
    func count(_ command: [String], in directory: String) throws -> Int {
        Int(try run(command, in: directory, at: nil, nil).call ?? "") ?? 0
    }

    /// - Parameter at: the number of the call, from 1.
    func run(_ command: [String], in directory: String, at: Int?, _ action: Action?) throws -> Outcome {
        // Beside the root: what is written there is not counted.
        let scratch = try TemporaryFolder()
        let log = scratch.path + "/log"
        var environment = [
            "LD_PRELOAD": try Self.library.get(), "ASSAY_FAULT_ROOT": root,
            "ASSAY_FAULT_KINDS": kinds.joined(separator: ","), "ASSAY_FAULT_LOG": log,
            "XDG_CACHE_HOME": root + "/cache", "SWIFT_BACKTRACE": "enable=no",
        ]
        if let at, let action {
            environment["ASSAY_FAULT_AT"] = "\(at)"
            environment["ASSAY_FAULT_DO"] = "\(action)"
        }
        let outcome = try Executables.run(
            command[0], Array(command.dropFirst()), in: directory, environment: environment, scratch: scratch.path,
            limit: Self.patience)
        let call = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) }
        return Outcome(
            status: outcome.status, output: outcome.output, errors: outcome.errors,
            call: call?.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
