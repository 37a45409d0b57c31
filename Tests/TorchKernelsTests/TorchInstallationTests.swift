import FileReading
import TestSupport
import Testing
import TorchKernels

@Suite struct TorchInstallationTests {
    private func found(_ path: String?, _ environment: [String: String] = [:]) throws -> TorchInstallation {
        try TorchInstallation.find(path: path, environment: environment)
    }

    /// Why there is none.
    private func refusal(_ path: String?, _ environment: [String: String] = [:]) -> String {
        do { return "found \(try found(path, environment).library)" } catch { return "\(error)" }
    }

    /// An environment of Python, its site-packages, the package, and LibTorch's folder.
    @Test(arguments: ["", "/lib/python3.11/site-packages", "/lib/python3.11/site-packages/torch"])
    func aPlaceIsAnyOfThoseThatPeopleKnow(part: String) throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "lib/python3.11/site-packages/torch", version: "2.13.0+cpu")
        let it = try found(folder.path + part)
        #expect(it.library == folder.path + "/lib/python3.11/site-packages/torch/lib/libtorch_cpu.so")
        #expect(it.version == "2.13.0+cpu")
    }

    @Test func libTorchTellsItsVersionByAnotherFile() throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "libtorch", version: nil)
        try folder.write("2.7.1+cu126\n", to: "libtorch/build-version")
        #expect(try found(folder.path + "/libtorch").version == "2.7.1+cu126")
    }

    @Test func theNewestPythonOfAnEnvironmentIsTaken() throws {
        let folder = try TemporaryFolder()
        for minor in [9, 13, 11] {
            try FakeTorch.make(folder, at: "lib/python3.\(minor)/site-packages/torch", version: "2.\(minor).0")
        }
        #expect(try found(folder.path).version == "2.13.0")
    }

    /// The command line goes before `ASSAY_TORCH`, and that before the environment that is switched on.
    @Test func whoSaysItOutrightIsHeard() throws {
        let folder = try TemporaryFolder()
        for (name, version) in [("a", "2.7.0"), ("b", "2.8.0"), ("c", "2.9.0"), ("d", "2.10.0")] {
            try FakeTorch.make(folder, at: "\(name)/lib/python3.12/site-packages/torch", version: version)
        }
        func place(_ name: String) -> String { folder.path + "/" + name }
        var environment = ["CONDA_PREFIX": place("d")]
        #expect(try found(nil, environment).version == "2.10.0")
        environment["VIRTUAL_ENV"] = place("c")
        #expect(try found(nil, environment).version == "2.9.0")
        environment["ASSAY_TORCH"] = place("b")
        #expect(try found(nil, environment).version == "2.8.0")
        #expect(try found(place("a"), environment).version == "2.7.0")
        // One that is named and is none is not passed over.
        environment["ASSAY_TORCH"] = place("nowhere")
        #expect(
            refusal(nil, environment)
                == """
                \(place("nowhere")): holds no PyTorch: there is no libtorch_cpu.so (ASSAY_TORCH); name an environment of \
                Python that has it, or its folder torch
                """)
    }

    @Test func withoutAnyTheWaysToNameOneAreTold() throws {
        let folder = try TemporaryFolder()
        #expect(
            refusal(nil, ["VIRTUAL_ENV": folder.path])
                == """
                --backend: torch needs an installed PyTorch, and no environment that is switched on has one; name one with \
                --torch FOLDER or ASSAY_TORCH: an environment of Python, or its folder torch
                """)
    }

    /// What is meant would depend on the folder in which somebody stands.
    @Test func aVariableWithARelativePathIsNotFollowed() throws {
        #expect(refusal(nil, ["ASSAY_TORCH": "venv"]).hasPrefix("ASSAY_TORCH: names venv, which is no absolute path"))
        #expect(refusal(nil, ["VIRTUAL_ENV": "."]).hasPrefix("--backend: torch needs"))
    }

    @Test(arguments: [
        ("2.5.1+cu121", "is PyTorch 2.5.1+cu121, older than 2.6"), ("1.13.1", "is PyTorch 1.13.1, older than 2.6"),
        ("soon", "does not tell its version"), ("2.12.1; rm", "does not tell its version"),
        ("2", "is PyTorch 2, older than 2.6"), ("99999999999999999999.1", "is PyTorch 99999999999999999999.1"),
    ])
    func versionsAreChecked(version: String, message expected: String) throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "torch", version: version)
        #expect(refusal(folder.path).hasPrefix(folder.path + "/torch: " + expected))
    }

    @Test func aFileThatIsNoLibraryIsNotLoaded() throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "torch", library: Array("version https://git-lfs\n".utf8))
        #expect(
            refusal(folder.path)
                == "\(folder.path)/torch/lib/libtorch_cpu.so: is no shared library; install PyTorch again, or name another"
        )
        #expect(refusal(nil, ["ASSAY_TORCH": folder.path]).contains("is no shared library"))
    }

    /// The head of a library, and nothing behind it: the loader says what is wrong.
    @Test func aBrokenLibraryIsSaidToBeOne() throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "torch", library: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0])
        let it = try found(folder.path)
        let error = #expect(throws: FileError.self) { try TorchBackend(it) }
        #expect(error?.file == it.library && error?.message.hasPrefix("cannot be opened: ") == true)
        #expect(error?.message.contains(it.library) == false && error?.description.contains("\n") == false)
    }

    /// A library of another kind has none of the functions: the first that is missing is named, with the version.
    @Test(.enabled(if: FakeTorch.loadedLibrary("libm.so") != nil, "libm is not a library of its own here"))
    func aLibraryWithoutTheFunctionsIsRefused() throws {
        let folder = try TemporaryFolder()
        try FakeTorch.make(folder, at: "torch", version: "2.99.0")
        let error = #expect(throws: FileError.self) { try TorchBackend(try found(folder.path)) }
        #expect(
            error?.message
                == "is PyTorch 2.99.0, which lacks the function aoti_torch_dtype_float32")
    }
}
