import FileReading
import NeuralKernels
import TorchKernels

/// Which backend computes on this machine, and where: what was asked for, or what `auto` takes.
public struct BackendChoice: Hashable, Sendable {
    /// The backend's name.
    public let name: String
    /// What it computes on.
    public let device: ComputeDevice
    /// What results may depend on, for digests and for whoever looks at results later: the backend's name with the kernels of
    /// its own, such as `onednn winograd 1`; of PyTorch version and device, such as `torch 2.13.0 on cuda`.
    public let identity: String
    /// Of `auto`: what it takes, and why.
    public let note: String?
}

extension Backends {
    static let automatic = "auto"

    /// What is chosen. Nothing of PyTorch is loaded; of `auto` the driver of a GPU is asked.
    ///
    /// - Parameters:
    ///   - name: as a person says it; nil for the fastest of this build.
    ///   - device: nil for the CPU, and for a GPU of `auto` where there is one.
    public static func choice(of name: String?, on device: ComputeDevice? = nil) -> BackendChoice {
        guard name == automatic else { return plain(name ?? fastest, device ?? .cpu, note: nil) }
        let reason: String?
        switch device {
        case .cpu: reason = "as --device cpu says"
        case .cuda: return plain(TorchBackend.name, .cuda, note: "as --device cuda says")
        case nil: reason = whyNoGPU()
        }
        guard let reason else { return plain(TorchBackend.name, .cuda, note: "there is a GPU of NVIDIA") }
        return plain(fastest, .cpu, note: reason)
    }

    private static var fastest: String { all.first?.name ?? "" }

    /// - Parameter note: why `auto` takes it; nil where it was asked for by name.
    private static func plain(_ name: String, _ device: ComputeDevice, note: String?) -> BackendChoice {
        let identity: String
        if name == TorchBackend.name {
            let version = (try? torchInstallation())?.version ?? "that is not there"
            identity = "\(name) \(version) on \(device.rawValue)"
        } else {
            let kernels = all.first { $0.name == name }?.kernels
            identity = [name, kernels].compactMap(\.self).joined(separator: " ")
        }
        return BackendChoice(
            name: name, device: device, identity: identity,
            note: note.map { "--backend \(automatic) takes \(identity), because \($0)" })
    }

    /// Why `auto` cannot compute on a GPU; nil where it can.
    private static func whyNoGPU() -> String? {
        do {
            let installation = try torchInstallation()
            guard installation.cudaLibrary != nil else {
                return "the PyTorch \(installation.version) of \(installation.library) is not built for CUDA"
            }
        } catch {
            let error = error as? FileError
            return "no PyTorch is to be had: " + (error.map { "\($0.file) \($0.message)" } ?? "")
        }
        return TorchBackend.reasonForNoGPU
    }

    /// Refuses a device that a backend does not compute on.
    ///
    /// - Throws: `FileError` of the option `--device`.
    public static func check(_ name: String?, on device: ComputeDevice?) throws {
        let choice = choice(of: name, on: device)
        guard choice.device != .cpu, choice.name != TorchBackend.name else { return }
        throw FileError(
            file: "--device", message: "\(choice.device.rawValue) has no effect on the backend \(choice.name)",
            wayOut: "use it with --backend torch or auto, or leave it out")
    }
}
