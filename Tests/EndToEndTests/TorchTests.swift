import Foundation
import TestSupport
import Testing

/// The backend `torch`: who may say where PyTorch is, and what it computes where there is one.
@Suite struct TorchTests {
    /// No environment of Python is switched on.
    private static let none = ["ASSAY_TORCH": "", "VIRTUAL_ENV": "", "CONDA_PREFIX": ""]
    static let installed = ProcessInfo.processInfo.environment["ASSAY_TORCH"]

    private func rank(
        _ place: Workplace, _ options: [String], environment: [String: String] = none
    ) throws -> Executables.Outcome {
        try Executables.run(
            "assay-toxic",
            ["rank", "shapes/data.yaml", "--weights", "model.safetensors", "--size", "128", "--quiet"] + options,
            in: place.path, environment: environment)
    }

    @Test func everyFailureIsOneLine() throws {
        let place = try Workplace()
        try FakeTorch.make(place.folder, at: "text/torch", library: Array("text".utf8))
        try FakeTorch.make(place.folder, at: "other/torch", version: "2.99.0")
        try FakeTorch.make(place.folder, at: "old/torch", version: "1.13.1")
        let failures: [(options: [String], environment: [String: String], message: String)] = [
            ([], [:], "--backend: torch needs an installed PyTorch"),
            (["--torch", "nowhere"], [:], "holds no PyTorch"),
            (["--torch", "text"], [:], "is no shared library"),
            (["--torch", "other"], [:], "lacks the function"),
            (["--torch", "old/torch"], [:], "older than 2.6"),
            ([], ["ASSAY_TORCH": "old"], "no absolute path"),
            ([], ["ASSAY_TORCH": place.path + "/old"], "older than 2.6"),
            ([], ["VIRTUAL_ENV": place.path + "/old"], "older than 2.6"),
        ]
        for failure in failures {
            let outcome = try rank(
                place, ["--backend", "torch"] + failure.options,
                environment: Self.none.merging(failure.environment) { $1 })
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(outcome.errors)")
            #expect(outcome.errors.contains(failure.message), "\(outcome.errors)")
        }
    }

