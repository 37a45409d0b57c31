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

    /// What a person may ask for: those of this build; `torch`, which computes with an installed PyTorch; and `auto`, which is
    /// that where it finds a GPU, and else the fastest of this build.
    public static var names: [String] { all.map(\.name) + [TorchBackend.name, automatic] }

    /// Whether that is a backend which may compute with an installed PyTorch.
    public static func mayBeTorch(_ name: String) -> Bool { name == TorchBackend.name || name == automatic }

    /// Whether what computes depends on the machine.
    public static func hangsOnMachine(_ name: String?) -> Bool { name == automatic }

    /// The backend of that name; nil where there is none, or no PyTorch for it. Without a name, the fastest of this build.
    public static func named(_ name: String?) -> (any Backend)? { try? required(name) }

    /// As `named`.
    ///
    /// - Parameter device: as `choice` takes it.
    /// - Throws: `FileError` as `BackendRegistry.required`, where `torch` is asked for and cannot be had, where the backend
    ///   does not compute on that device, and where the environment asks for something that there is not.
    public static func required(
        _ name: String?, on device: ComputeDevice? = nil, precision: Precision = .single
    ) throws -> any Backend {
        try check(name, on: device)
        let choice = choice(of: name, on: device)
        var known = registry
        if choice.name == TorchBackend.name {
            known.register(try torch.withLock { try $0.opened(on: choice.device) })
        }
        #if OneDNN
            if choice.name == OneDNNBackend().name { try OneDNNBackend.checkEnvironment() }
        #endif
        return try known.required(choice.name, precision: precision)
    }

    /// Tells where PyTorch is. What is there is loaded as a program, so that only who starts this one may say it: the command
    /// line, never a file.
    public static func useTorch(at path: String) { torch.withLock { $0.path = path } }

    /// The PyTorch that is meant, found without loading it.
    static func torchInstallation() throws -> TorchInstallation { try torch.withLock { try $0.installation() } }

    /// Those that need nothing more to be had: those of this build, and `torch` where the environment says outright which
    /// PyTorch it is to be. What tests run.
    package static var atHand: [String] {
        let own = all.map(\.name)
        return ProcessInfo.processInfo.environment[TorchInstallation.variable] == nil ? own : own + [TorchBackend.name]
    }

    /// PyTorch, found and opened once a process and device.
    private struct Torch {
        /// What the command line says.
        var path: String?
        private var backends: [ComputeDevice: TorchBackend] = [:]

        func installation() throws -> TorchInstallation {
            try TorchInstallation.find(path: path, environment: ProcessInfo.processInfo.environment)
        }

        mutating func opened(on device: ComputeDevice) throws -> TorchBackend {
            if let backend = backends[device] { return backend }
            let made = try TorchBackend(try installation(), on: device)
            backends[device] = made
            return made
        }
    }

    private static let torch = Mutex(Torch())
}
