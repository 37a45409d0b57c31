import Foundation
import TestSupport
import Testing

/// Files of strangers, each through every tool that can take one: an error of one line or a finding, no more memory than
/// a file may ask for, and soon.
@Suite struct HostileFileTests {
    /// Three gigabytes of addresses: a tool's own, and the two that a file may ask for.
    private static let addresses = 3 << 20
    /// Of the processor. Debug builds are some thirty times slower where bytes are walked over.
    #if DEBUG
        private static let seconds = 120
    #else
        private static let seconds = 10
    #endif

    /// A tenth of the files, spread over all kinds; all of them with ASSAY_HOSTILE=all, which takes minutes.
    private func chosen(_ files: [HostileFile]) -> [HostileFile] {
        let isWhole = ProcessInfo.processInfo.environment["ASSAY_HOSTILE"] == "all"
        return files.enumerated().filter { isWhole || $0.offset % 10 == 3 }.map(\.element)
    }

    private func run(_ place: Workplace, _ tool: String, _ arguments: [String]) throws -> Executables.Outcome {
        let path = Executables.folder.appendingPathComponent(tool).path
        let limits = "ulimit -c 0; ulimit -v \(Self.addresses); ulimit -t \(Self.seconds); exec \"$0\" \"$@\""
        return try Executables.run("/bin/sh", ["-c", limits, path] + arguments, in: place.path)
    }

