import AvailableBackends
import CVectorKernels
import FileReading

/// What computes, as far as figures may depend on it.
public struct ProgramIdentity: Sendable, Hashable {
    /// Of the executable's own bytes: the same on every machine that has a copy.
    public let program: ContentDigest
    /// The level of vector instructions of this package's own loops, such as `x86-64-v4`.
    public let vectorLevel: String
    /// Name, version and instructions of every backend, such as `onednn 3.7.3 0x3ff`.
    public let backends: String

    /// The properties of the same names.
    public init(program: ContentDigest, vectorLevel: String, backends: String) {
        (self.program, self.vectorLevel, self.backends) = (program, vectorLevel, backends)
    }

    /// Of this process.
    ///
    /// - Throws: `FileError` where the executable cannot be read.
    public static func current() throws -> ProgramIdentity {
        ProgramIdentity(
            program: try ContentDigest.ofFile("/proc/self/exe"), vectorLevel: String(cString: assay_vector_level()),
            backends: Backends.all.map { backend in
                [backend.name, backend.libraryVersion, backend.instructions].compactMap(\.self).joined(separator: " ")
            }.joined(separator: ", "))
    }

    /// The instructions, for people.
    var instructions: String { "\(vectorLevel), \(backends)" }

    func write(to writer: inout ByteWriter) {
        writer.plain(program.bytes)
        writer.text(vectorLevel)
        writer.text(backends)
    }

    init?(_ scanner: inout ByteScanner) {
        guard let program = ContentDigest(bytes: scanner.plain(32)), let level = scanner.text(),
            let backends = scanner.text()
        else { return nil }
        self.init(program: program, vectorLevel: level, backends: backends)
    }
}