    /// What a driver of a GPU is asked for, as a program in C: it has no GPU, or it lacks a function.
    private func driver(_ folder: TemporaryFolder, lacking missing: String?) throws -> String {
        let names = [
            "cuDeviceGet", "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent",
            "cuModuleLoadData", "cuModuleGetFunction", "cuLaunchKernel", "cuStreamCreate", "cuStreamDestroy_v2",
            "cuStreamSynchronize", "cuMemAlloc_v2", "cuMemFree_v2", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
            "cuMemcpyDtoDAsync_v2", "cuMemsetD8Async", "cuInit",
        ]
        let source =
            names.filter { $0 != missing }.map { "int \($0)(void) { return 0; }\n" }.joined()
            + "int cuDeviceGetCount(int *count) { *count = 0; return 0; }\n"
        try folder.write(source, to: "driver/cuda.c")
        let made = try Executables.run(
            Self.compiler ?? "", ["-shared", "-fPIC", "-o", "driver/libcuda.so.1", "driver/cuda.c"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        return folder.path + "/driver"
    }

    private static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    /// Whether this machine has a driver of its own, which would be found as well.
    private static let hasDriver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nil

    private func failure(
        _ place: Workplace, _ options: [String], _ environment: [String: String] = [:]
    ) throws -> String {
        let outcome = try rank(place, options, environment: Self.none.merging(environment) { $1 })
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        return outcome.errors
    }

    /// Before anything of PyTorch is opened: what is there is no PyTorch.
    @Test func aGPUThatIsNotThereIsSaidInOneLine() throws {
        let place = try Workplace()
        try FakeTorch.make(place.folder, at: "torch")
        let options = ["--torch", "torch", "--device", "cuda"]
        #expect(try failure(place, ["--backend", "torch"] + options).contains("which is not built for CUDA"))
        #expect(
            try failure(place, ["--backend", "reference", "--device", "cuda"]).contains("--device: cuda has no effect"))
        try place.folder.write("", to: "torch/lib/libtorch_cuda.so")
        guard !Self.hasDriver else { return }
        #expect(
            try failure(place, ["--backend", "torch"] + options).contains(
                "--device: cuda needs the driver of a GPU of NVIDIA, which is not there: libcuda.so.1"))
        guard Self.compiler != nil else { return }
        let none = try driver(place.folder, lacking: nil)
        #expect(
            try failure(place, ["--backend", "torch"] + options, ["LD_LIBRARY_PATH": none]).contains(
                "--device: cuda needs a GPU of NVIDIA, and the driver has none"))
        let old = try driver(place.folder, lacking: "cuMemsetD8Async")
        #expect(
            try failure(place, ["--backend", "torch"] + options, ["LD_LIBRARY_PATH": old]).contains(
                "--device: cuda needs cuMemsetD8Async, which this driver or NVRTC lacks"))
    }

    /// Without a GPU `auto` is what nothing is: not even a PyTorch that is there is opened.
    @Test(.enabled(if: !hasDriver, "this machine has a GPU's driver"))
    func autoWithoutAGPUIsTheFastestOfTheBuild() throws {
        let place = try Workplace()
        try FakeTorch.make(place.folder, at: "torch")
        try place.folder.write("", to: "torch/lib/libtorch_cuda.so")
        let format = ["--format", "json"]
        let own = try rank(place, format)
        let auto = try rank(place, format + ["--backend", "auto", "--torch", "torch"])
        #expect(auto.status < 2 && auto.output == own.output, "\(auto.errors)")
    }

    /// A dataset that was downloaded may hold a folder of that name.
    @Test func theWorkingDirectoryIsNotLookedInto() throws {
        let place = try Workplace()
        for folder in ["torch", "lib/python3.11/site-packages/torch", ".venv/lib/python3.11/site-packages/torch"] {
            try FakeTorch.make(place.folder, at: folder)
        }
        let outcome = try rank(place, ["--backend", "torch"])
        #expect(outcome.status == 2 && outcome.errors.contains("--backend: torch needs an installed PyTorch"))
    }

    /// A plan may come from a stranger: it names the backend at most.
    @Test(arguments: ["torch: PLACE", "toxic: {torch: PLACE}", "probe: {torch: PLACE}", "toxic: {backend: PLACE}"])
    func aPlanCannotNameALibrary(line: String) throws {
        let place = try Workplace()
        try FakeTorch.make(place.folder, at: "torch")
        try place.folder.write(
            "dataset: shapes/data.yaml\nweights: model.safetensors\n"
                + line.replacing("PLACE", with: place.path + "/torch") + "\n", to: "plan.yaml")
        let outcome = try Executables.run("assay", ["run", "plan.yaml"], in: place.path, environment: Self.none)
        #expect(outcome.status == 2 && outcome.errors.hasPrefix("error: plan.yaml:3"), "\(outcome.errors)")
    }

    @Test func theOptionAloneChangesNothingAndIsRefused() throws {
        let place = try Workplace()
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 128\nweights: model.safetensors\ntoxic: {backend: reference}\n",
            to: "plan.yaml")
        let calls: [[String]] = [
            ["assay", "run", "plan.yaml"], ["assay", "status", "plan.yaml"], ["assay-toxic", "rank", "plan.yaml"],
            ["assay-toxic", "rank", "shapes/data.yaml", "--weights", "model.safetensors"],
            ["assay-toxic", "evaluate", "shapes/data.yaml", "--weights", "model.safetensors"],
            ["assay-probe", "shapes/data.yaml", "--output", "probe"],
        ]
        for call in calls {
            let outcome = try Executables.run(
                call[0], call.dropFirst() + ["--torch", place.path], in: place.path, environment: Self.none)
            #expect(outcome.status == 2 && outcome.errors.contains("--torch has no effect"), "\(call): \(outcome)")
        }
    }

    private struct Row: Decodable {
        var image: String
        var loss: Double
        var gradientNorm: Double

        enum CodingKeys: String, CodingKey {
            case image, loss
            case gradientNorm = "gradient_norm"
        }
    }

    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"))
    func rankingAgreesWithTheOtherBackendsAndWithItself() throws {
        let place = try Workplace()
        let format = ["--format", "json"]
        let own = try rank(place, format)
        let other = try rank(place, format + ["--backend", "torch", "--jobs", "1"], environment: [:])
        #expect(own.status == other.status && own.status < 2, "\(other.errors)")
        let again = try rank(
            place, format + ["--backend", "torch", "--jobs", "2", "--torch", Self.installed ?? ""],
            environment: Self.none)
        #expect(other.output == again.output)
        func rows(_ outcome: Executables.Outcome) throws -> [Row] {
            try JSONDecoder().decode([Row].self, from: Data(outcome.output.utf8)).sorted { $0.image < $1.image }
        }
        let (a, b) = (try rows(own), try rows(other))
        #expect(a.map(\.image) == b.map(\.image) && !a.isEmpty)
        for (a, b) in zip(a, b) {
            #expect(abs(a.loss / b.loss - 1) < 1e-5 && abs(a.gradientNorm / b.gradientNorm - 1) < 1e-4, "\(a.image)")
        }
    }

    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"))
    func aPlanRunsWithItAndIsStaleWithAnotherVersion() throws {
        let place = try Workplace()
        try place.folder.write(
            """
            dataset: shapes/data.yaml
            image_size: 128
            probe: {folds: 2, epochs: 2, size: 96, batch: 4, backend: torch}
            toxic: {backend: torch}

            """, to: "plan.yaml")
        let first = try place.run("assay", "run", "plan.yaml")
        #expect(first.status < 2, "\(first.errors)")
        let second = try place.run("assay", "run", "plan.yaml")
        #expect(second.errors.contains("probe: unchanged") && second.errors.contains("toxic: unchanged"))
        let results = place.text("plan.yaml").components(separatedBy: "results:").last ?? ""
        #expect(results.components(separatedBy: "backend: torch 2.").count == 3, "\(results)")

        // The same library under another version; nothing of it is loaded to tell that stages are stale.
        try FakeTorch.make(place.folder, at: "other/torch", version: "2.99.0")
        let status = try Executables.run(
            "assay", ["status", "plan.yaml"], in: place.path,
            environment: ["ASSAY_TORCH": place.path + "/other/torch"])
        #expect(status.status == 1 && status.output.contains("stale"), "\(status.output)")
        let current = try place.run("assay", "status", "plan.yaml")
        #expect(current.status == 0, "\(current.output)")
    }
    /// A merge computes nothing: the machine needs a PyTorch of that version by name alone.
    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"))
    func aMergeOpensNoPyTorch() throws {
        let place = try Workplace()
        for plan in ["plain.yaml", "parts.yaml"] {
            try place.folder.write(
                "dataset: shapes/data.yaml\nimage_size: 96\nweights: model.safetensors\ntoxic: {backend: torch}\n",
                to: plan)
        }
        #expect(try place.run("assay", "run", "plain.yaml").status < 2)
        let kept = try #require(place.text("plain.yaml").firstMatch(of: /backend: torch (2\S+) on cpu/))
        #expect(try place.run("assay", "shard", "parts.yaml", "--shards", "2").status == 0)
        for stage in ["labels", "anchors"] {
            #expect(try place.run("assay", "run", "parts.yaml", "--only", stage).status < 2)
        }
        for shard in ["0/2", "1/2"] {
            let work = try place.run("assay", "work", "parts.yaml", "--stage", "toxic", "--shard", shard)
            #expect(work.status == 0, "\(work.errors)")
        }
        try FakeTorch.make(place.folder, at: "named/torch", version: String(kept.1))
        let merge = try Executables.run(
            "assay", ["merge", "parts.yaml", "--stage", "toxic"], in: place.path,
            environment: ["ASSAY_TORCH": place.path + "/named/torch"])
        #expect(merge.status < 2, "\(merge.errors)")
        for file in ["images.json", "suspicions.csv"] {
            #expect(try place.results("parts")[file] == place.results("plain")[file])
        }
    }
}
