import Foundation
import TestSupport
import Testing

/// Every output within an envelope is what its schema says, and holds what the bare one holds.
@Suite struct SchemaTests {
    private static let folder = SharedMaterial.checkout.appendingPathComponent("docs/schemas").path

    private func schema(_ name: String) throws -> SchemaCheck {
        let data = FileManager.default.contents(atPath: "\(Self.folder)/\(name).schema.json") ?? Data()
        return try SchemaCheck(String(decoding: data, as: UTF8.self))
    }

    /// What is run in a folder with the shapes, a checkpoint, and a plan that has been run.
    private static let commands: [(name: String, command: [String])] = [
        ("findings", ["assay-labels", "shapes", "--no-cache"]), ("findings", ["assay", "check", "plan.yaml"]),
        ("card", ["assay-labels", "card", "shapes"]), ("verdicts", ["assay-labels", "verdicts", "shapes"]),
        ("verdicts", ["assay-labels", "verdicts", "stopped.yaml"]),
        ("rules", ["assay-labels", "explain", "B003"]), ("rules", ["assay-labels", "explain", "--all"]),
        ("anchors", ["assay-anchors", "shapes"]), ("anchors", ["assay-anchors", "plan.yaml"]),
        ("anchors", ["assay-anchors", "shapes", "--count", "2", "--current", "10,13,16,30", "--certify"]),
        ("probe", ["assay-probe", "plan.yaml"]), ("images", ["assay-toxic", "plan.yaml"]),
        ("images", ["assay-toxic", "blind.yaml"]),
        ("images", ["assay-toxic", "shapes", "--weights", "model.safetensors", "--size", "96", "--gradient", "none"]),
        ("evaluation", ["assay-toxic", "evaluate", "shapes", "--weights", "model.safetensors", "--size", "96"]),
        ("model", ["assay-toxic", "model", "model.safetensors"]), ("curves", ["assay-curves", "fast", "slow"]),
        ("curves", ["assay-curves", "curved.yaml"]), ("page", ["assay-report", "plan.yaml"]),
        ("page", ["assay-report", "shapes", "--output", "page.html"]),
        ("page", ["assay", "open", "plan.yaml", "--print"]),
        ("applied", ["assay-report", "apply", "plan.yaml", "decisions.json", "--diff"]),
        ("plan", ["assay", "plan", "init", "shapes", "--force", "-o", "other.yaml"]),
        ("run", ["assay", "run", "plan.yaml"]),
        ("run", ["assay", "run", "blind.yaml"]), ("run", ["assay", "run", "curved.yaml"]),
        ("status", ["assay", "status", "plan.yaml"]),
        ("diff", ["assay", "diff", "before.yaml", "plan.yaml"]),
        ("conversion", ["assay", "convert", "shapes", "--force", "-o", "converted"]),
        ("shards", ["assay", "shard", "blind.yaml", "--shards", "1"]),
        ("part", ["assay", "work", "blind.yaml", "--stage", "labels", "--shard", "0"]),
        ("run", ["assay", "merge", "blind.yaml", "--stage", "labels"]),
    ]

