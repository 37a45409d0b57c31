import CTorch
import FileReading
import NeuralKernels

/// Where PyTorch computes.
package enum TorchPlace: Sendable {
    /// On the CPU.
    case cpu
    /// There as well, by way of everything that a device needs besides: for tests.
    case cpuAsDevice
    /// On the first GPU of NVIDIA.
    case cuda

    var code: assay_torch_place {
        switch self {
        case .cpu: assay_torch_on_cpu
        case .cpuAsDevice: assay_torch_on_cpu_as_device
        case .cuda: assay_torch_on_cuda
        }
    }
}

/// PyTorch's library, opened: it stays so until the process ends.
///
/// Its functions may be called from several threads, each after `enter`: hence sendable.
final class TorchLibrary: @unchecked Sendable {
    let installation: TorchInstallation
    let place: TorchPlace
    let pointer: OpaquePointer

    /// - Throws: `FileError` where it cannot be loaded, lacks a function, has no GPU, or does not compute what it should.
    init(_ installation: TorchInstallation, _ place: TorchPlace) throws {
        if place == .cuda, installation.cudaLibrary == nil {
            throw FileError(
                file: installation.library,
                message: "is PyTorch \(installation.version), which is not built for CUDA",
                wayOut: "install one that is, or use --device cpu")
        }
        var problem = assay_torch_problem()
        guard
            let opened = assay_torch_open(
                installation.library, installation.cudaLibrary ?? "", place.code, &problem)
        else { throw Self.error(installation, problem) }
        self.installation = installation
        self.place = place
        pointer = opened
    }

    /// The memory that a GPU computes in; nil for this machine's.
    var device: OpaquePointer? { assay_torch_device(pointer) }

    /// Why a driver has no GPU, in words; nil where it has one.
    static func reasonForNoGPU(driver: String) -> String? {
        var result = assay_device_found
        var detail = [CChar](repeating: 0, count: 512)
        guard assay_device_count(driver, &result, &detail, detail.count) < 1 else { return nil }
        return words(result, line(detail.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))))
    }

    private static func line(_ text: [UInt8]) -> String {
        String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func error(_ it: TorchInstallation, _ problem: assay_torch_problem) -> FileError {
        let detail = withUnsafeBytes(of: problem.detail) { bytes in line(Array(bytes.prefix { $0 != 0 })) }
        switch problem.result {
        case assay_torch_lacks_a_function:
            return FileError(
                file: it.library, message: "is PyTorch \(it.version), which lacks the function \(detail)",
                wayOut: "install another version")
        case assay_torch_computes_wrongly:
            return FileError(
                file: it.library, message: "is PyTorch \(it.version), which computes \(detail) other than it must",
                wayOut: "install another version")
        case assay_torch_has_no_device:
            return FileError(
                file: "--device", message: words(problem.device_result, detail),
                wayOut: "use --device cpu, or see that nvidia-smi works")
        default:
            return FileError(
                file: it.library, message: "cannot be opened: \(words(detail, without: it.library))",
                wayOut: "see that Python itself can import it, or name another with --torch")
        }
    }

    private static func words(_ result: assay_device_result, _ detail: String) -> String {
        switch result {
        case assay_device_has_no_driver: "cuda needs the driver of a GPU of NVIDIA, which is not there: \(detail)"
        case assay_device_is_not_there: "cuda needs a GPU of NVIDIA, and the driver has none"
        case assay_device_lacks_a_function: "cuda needs \(detail), which this driver or NVRTC lacks"
        case assay_device_cannot_compile: "cuda cannot compile the loops for this GPU: \(detail.prefix(200))"
        default: "cuda fails at \(detail)"
        }
    }

    /// The loader's words in one line, without the path that stands before them anyway.
    private static func words(_ detail: String, without path: String) -> String {
        detail.hasPrefix(path + ": ") ? String(detail.dropFirst(path.count + 2)) : detail
    }

    /// To be called on each thread that is to compute with it.
    func enter() throws { try GraphError.check(assay_torch_enter(pointer), node: "device") }
}

extension GraphError {
    /// - Parameter status: 0 when all is well.
    static func check(_ status: Int32, node: String) throws {
        guard status == 0 else { throw GraphError(node: node, reason: "PyTorch failed with status \(status)") }
    }
}
