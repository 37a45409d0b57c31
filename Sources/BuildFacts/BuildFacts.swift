import CBuildFacts

/// What whoever built the program has said of the build: a package does, a working tree need not.
///
/// `ASSAY_COMMIT` and `ASSAY_DOCUMENTATION` in the environment of `swift build` say it.
public enum BuildFacts {
    /// The commit that was built, for example `1a2b3c4d5e6f`; nil where nobody has said it.
    public static let commit = text(assay_build_commit())

    /// Where the documents of this version are published, without a slash at the end; nil for nowhere.
    public static let documentation = text(assay_build_documentation())

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        let text = pointer.map { String(cString: $0) } ?? ""
        return text.isEmpty ? nil : text
    }
}
