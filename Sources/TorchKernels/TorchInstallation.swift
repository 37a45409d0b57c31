import FileReading
import Foundation

/// A PyTorch that is installed on this machine, found without running anything of it.
public struct TorchInstallation: Hashable, Sendable {
    /// The shared library that has the functions, as an absolute path.
    public let library: String
    /// As PyTorch says it, for example `2.13.0+cpu`.
    public let version: String

    /// The oldest version whose functions were tried.
    static let oldest = (major: 2, minor: 6)

    /// Variables of the environment that name a PyTorch, and those that name what may hold one.
    public static let variable = "ASSAY_TORCH"
    static let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"]

    private static let libraryName = "libtorch_cpu.so"

    /// The one that a person means. The working directory is never looked into: it may be anybody's.
    ///
    /// - Parameters:
    ///   - path: what the command line says: an environment of Python, a folder `site-packages` or `torch`, or that of
    ///     LibTorch. Nil where it says nothing: then `ASSAY_TORCH`, else the environment of Python that is switched on.
    ///   - environment: the process's.
    /// - Throws: `FileError` where there is none, or it is too old.
    public static func find(path: String?, environment: [String: String]) throws -> TorchInstallation {
        if let path {
            return try named(Paths.absolute(path), by: "--torch")
        }
        if let path = environment[variable], !path.isEmpty {
            guard path.hasPrefix("/") else {
                throw FileError(
                    file: variable, message: "names \(path), which is no absolute path",
                    wayOut: "set it to the whole path of an environment of Python, or of its folder torch")
            }
            return try named(path, by: variable)
        }
        for name in environments {
            guard let root = environment[name], root.hasPrefix("/"), let library = library(in: root) else { continue }
            return try TorchInstallation(library: library)
        }
        throw FileError(
            file: "--backend",
            message: "torch needs an installed PyTorch, and no environment that is switched on has one",
            wayOut: "name one with --torch FOLDER or \(variable): an environment of Python, or its folder torch")
    }

    private static func named(_ root: String, by name: String) throws -> TorchInstallation {
        guard let library = library(in: root) else {
            throw FileError(
                file: root, message: "holds no PyTorch: there is no \(libraryName) (\(name))",
                wayOut: "name an environment of Python that has it, or its folder torch")
        }
        return try TorchInstallation(library: library)
    }

    /// Where the library lies in an environment of Python, its `site-packages`, the folder `torch` or LibTorch's.
    private static func library(in root: String) -> String? {
        let packages = ["lib", "lib64"].flatMap { folder -> [String] in
            let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? [])
                .compactMap { name in minor(ofPython: name).map { (name, $0) } }
            // The newest first, where an environment has several.
            return versions.sorted { ($0.1, $0.0) > ($1.1, $1.0) }.map {
                "\(root)/\(folder)/\($0.0)/site-packages/torch"
            }
        }
        return ([root, root + "/torch"] + packages).map { $0 + "/lib/" + libraryName }.first(where: isFile)
    }

    /// 11 of `python3.11`.
    private static func minor(ofPython name: String) -> Int? {
        name.hasPrefix("python3.") ? Int(name.dropFirst(8)) : nil
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// - Throws: `FileError` where the library is no shared library, or its version is not told, or too old.
    init(library: String) throws {
        let head = try FileReading.head(ofFile: library, count: 4)
        guard head == [0x7F, 0x45, 0x4C, 0x46] else {
            throw FileError(
                file: library, message: "is no shared library", wayOut: "install PyTorch again, or name another")
        }
        let package = Paths.directory(of: Paths.directory(of: library))
        guard let version = Self.version(in: package) else {
            throw FileError(
                file: package, message: "does not tell its version: neither version.py nor build-version does",
                wayOut: "name the folder torch of an installed PyTorch")
        }
        let numbers = version.split { !$0.isASCII || !$0.isNumber }.prefix(2).map { Int($0) ?? 0 }
        guard numbers.count == 2, (numbers[0], numbers[1]) >= (Self.oldest.major, Self.oldest.minor) else {
            throw FileError(
                file: package,
                message: "is PyTorch \(version), older than \(Self.oldest.major).\(Self.oldest.minor)",
                wayOut: "install a newer one")
        }
        self.library = library
        self.version = version
    }

    /// What stands behind `__version__ =`, or LibTorch's only line.
    private static func version(in package: String) -> String? {
        func lines(_ name: String) -> [Substring] {
            guard let bytes = try? FileReading.bytes(ofFile: package + "/" + name, limit: 1 << 16) else { return [] }
            return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        }
        let declared = lines("version.py").first { $0.hasPrefix("__version__") }?.split(separator: "=", maxSplits: 1)
            .dropFirst().first
        guard let text = declared ?? lines("build-version").first else { return nil }
        let version = text.filter { !" '\"\t".contains($0) }
        let isVersion = version.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".+-_".contains($0)) }
        return isVersion && version.first?.isNumber == true && version.count <= 64 ? version : nil
    }
}