    private func prepared() throws -> Workplace {
        let place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n0 1.2 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        let plan = "dataset: shapes/data.yaml\nimage_size: 96\nprobe: {folds: 2, epochs: 1, size: 64}\n"
        try place.folder.write(plan, to: "plan.yaml")
        try place.folder.write("dataset: shapes/data.yaml\nimage_size: 96\n", to: "blind.yaml")
        let data = place.text("shapes/data.yaml").replacing("val: ", with: "vla: ")
        try place.folder.write(data.replacing("images/", with: "shapes/images/"), to: "stopped.yaml")
        try place.folder.write(
            """
            {"format": "assay-decisions", "version": 1, "decisions": [{"id": "x", "decision": "accept", "image": "a", "line": 1,
            "kind": "class", "label": [0, 0.5, 0.5, 0.1, 0.1], "row": null}]}
            """, to: "decisions.json")
        for (name, rate) in [("fast", 0.02), ("slow", 0.01)] {
            let rows = (1...8).map { "\($0),\(4 - rate * Double($0 * $0)),\($0 == 7 ? "nan" : "2"),0.\($0)\n" }.joined()
            let head = "epoch,train/box_loss,val/box_loss,metrics/mAP50(B)\n"
            try place.folder.write(head + rows, to: "\(name)/results.csv")
            try place.folder.write("lr0: \(rate)\nepochs: 9\nseed: 0\nworkers: 8\n", to: "\(name)/args.yaml")
        }
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 96\ncurves: {runs: [fast, slow]}\n", to: "curved.yaml")
        for name in ["plan", "blind", "curved"] { _ = try place.run("assay", "run", "\(name).yaml") }
        for (from, to) in [("plan.yaml", "before.yaml"), ("plan.ledger.sqlite", "before.ledger.sqlite")] {
            try FileManager.default.copyItem(atPath: place.path + "/" + from, toPath: place.path + "/" + to)
        }
        try place.folder.write("0 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        // The part is there, so that each try says the same.
        _ = try place.run("assay", "shard", "blind.yaml", "--shards", "1")
        _ = try place.run("assay", "work", "blind.yaml", "--stage", "labels", "--shard", "0")
        return place
    }

    /// The same for the same value: members by name.
    private static func canonical(_ value: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    }

    @Test func outputsAreWhatTheirSchemasSay() throws {
        let place = try prepared()
        for (name, command) in Self.commands {
            let bare = try Executables.run(command[0], command.dropFirst() + ["--format", "json"], in: place.path)
            let whole = try Executables.run(command[0], command.dropFirst() + ["--format", "json-v2"], in: place.path)
            #expect(whole.status == bare.status && whole.status < 2, "\(command): \(whole.errors)")
            let faults = try schema(name).faults(of: whole.output)
            #expect(faults.isEmpty, "\(command): \(faults.prefix(3))\n\(whole.output.prefix(600))")
            // The rest of the envelope stands around the bare value.
            let object = try JSONSerialization.jsonObject(with: Data(whole.output.utf8)) as? [String: Any]
            let result = try #require(object?["result"])
            let value = try JSONSerialization.jsonObject(with: Data(bare.output.utf8))
            #expect(
                try Self.canonical(result) == Self.canonical(value) || name == "conversion",
                "\(command)\n\(bare.output)\(whole.output)")
        }
    }

    @Test func fixesAndUndo() throws {
        let place = try Workplace()
        try place.folder.write("0 0.5 0.5 0.3 0.3\n0 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        _ = try place.run("assay-labels", "shapes", "--fix")
        let outcome = try place.run("assay-labels", "undo", "shapes", "--format", "json-v2")
        #expect(try schema("undo").faults(of: outcome.output) == [], "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("shape00.txt"))
    }

    /// A schema that lets everything pass would pass, too.
    @Test(arguments: [
        ("findings", "\"code\": \"B001\"", "\"code\": 1"),
        ("findings", "\"severity\": \"error\"", "\"severity\": \"fatal\""),
        ("findings", "\"version\": 1", "\"version\": 2"), ("findings", "assay-findings", "assay-card"),
        ("findings", "\"line\": 1", "\"line\": 0"), ("findings", "\"message\"", "\"massage\""),
    ]) func whatDoesNotFitIsFound(name: String, part: String, replacement: String) throws {
        let place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        let text = try place.run("assay-labels", "shapes", "--no-cache", "--format", "json-v2").output
        #expect(text.contains(part))
        #expect(try schema(name).faults(of: text).isEmpty)
        #expect(try !schema(name).faults(of: text.replacing(part, with: replacement)).isEmpty)
    }

    /// Each kind of output has a schema, each schema a row in the documents, and nothing else lies there.
    @Test func everySchemaIsListed() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted()
        let page = FileManager.default.contents(
            atPath: SharedMaterial.checkout.appendingPathComponent("docs/schemas.md").path)
        let text = String(decoding: page ?? Data(), as: UTF8.self)
        let tried = Set(Self.commands.map(\.name) + ["undo"])
        #expect(Set(names) == Set(tried.map { "\($0).schema.json" }))
        for name in names { #expect(text.contains("](schemas/\(name))"), "\(name)") }
    }
}
