import FileReading

/// The backends that a program can choose from, the preferred one first.
///
/// A value, filled where it is made: no backend registers itself behind anybody's back, so the order is the one that is
/// written down. `AvailableBackends` fills the one of this build.
public struct BackendRegistry: Sendable {
    /// In the order in which they were registered: the preferred one first.
    public private(set) var all: [any Backend] = []

    public init() {}

    /// Adds a backend behind those that are there. Names are given once.
    public mutating func register(_ backend: any Backend) {
        precondition(!all.contains { $0.name == backend.name }, "two backends of one name")
        all.append(backend)
    }

    /// The backend of that name; nil where there is none. Without a name, the preferred one.
    public func named(_ name: String?) -> (any Backend)? {
        guard let name else { return all.first }
        return all.first { $0.name == name }
    }

    /// As `named`.
    ///
    /// - Throws: `FileError` with the names that are registered where this is none of them, or where the backend cannot
    ///   compute in that precision here.
    public func required(_ name: String?, precision: Precision = .single) throws -> any Backend {
        guard let backend = named(name) else {
            throw FileError(
                file: "--backend", message: "\(name ?? "") is not part of this build",
                wayOut: "use \(all.map { "\($0.name) (\($0.device.rawValue))" }.joined(separator: " or "))")
        }
        guard backend.supports(precision) else {
            throw FileError(
                file: "--precision",
                message:
                    "the backend \(backend.name) does not compute in \(precision.rawValue) on this "
                    + (backend.device == .cpu ? "CPU" : "GPU"),
                wayOut: "use --precision single")
        }
        return backend
    }
}