    /// Status 2, and one line that names the file and a way out.
    private func expectRefusal(_ place: Workplace, _ file: HostileFile, _ tool: String, _ arguments: [String]) throws {
        let outcome = try run(place, tool, arguments)
        let words = "\(tool) \(arguments.joined(separator: " ")): \(outcome.status) \(outcome.errors.prefix(600))"
        if file.mayPass {
            #expect((0...2).contains(outcome.status), "\(words)")
            return
        }
        #expect(outcome.status == 2, "\(words)")
        let lines = outcome.errors.split(separator: "\n")
        #expect(
            lines.count == 1 && outcome.errors.hasPrefix("error: ") && outcome.errors.utf8.count < 2_000, "\(words)")
        #expect(outcome.errors.contains(file.name) && outcome.errors.contains("; "), "\(words)")
    }

    private func checkModels(_ files: [HostileFile]) throws {
        let place = try Workplace()
        for file in chosen(files) {
            try place.folder.write(file.bytes(), to: file.name)
            for (tool, arguments) in [
                ("assay-toxic", ["model", file.name]),
                ("assay-toxic", ["shapes/data.yaml", "--weights", file.name, "--size", "160", "-q"]),
            ] {
                try expectRefusal(place, file, tool, arguments)
            }
            // These look at a part of the model alone, which may be in order.
            for (tool, arguments) in [
                ("assay-probe", ["shapes/data.yaml", "--weights", file.name, "-q"]),
                ("assay-anchors", ["shapes/data.yaml", "--current", file.name, "--check", "-q"]),
            ] {
                let outcome = try run(place, tool, arguments)
                #expect(
                    (0...2).contains(outcome.status),
                    "\(tool) \(file.name): \(outcome.status) \(outcome.errors.prefix(600))")
            }
            try FileManager.default.removeItem(atPath: place.path + "/" + file.name)
        }
    }

    @Test func valuesOfCheckpoints() throws { try checkModels(HostileCheckpoints.values) }
    @Test func tensorsOfCheckpoints() throws { try checkModels(HostileCheckpoints.tensors) }
    @Test func repetitionsInCheckpoints() throws { try checkModels(HostileCheckpoints.repetitions) }
    @Test func archives() throws { try checkModels(HostileCheckpoints.archives) }
    @Test func modelYAMLs() throws { try checkModels(HostileTexts.models) }
    @Test func safetensors() throws { try checkModels(HostileTexts.safetensors) }

    /// The model that the others are made from is in order.
    @Test func theSoundModelIsRead() throws {
        let place = try Workplace()
        try place.folder.write(TinyModel().checkpoint(), to: "tiny.pt")
        try place.folder.write(TinyModel().old(), to: "old.pt")
        try place.folder.write(HostileTexts.modelYAML(), to: "tiny.yaml")
        for name in ["tiny.pt", "old.pt", "tiny.yaml"] {
            let outcome = try run(place, "assay-toxic", ["model", name])
            #expect(outcome.status == 0, "\(name) \(outcome.errors)")
        }
    }

    @Test func darknetConfigurations() throws {
        let place = try Workplace()
        for file in chosen(HostileTexts.configurations) {
            try place.folder.write(file.bytes(), to: file.name)
            try expectRefusal(
                place, file, "assay-anchors", ["shapes/data.yaml", "--current", file.name, "--check", "-q"])
        }
    }

    @Test func dataDescriptions() throws {
        let place = try Workplace()
        for file in chosen(HostileDatasets.descriptions) {
            try place.folder.write(file.bytes(), to: file.name)
            // What a trainer ends on is a finding to the tool that looks for it, and an error to the others.
            let labels = try run(place, "assay-labels", [file.name])
            #expect(
                file.mayPass || labels.status == 2 || labels.status == 1 && labels.output.contains("training: stops"),
                "assay-labels \(file.name): \(labels.status) \(labels.output.prefix(600))")
            for (tool, arguments) in [
                ("assay-anchors", [file.name, "--count", "3", "-q"]),
                ("assay-toxic", [file.name, "--weights", "model.safetensors", "-q"]),
                ("assay", ["plan", "init", file.name, "-o", "p.yaml"]),
            ] {
                try expectRefusal(place, file, tool, arguments)
                try? FileManager.default.removeItem(atPath: place.path + "/p.yaml")
            }
        }
    }

    @Test func keypointShapes() throws {
        let place = try Workplace()
        for file in HostileDatasets.keypointShapes {
            try place.folder.write(file.bytes(), to: file.name)
            let labels = try run(place, "assay-labels", [file.name])
            #expect(labels.status == 1 && labels.output.contains("kpt_shape is not [points, 2 or 3]"), "\(labels)")
            let anchors = try run(place, "assay-anchors", [file.name, "--count", "3", "-q"])
            #expect(anchors.status == 0, "\(anchors)")
        }
    }

    @Test func plans() throws {
        let place = try Workplace()
        for file in chosen(HostileDatasets.plans) {
            try place.folder.write(file.bytes(), to: file.name)
            try expectRefusal(place, file, "assay", ["run", file.name, "-q"])
        }
    }

    @Test func decisions() throws {
        let place = try Workplace()
        try place.makePlan(weights: nil)
        for file in chosen(HostileTexts.decisions) {
            try place.folder.write(file.bytes(), to: file.name)
            try expectRefusal(place, file, "assay-report", ["apply", "plan.yaml", file.name])
        }
    }

    @Test func baselines() throws {
        let place = try Workplace()
        for file in chosen(HostileTexts.baselines) {
            try place.folder.write(file.bytes(), to: file.name)
            try expectRefusal(place, file, "assay-labels", ["shapes/data.yaml", "--baseline", file.name, "-q"])
        }
    }

    /// What a dataset lists and holds is a finding at most.
    @Test func listsAndImages() throws {
        let place = try Workplace()
        for file in HostileDatasets.lists {
            try place.folder.write(file.bytes(), to: file.name)
            try place.folder.write("path: shapes\ntrain: ../\(file.name)\nval: images/val\nnc: 3\n", to: "listed.yaml")
            let outcome = try run(place, "assay-labels", ["listed.yaml", "-q"])
            #expect((1...2).contains(outcome.status), "\(file.name) \(outcome.status) \(outcome.errors.prefix(600))")
        }
        for file in HostileDatasets.images {
            try place.folder.write(file.bytes(), to: "shapes/images/train/\(file.name)")
        }
        for (tool, arguments) in [
            ("assay-labels", ["shapes/data.yaml", "-q"]), ("assay-anchors", ["shapes/data.yaml", "--check", "-q"]),
            ("assay-toxic", ["shapes/data.yaml", "--weights", "model.safetensors", "--size", "160", "-q"]),
            ("assay-report", ["shapes/data.yaml", "-q"]),
        ] {
            let outcome = try run(place, tool, arguments)
            #expect((0...2).contains(outcome.status), "\(tool) \(outcome.status) \(outcome.errors.prefix(600))")
            #expect(outcome.status != 2 || outcome.errors.hasPrefix("error: "), "\(outcome.errors.prefix(600))")
        }
    }

    /// A file that is larger than all memory that is allowed is not read at all.
    @Test func sparseFiles() throws {
        let place = try Workplace()
        for (name, head) in [("zeros.pt", []), ("archive.pt", [0x50, 0x4B, 3, 4]), ("zeros.safetensors", [])]
            as [(String, [UInt8])]
        {
            try place.folder.write(head, to: name)
            let handle = try #require(FileHandle(forWritingAtPath: place.path + "/" + name))
            try handle.truncate(atOffset: 5 << 30)
            try handle.close()
            try expectRefusal(place, HostileFile(name, ""), "assay-toxic", ["model", name])
        }
    }
}
