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
        #expect(place.text("plan.yaml").contains("backend: torch"))

        // The same library under another version; nothing of it is loaded to tell that stages are stale.
        try FakeTorch.make(place.folder, at: "other/torch", version: "2.99.0")
        let status = try Executables.run(
            "assay", ["status", "plan.yaml"], in: place.path,
            environment: ["ASSAY_TORCH": place.path + "/other/torch"])
        #expect(status.status == 1 && status.output.contains("stale"), "\(status.output)")
        let current = try place.run("assay", "status", "plan.yaml")
        #expect(current.status == 0, "\(current.output)")
    }
}
