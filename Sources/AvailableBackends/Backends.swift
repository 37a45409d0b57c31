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

    private static let automatic = "auto"

    /// Whether that is a backend which may compute with an installed PyTorch.
    public static func mayBeTorch(_ name: String) -> Bool { name == TorchBackend.name || name == automatic }

    /// The backend of that name; nil where there is none, or no PyTorch for it. Without a name, the fastest of this build.
    public static func named(_ name: String?) -> (any Backend)? { try? required(name) }

    /// As `named`.
    ///
    /// - Parameter device: what is to compute; of `auto` that follows from what there is.
    /// - Throws: `FileError` as `BackendRegistry.required`, where `torch` is asked for and cannot be had, and where the
    ///   backend does not compute on that device.
    public static func required(
        _ name: String?, on device: ComputeDevice = .cpu, precision: Precision = .single
    ) throws -> any Backend {
        let (name, device) = resolved(name, device)
        var known = registry
        if name == TorchBackend.name {
            known.register(try torch.withLock { try $0.opened(on: device) })
        } else if device != .cpu {
            throw FileError(
                file: "--device", message: "\(device.rawValue) has no effect on the backend \(name ?? all[0].name)",
                wayOut: "use it with --backend torch, or leave it out")
        }
        return try known.required(name, precision: precision)
    }

    /// What `auto` is here and now.
    private static func resolved(_ name: String?, _ device: ComputeDevice) -> (name: String?, device: ComputeDevice) {
        guard name == automatic else { return (name, device) }
        let hasGPU = torch.withLock { (try? $0.installation())?.cudaLibrary != nil } && TorchBackend.gpuCount > 0
        return hasGPU ? (TorchBackend.name, .cuda) : (nil, device)
    }

    /// Tells where PyTorch is. What is there is loaded as a program, so that only who starts this one may say it: the command
    /// line, never a file.
    public static func useTorch(at path: String) { torch.withLock { $0.path = path } }

    /// What results may depend on, for a digest: the backend's name; of PyTorch also version and device. Without a name,
    /// that of the fastest. Nothing of PyTorch is loaded.
    public static func identity(of name: String?, on device: ComputeDevice = .cpu) -> String? {
        let (name, device) = resolved(name, device)
        guard name == TorchBackend.name else { return registry.named(name)?.name }
        let version = torch.withLock { try? $0.installation() }?.version ?? "that is not there"
        return "\(TorchBackend.name) \(version) on \(device.rawValue)"
    }

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
