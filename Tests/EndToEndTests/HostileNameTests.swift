import Foundation
import TestSupport
import Testing
import TextForms
import YOLOModel

/// A dataset of a stranger, with names that would drive a terminal, a spreadsheet or the log of a server that builds:
/// nothing of them reaches stdout or stderr as it is, whatever is run and in whatever form.
@Suite struct HostileNameTests {
    private static let orders = "\u{1B}]0;x\u{7}\u{1B}[2J\u{9B}31m\u{202E}\u{2028}\u{7F}"

    /// A copy of the shapes with hostile names of classes, images, labels and of the file of data.
    private func prepared() throws -> Workplace {
        let place = try Workplace()
        let root = place.path + "/shapes"
        let yaml = place.text("shapes/data.yaml").replacing(
            "[circle, square, triangle]",
            with: "[\"=cmd|' /C calc'!A0\\e]0;x\\a\", \"a\\r\\n::error::b\\x9B31m\", \"\\u202E@x\\e[2J\"]")
        try place.folder.write(yaml, to: "shapes/data.yaml")
        // A checkpoint whose names say nothing is not held against the dataset's.
        try FormulaCheckpoint.write(to: place.path + "/model.safetensors", names: ["class0", "class1", "class2"])
        let files = FileManager.default
        let names = [
            "::error::\(Self.orders)", "=1+1\u{1B}[31m", "new\nline\u{1B}[2J", "cr\r\u{1B}[K", "tab\t@\u{202E}",
            "##[group]\u{8}",
        ]
        let images = try files.contentsOfDirectory(atPath: root + "/images/train").sorted()
        for (image, name) in zip(images, names) {
            let (stem, suffix) = (image.prefix { $0 != "." }, image.suffix(3))
            try files.moveItem(
                atPath: "\(root)/images/train/\(image)", toPath: "\(root)/images/train/\(name).\(suffix)")
            try files.moveItem(
                atPath: "\(root)/labels/train/\(stem).txt", toPath: "\(root)/labels/train/\(name).txt")
        }
        // Rows with all that rules speak about.
        try place.folder.write(
            "0 0.5 0.5 0.2 0.2 0.9\n\u{1B}[31m 0.5 0.5 0.1 0.1\n9 0.5 0.5 0.2 0.2\n1 0.99 0.5 0.2 0.2\n1 0.5 0.5 0 0.2\n",
            to: "shapes/labels/train/\(names[0]).txt")
        try place.folder.write("1 0.999 0.5 0.02 0.2\n0;0.5;0.5;0.2;0.2\n", to: "shapes/labels/train/\(names[1]).txt")
        try place.folder.write("no image\u{1B}", to: "shapes/images/train/\(names[2]).jpg")
        return place
    }

    private func check(_ place: Workplace, _ tool: String, _ arguments: [String]) throws -> Executables.Outcome {
        let outcome = try Executables.run(tool, arguments, in: place.path)
        #expect(outcome.status >= 0 && outcome.status <= 2, "\(tool) \(arguments): \(outcome.status)")
        for (stream, text) in [("stdout", outcome.output), ("stderr", outcome.errors)] {
            let bad = text.unicodeScalars.first { $0 != "\n" && $0 != "\t" && ControlScalars.contains($0) }
            #expect(bad == nil, "\(stream) of \(tool) \(arguments): \(String(bad?.value ?? 0, radix: 16))")
            let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
            if !arguments.contains("github") {
                #expect(!lines.contains { $0.hasPrefix("::") }, "\(stream) of \(tool) \(arguments)")
            }
        }
        if outcome.status == 2 {
            #expect(outcome.errors.hasPrefix("error: "), "\(tool) \(arguments): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(tool) \(arguments): \(outcome.errors)")
        }
        if arguments.contains("csv") { cells(outcome.output, arguments) }
        return outcome
    }

    /// No cell begins as a formula does, unless it is a number.
    private func cells(_ text: String, _ arguments: [String]) {
        for line in text.split(separator: "\n").prefix(60) {
            for cell in line.split(separator: ",") {
                let bare = cell.drop { $0 == "\"" }
                guard let first = bare.first, "=+-@".contains(first) else { continue }
                #expect(Double(bare) != nil, "\(arguments): \(cell)")
            }
        }
    }

