import FileReading
import NeuralKernels

extension Backends {
    /// As `named`.
    ///
    /// - Throws: `FileError` where this build has no such backend, or it cannot compute in that precision here.
    public static func required(_ name: String?, precision: Precision = .single) throws -> any Backend {
        if let backend = named(name) {
            if backend.supports(precision) { return backend }
            throw FileError(
                file: "--precision",
                message: "the backend \(backend.name) does not compute in \(precision.rawValue) on this CPU",
                wayOut: "use --precision single")
        }
        throw FileError(
            file: "--backend", message: "\(name ?? "") is not part of this build",
            wayOut: "use \(all.map(\.name).joined(separator: " or "))")
    }
}
