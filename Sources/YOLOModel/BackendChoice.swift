import FileReading
import NeuralKernels

extension Backends {
    /// As `named`.
    ///
    /// - Throws: `FileError` where this build has no such backend.
    public static func required(_ name: String?) throws -> any Backend {
        if let backend = named(name) { return backend }
        throw FileError(
            file: "--backend", message: "\(name ?? "") is not part of this build",
            wayOut: "use \(all.map(\.name).joined(separator: " or "))")
    }
}
