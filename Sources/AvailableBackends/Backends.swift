import NeuralKernels

#if OneDNN
    import OneDNNKernels
#endif

/// The backends of this build: the one place that knows which there are.
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

    /// The fastest one first.
    public static var all: [any Backend] { registry.all }

    /// The backend of that name; nil where this build has none. Without a name, the fastest.
    public static func named(_ name: String?) -> (any Backend)? { registry.named(name) }

    /// As `named`.
    ///
    /// - Throws: `FileError` as `BackendRegistry.required`.
    public static func required(_ name: String?, precision: Precision = .single) throws -> any Backend {
        try registry.required(name, precision: precision)
    }
}
