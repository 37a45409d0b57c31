import Foundation
import TestSupport
import Testing

/// What computes: what `auto` takes is told, kept and a part of what makes a stage stale, as is what a build computes by itself.
@Suite struct BackendChoiceTests {
    /// Whether this machine has a driver of a GPU, which `auto` would ask.
    private static let hasDriver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nil
    private static let noTorch = ["ASSAY_TORCH": "", "VIRTUAL_ENV": "", "CONDA_PREFIX": ""]

    private func rank(
        _ place: Workplace, _ options: String..., environment: [String: String] = [:]
    ) throws -> Executables.Outcome {
        try Executables.run(
            "assay-toxic",
            ["rank", "shapes/data.yaml", "--weights", "model.safetensors", "--size", "128", "--format", "json"]
                + options,
            in: place.path, environment: Self.noTorch.merging(environment) { $1 })
    }

    /// The fastest backend of this build, as plans name it.
    private func fastest(_ place: Workplace) throws -> String {
        try place.run("assay", "--version").output.contains("onednn") ? "onednn" : "reference"
    }

    @Test(.enabled(if: !hasDriver, "this machine has a GPU's driver"))
    func autoTellsWhatItTakesAndWhy() throws {
        let place = try Workplace()
        let name = try fastest(place)
        let own = try rank(place)
        #expect(own.status < 2 && !own.errors.contains("--backend"), "\(own.errors)")
        func reason(_ options: [String], _ environment: [String: String] = [:]) throws -> String {
            let outcome = try Executables.run(
                "assay-toxic",
                [
                    "rank", "shapes/data.yaml", "--weights", "model.safetensors", "--size", "128", "--format", "json",
                    "--backend", "auto",
                ] + options, in: place.path, environment: Self.noTorch.merging(environment) { $1 })
            #expect(outcome.status == own.status && outcome.output == own.output, "\(outcome.errors)")
            let notes = outcome.errors.split(separator: "\n").filter { $0.contains("--backend auto") }
            #expect(notes.count == 1 && notes[0].hasPrefix("note: --backend auto takes \(name)"), "\(outcome.errors)")
            return String(notes.first ?? "")
        }
        #expect(try reason([]).contains("no PyTorch is to be had: --backend torch needs an installed PyTorch"))
        #expect(try reason(["--device", "cpu"]).hasSuffix("as --device cpu says"))
        try FakeTorch.make(place.folder, at: "torch")
        #expect(try reason(["--torch", "torch"]).contains("PyTorch 2.12.1 of"))
        #expect(try reason(["--torch", "torch"]).hasSuffix("is not built for CUDA"))
        try place.folder.write("", to: "torch/lib/libtorch_cuda.so")
        #expect(
            try reason([], ["ASSAY_TORCH": place.path + "/torch"]).contains(
                "cuda needs the driver of a GPU of NVIDIA, which is not there: libcuda.so.1"))
        // What is asked for outright is not left out.
        let cuda = try rank(place, "--backend", "auto", "--device", "cuda", "--torch", "torch", "--quiet")
        #expect(cuda.status == 2 && cuda.errors.hasPrefix("error: --device: cuda needs the driver"), "\(cuda.errors)")
        #expect(cuda.errors.contains("use --device cpu") && cuda.errors.split(separator: "\n").count == 1)
    }

    /// On the command line and in a plan: one line with the reason, and what there is.
    @Test(arguments: [
        ("xpu", "the loops between convolutions run on GPUs of NVIDIA alone, and not on Intel's"),
        ("mps", "Apple's GPUs are those of macOS, and Assay runs on Linux"),
    ])
    func devicesOfPyTorchThatAreNotOursAreRefused(device: String, reason: String) throws {
        let place = try Workplace()
        try place.folder.write(
            "dataset: shapes/data.yaml\nweights: model.safetensors\ntoxic: {backend: torch, device: \(device)}\n",
            to: "plan.yaml")
        for outcome in [
            try rank(place, "--backend", "torch", "--device", device), try rank(place, "--device", device),
            try place.run("assay", "run", "plan.yaml"),
        ] {
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            let first = outcome.errors.split(separator: "\n").first ?? ""
            #expect(first.hasPrefix("error: ") && first.contains(reason), "\(outcome.errors)")
            #expect(first.hasSuffix("write cpu or cuda"), "\(outcome.errors)")
        }
    }

    /// A chain refuses it before it writes anything.
    @Test(arguments: ["toxic: {device: cuda}", "probe: {device: cuda}", "toxic: {device: cuda, backend: reference}"])
    func aDeviceThatTheBackendHasNotIsRefusedAtOnce(line: String) throws {
        let place = try Workplace()
        let plan = "dataset: shapes/data.yaml\nweights: model.safetensors\nimage_size: 128\n\(line)\n"
        try place.folder.write(plan, to: "plan.yaml")
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 2 && outcome.errors.contains("--device: cuda has no effect"), "\(outcome.errors)")
        #expect(place.text("plan.yaml") == plan)
    }

    @Test(.enabled(if: !hasDriver, "this machine has a GPU's driver"))
    func aPlanKeepsWhatAutoTook() throws {
        let place = try Workplace()
        try place.folder.write(
            """
            dataset: shapes/data.yaml
            image_size: 128
            probe: {folds: 2, epochs: 1, size: 96, batch: 4, backend: auto}
            toxic: {backend: auto}

            """, to: "plan.yaml")
        let first = try Executables.run("assay", ["run", "plan.yaml"], in: place.path, environment: Self.noTorch)
        #expect(first.status < 2, "\(first.errors)")
        #expect(first.errors.split(separator: "\n").count { $0.contains("--backend auto takes") } == 2)
        let results = place.text("plan.yaml").components(separatedBy: "results:").last ?? ""
        let name = try fastest(place)
        #expect(results.components(separatedBy: "backend: \(name)").count == 3, "\(results)")
        let second = try Executables.run("assay", ["run", "plan.yaml"], in: place.path, environment: Self.noTorch)
        #expect(second.errors.contains("probe: unchanged") && second.errors.contains("toxic: unchanged"))
    }

    /// What each machine takes for itself is no division.
    @Test func autoIsNotDividedAmongMachines() throws {
        let place = try Workplace()
        try place.folder.write(
            "dataset: shapes/data.yaml\nweights: model.safetensors\nimage_size: 96\ntoxic: {backend: auto}\n",
            to: "plan.yaml")
        #expect(try place.run("assay", "shard", "plan.yaml", "--shards", "2").status == 0)
        let work = try place.run("assay", "work", "plan.yaml", "--stage", "toxic", "--shard", "0/2")
        #expect(work.status == 2 && work.errors.contains("toxic.backend: auto"), "\(work.errors)")
        #expect(work.errors.split(separator: "\n").count == 1)
    }

    private func isOwn(_ place: Workplace) throws -> Bool {
        #if arch(x86_64)
            return try fastest(place) == "onednn"
        #else
            return false
        #endif
    }

    /// Stages that were computed with other kernels are run again.
    @Test func withoutOurOwnConvolutionsAStageIsStale() throws {
        let place = try Workplace()
        guard try isOwn(place) else { return }
        try place.folder.write(
            "dataset: shapes/data.yaml\nweights: model.safetensors\nimage_size: 96\n", to: "plan.yaml")
        func run(_ arguments: String..., winograd: String) throws -> Executables.Outcome {
            try Executables.run("assay", arguments, in: place.path, environment: ["ASSAY_WINOGRAD": winograd])
        }
        #expect(try run("run", "plan.yaml", winograd: "").status < 2)
        #expect(place.text("plan.yaml").contains("backend: onednn winograd"))
        #expect(try run("status", "plan.yaml", winograd: "on").status == 0)
        let status = try run("status", "plan.yaml", winograd: "off")
        #expect(status.status == 1 && status.output.contains("what this build computes with"), "\(status.output)")
        #expect(try run("run", "plan.yaml", winograd: "off").status < 2)
        #expect(!place.text("plan.yaml").contains("winograd"))
    }

    @Test(arguments: ["no", "OFF", "0"])
    func aWordThatMeansNothingIsRefused(word: String) throws {
        let place = try Workplace()
        guard try isOwn(place) else { return }
        let outcome = try rank(place, "--quiet", environment: ["ASSAY_WINOGRAD": word])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("error: ASSAY_WINOGRAD: is \(word), which is neither on nor off;"))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        // Who does not compute with it does not mind.
        let other = try rank(place, "--quiet", "--backend", "reference", environment: ["ASSAY_WINOGRAD": word])
        #expect(other.status < 2, "\(other.errors)")
    }
}
