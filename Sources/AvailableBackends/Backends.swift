import FileReading
import Foundation
import NeuralKernels
import Synchronization
import TorchKernels

#if OneDNN
    import OneDNNKernels
#endif

/// The backends that there are: the one place that knows them.
public enum Backends {
    /// The fastest one first.
    static let registry: BackendRegistry = {
        var registry = BackendRegistry()
        #if OneDNN
            registry.register(OneDNNBackend())
        #endif
        registry.register(ReferenceBackend())
        return registry
    }()

    /// Those of this build, the fastest one first.
    public static var all: [any Backend] { registry.all }

    /// What a person may ask for: those of this build, and `torch`, which computes with an installed PyTorch.
    public static var names: [String] { all.map(\.name) + [TorchBackend.name] }

    /// Whether that is the backend which computes with an installed PyTorch.
    public static func isTorch(_ name: String) -> Bool { name == TorchBackend.name }

    /// The backend of that name; nil where there is none, or no PyTorch for it. Without a name, the fastest of this build.
    public static func named(_ name: String?) -> (any Backend)? { try? required(name) }

    /// As `named`.
    ///
    /// - Throws: `FileError` as `BackendRegistry.required`, and where `torch` is asked for and cannot be had.
    public static func required(_ name: String?, precision: Precision = .single) throws -> any Backend {
        var known = registry
        if name == TorchBackend.name { known.register(try torch.withLock { try $0.opened() }) }
        return try known.required(name, precision: precision)
    }

    /// Tells where PyTorch is. What is there is loaded as a program, so that only who starts this one may say it: the command
    /// line, never a file.
    public static func useTorch(at path: String) { torch.withLock { $0.path = path } }

    /// What results may depend on, for a digest: the backend's name; of PyTorch also version and device. Without a name,
    /// that of the fastest. Nothing is loaded.
    public static func identity(of name: String?) -> String? {
        guard name == TorchBackend.name else { return registry.named(name)?.name }
        let version = torch.withLock { try? $0.installation() }?.version ?? "that is not there"
        return "\(TorchBackend.name) \(version) on \(ComputeDevice.cpu.rawValue)"
    }

    /// Those that need nothing more to be had: those of this build, and `torch` where the environment says outright which
    /// PyTorch it is to be. What tests run.
    package static var atHand: [String] {
        ProcessInfo.processInfo.environment[TorchInstallation.variable] == nil ? all.map(\.name) : names
    }

    /// PyTorch, found and opened once a process.
    private struct Torch {
        /// What the command line says.
        var path: String?
        private var backend: TorchBackend?

        func installation() throws -> TorchInstallation {
            try TorchInstallation.find(path: path, environment: ProcessInfo.processInfo.environment)
        }

        mutating func opened() throws -> TorchBackend {
            if let backend { return backend }
            let made = try TorchBackend(try installation())
            backend = made
            return made
        }
    }

    private static let torch = Mutex(Torch())
}
