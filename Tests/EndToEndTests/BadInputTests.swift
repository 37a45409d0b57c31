import Foundation
import TestSupport
import Testing

/// Bad input gets one line on stderr, exit status 2, and nothing is written.
@Suite struct BadInputTests {
    private func expectRefusal(
        _ place: Workplace, _ name: String, _ arguments: [String], saying words: [String]
    ) throws {
        let before = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
        let outcome = try Executables.run(name, arguments, in: place.path)
        #expect(outcome.status == 2, "\(outcome.output)")
        #expect(
            outcome.errors.hasPrefix("error: ") && outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)"
        )
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted() == before)
    }

    @Test func missingFiles() throws {
        let place = try Workplace()
        for tool in ["assay-labels", "assay-anchors", "assay-report"] {
            try expectRefusal(place, tool, ["nowhere.yaml"], saying: ["nowhere.yaml", "no such file"])
        }
        try expectRefusal(place, "assay", ["run", "nowhere.yaml"], saying: ["nowhere.yaml", "no such file"])
        try expectRefusal(
            place, "assay-toxic", ["shapes/data.yaml", "--weights", "nowhere.pt"],
            saying: ["nowhere.pt", "no such file"])
    }

    @Test func yamlThatIsNone() throws {
        let place = try Workplace()
        try place.folder.write("train: images/train\nnames: [circle\nval: x\n", to: "bad.yaml")
        try expectRefusal(place, "assay-labels", ["bad.yaml"], saying: ["bad.yaml:3:", "not valid YAML"])
        try expectRefusal(place, "assay", ["plan", "init", "bad.yaml"], saying: ["bad.yaml:3:"])
        try place.folder.write("- just\n- a list\n", to: "list.yaml")
        try expectRefusal(place, "assay-labels", ["list.yaml"], saying: ["list.yaml:1:1", "data.yaml"])
    }

    @Test func unknownSettingsOfAPlan() throws {
        let place = try Workplace()
        try place.folder.write("dataset: shapes/data.yaml\nimagesize: 160\n", to: "plan.yaml")
        try expectRefusal(place, "assay", ["run", "plan.yaml"], saying: ["plan.yaml:2:1", "imagesize", "image_size"])
    }

    @Test func checkpointsThatAreNone() throws {
        let place = try Workplace()
        try place.folder.write("hello", to: "text.pt")
        let whole = StoredArchive.bytes([.init("model/data.pkl", Array("\u{80}\u{2}}.".utf8))])
        try place.folder.write(Array(whole.prefix(whole.count - 30)), to: "cut.pt")
        // GLOBAL 'os system', a string, a call: what an attacker would write.
        let evil =
            [0x80, 2] + Array("cos\nsystem\nX".utf8) + [4, 0, 0, 0] + Array("echo".utf8) + [0x85] + Array("R.".utf8)
        try place.folder.write(StoredArchive.bytes([.init("model/data.pkl", evil)]), to: "evil.pt")
        let model = FileManager.default.contents(atPath: place.path + "/model.safetensors") ?? Data()
        try place.folder.write(Array(model.prefix(model.count / 2)), to: "half.safetensors")
        for (file, words) in [
            ("text.pt", ["text.pt", "not a checkpoint"]), ("cut.pt", ["cut.pt", "truncated"]),
            ("evil.pt", ["evil.pt", "os.system", "refused"]), ("half.safetensors", ["half.safetensors", "truncated"]),
        ] {
            try expectRefusal(place, "assay-toxic", ["shapes/data.yaml", "--weights", file], saying: words)
            try place.folder.write("dataset: shapes/data.yaml\nimage_size: 160\nweights: \(file)\n", to: "plan.yaml")
            try expectRefusal(place, "assay", ["run", "plan.yaml"], saying: words)
        }
    }

    @Test(arguments: [
        ("best.onnx", [UInt8]("x".utf8), "ONNX"), ("best.engine", Array("x".utf8), "TensorRT"),
        ("best.tflite", Array("x".utf8), "TensorFlow Lite"), ("best.xml", Array("<net/>".utf8), "OpenVINO"),
        ("lite.pt", [0x1C, 0, 0, 0] + Array("TFL3".utf8), "TensorFlow Lite"),
        ("named.pt", [8, 8, 0x12, 7] + Array("pytorch\u{1A}".utf8) + Array(repeating: 0, count: 30), "ONNX"),
        (
            "script.pt",
            StoredArchive.bytes([.init("model/data.pkl", [0x80, 2, 0x7D, 0x2E]), .init("model/constants.pkl", [])]),
            "TorchScript"
        ),
        ("lfs.pt", Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n".utf8), "git"),
    ])
    func exportsAreNamed(file: String, bytes: [UInt8], words: String) throws {
        let place = try Workplace()
        try place.folder.write(bytes, to: file)
        try expectRefusal(place, "assay-toxic", ["shapes/data.yaml", "--weights", file], saying: [file, words])
    }

    /// Its loss has anchors: no release of the others', and no distribution of distances.
    @Test func settingsThatThisModelLacks() throws {
        let place = try Workplace()
        try expectRefusal(
            place, "assay-toxic",
            ["shapes/data.yaml", "--weights", "model.safetensors", "--size", "160", "--loss", "8.3"],
            saying: ["model with anchors", "--loss"])
        try expectRefusal(
            place, "assay-probe", ["shapes/data.yaml", "--output", "probe", "--gains", "dfl=2"],
            saying: ["dfl is no gain", "obj_pw"])
    }

    @Test func classCountThatDiffers() throws {
        let place = try Workplace()
        let yaml = place.text("shapes/data.yaml").replacing("nc: 3", with: "nc: 4").replacing(
            "triangle]", with: "triangle, star]")
        try place.folder.write(yaml, to: "shapes/data.yaml")
        try expectRefusal(
            place, "assay-toxic", ["shapes/data.yaml", "--weights", "model.safetensors", "--size", "160"],
            saying: ["model.safetensors", "no class star", "2 triangle]", "3 star]"])
        try expectRefusal(
            place, "assay", ["plan", "init", "shapes/data.yaml", "--weights", "model.safetensors", "--size", "160"],
            saying: ["model.safetensors", "no class star", "2 triangle]", "3 star]"])
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 160\nweights: model.safetensors\n", to: "plan.yaml")
        for (tool, arguments) in [("assay", ["run", "plan.yaml"]), ("assay-toxic", ["plan.yaml"])] {
            try expectRefusal(
                place, tool, arguments, saying: ["model.safetensors", "no class star", "2 triangle]", "3 star]"])
        }
    }

    @Test func wrongUsage() throws {
        let place = try Workplace()
        let outcome = try place.run("assay-labels", "shapes/data.yaml", "--format", "poem")
        #expect(outcome.status == 2 && outcome.errors.contains("poem"))
        #expect(try place.run("assay", "plan", "init", "shapes/data.yaml", "--size", "7").status == 2)
        #expect(try place.run("assay", "plan", "init", "shapes/data.yaml", "-o", "plan").status == 2)
        #expect(try place.run("assay-labels", "--help").status == 0)
        #expect(try place.run("assay", "labels", "shapes/data.yaml").status == 0)
    }
}