    @Test func commandsOnADatasetShowNames() throws {
        let place = try prepared()
        let data = "shapes/data.yaml"
        for format in ["text", "json", "jsonl", "csv", "sarif", "github", "junit"] {
            #expect(try check(place, "assay-labels", [data, "--format", format]).status == 1)
        }
        for options in [
            ["--statistics"], ["--no-condense", "--max-findings", "3"], ["--diff", "--unsafe-fixes"],
            ["--write-baseline", "base\u{1B}[2J.txt"],
        ] { _ = try check(place, "assay-labels", [data] + options) }
        for format in ["text", "json"] {
            _ = try check(place, "assay-labels", ["card", data, "--format", format])
            _ = try check(place, "assay-anchors", [data, "--size", "160", "--count", "3", "--format", format])
        }
        _ = try check(place, "assay-labels", ["verdicts", data])
        for format in ["text", "json", "csv"] {
            let options = [data, "--weights", "model.safetensors", "--size", "160", "--format", format]
            _ = try check(place, "assay-toxic", options)
            _ = try check(place, "assay-toxic", ["evaluate"] + options)
        }
        let fixed = try check(place, "assay-labels", [data, "--unsafe-fixes"])
        #expect(fixed.status == 1 && fixed.output.contains("errors are left"), "\(fixed.output)")
        #expect(try check(place, "assay-labels", ["undo", data]).output.contains("files restored"))
    }

    @Test func commandsOnAPlanShowNames() throws {
        let place = try prepared()
        try place.makePlan()
        for format in ["text", "json"] { _ = try check(place, "assay", ["run", "plan.yaml", "--format", format]) }
        for tool in ["assay-labels", "assay-anchors", "assay-toxic", "assay-report"] {
            for format in ["text", "json"] { _ = try check(place, tool, ["plan.yaml", "--format", format]) }
        }
        for format in ["cvat", "label-studio", "fiftyone", "coco", "csv", "markdown", "clean-list"] {
            let least = format == "clean-list" ? [] : ["--least", "0.01"]
            let outcome = try check(place, "assay-report", ["export", "plan.yaml", "--format", format] + least)
            // A list holds names as they are, and some are two lines.
            #expect(outcome.status == (format == "clean-list" ? 2 : 0), "\(format): \(outcome.errors)")
            if outcome.status == 0 { #expect(outcome.errors.contains("to import: ")) }
        }
        try place.folder.write(
            """
            {"format": "assay-decisions", "version": 1, "decisions": [{"id": "0a", "decision": "reject", "kind": "class",
            "image": "x\\u009b\\u202e.jpg", "line": 1, "label": null, "row": null}]}
            """, to: "d.json")
        #expect(try check(place, "assay-report", ["apply", "plan.yaml", "d.json"]).status == 1)
    }

    /// What a person or a file gives is repeated in errors.
    @Test func errorsShowWhatTheyRepeat() throws {
        let place = try prepared()
        let name = "\n::error::\(Self.orders)"
        for tool in ["assay", "assay-labels", "assay-anchors", "assay-probe", "assay-toxic", "assay-report"] {
            for arguments in [
                ["\(name).yaml"], ["--\(name)"], ["shapes/data.yaml", "--jobs", name], [name, name, name],
            ] {
                #expect(try check(place, tool, arguments).status == 2)
            }
        }
        for (file, text) in [
            ("a.yaml", "dataset: shapes/data.yaml\n\"\\e]0;x\\a\\u202E\": 1\n"),
            ("b.yaml", "dataset: \"\\e[2J.yaml\"\n"),
            ("c.yaml", "dataset: shapes/data.yaml\nimage_size: \"\\e[2J\\r\\n::x\"\n"),
            ("d.yaml", "dataset: shapes/data.yaml\nweights: \"\\x9B31m\\u2028\"\n"),
            ("e.yaml", "train: \"\\e[2J\"\nval: \"\\u202E\\r\\n::error::x\"\nnames: [a]\n"),
            ("f.yaml", "train: images\nval: images\nnames: {\"\\e[2J\": a}\n"), ("g.yaml", "train: \u{1B}[2J\n"),
            ("h.yaml", "train: images\nval: images\nnc: \"\\e[2J\"\nnames: [\"\\e\", \"\\e\"]\n\"tr\\u202Eain\": x\n"),
        ] {
            try place.folder.write(text, to: file)
            for (tool, start) in [
                ("assay-labels", []), ("assay", ["run"]), ("assay-report", []), ("assay", ["plan", "init"]),
            ] {
                _ = try check(place, tool, start + [file])
            }
        }
        try FileManager.default.copyItem(
            atPath: place.path + "/model.safetensors", toPath: place.path + "/m\(Self.orders).safetensors")
        _ = try check(place, "assay-toxic", ["model", "m\(Self.orders).safetensors"])
        try FormulaCheckpoint.write(
            to: place.path + "/names.safetensors", names: ["=a\u{1B}[2J", "\u{202E}::b", "\u{9B}31m"])
        for format in ["text", "json"] {
            _ = try check(place, "assay-toxic", ["model", "names.safetensors", "--format", format])
        }
        let options = ["shapes/data.yaml", "--weights", "names.safetensors", "--size", "160"]
        #expect(try check(place, "assay-toxic", options).status == 2)
    }
}
