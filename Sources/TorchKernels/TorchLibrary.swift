import CTorch
import FileReading
import NeuralKernels

/// PyTorch's library, opened: it stays so until the process ends.
///
/// Its functions may be called from several threads, each after `enter`: hence sendable.
final class TorchLibrary: @unchecked Sendable {
    let installation: TorchInstallation
    let pointer: OpaquePointer

    /// - Throws: `FileError` where it cannot be loaded, lacks a function, or does not compute what it should.
    init(_ installation: TorchInstallation) throws {
        var result = assay_torch_opened
        var detail = [CChar](repeating: 0, count: 512)
        guard let opened = assay_torch_open(installation.library, &result, &detail, detail.count) else {
            let text = String(decoding: detail.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw Self.error(installation, result, text)
        }
        self.installation = installation
        pointer = opened
    }

    private static func error(
        _ it: TorchInstallation, _ result: assay_torch_result, _ detail: String
    ) -> FileError {
        switch result {
        case assay_torch_lacks_a_function:
            FileError(
                file: it.library, message: "is PyTorch \(it.version), which lacks the function \(detail)",
                wayOut: "install another version")
        case assay_torch_computes_wrongly:
            FileError(
                file: it.library,
                message: "is PyTorch \(it.version), which computes \(detail) other than it must",
                wayOut: "install another version")
        default:
            FileError(
                file: it.library, message: "cannot be opened: \(words(detail, without: it.library))",
                wayOut: "see that Python itself can import it, or name another with --torch")
        }
    }

    /// The loader's words in one line, without the path that stands before them anyway.
    private static func words(_ detail: String, without path: String) -> String {
        let line = detail.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.hasPrefix(path + ": ") ? String(line.dropFirst(path.count + 2)) : line
    }

    /// To be called on each thread that is to compute with it.
    func enter() { assay_torch_enter(pointer) }
}

extension GraphError {
    /// - Parameter status: 0 when all is well.
    static func check(_ status: Int32, node: String) throws {
        guard status == 0 else { throw GraphError(node: node, reason: "PyTorch failed with status \(status)") }
    }
}
