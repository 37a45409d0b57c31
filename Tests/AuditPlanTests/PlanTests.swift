import AuditPlan
import FileReading
import Foundation
import TestSupport
import Testing
import ToolOptions

@Suite struct PlanTests {
    @Test func templateReadsBackAsItsDefaults() throws {
        let folder = try TemporaryFolder()
        var template = PlanTemplate(dataset: "d/data.yaml", splits: ["train", "val"])
        template.included = Set(StageName.allCases.filter(\.isOptional))
        let settings = try PlanFile.load(try folder.write(template.text, to: "plan.yaml")).settings
        #expect(settings.dataset == folder.path + "/d/data.yaml")
        func matches<Options: StageOptions>(_ type: Options.Type) throws -> Bool {
            try settings.options(type).settingContents == Options.parse([]).settingContents
        }
        for stage in StageName.allCases {
            #expect(settings.hasBlock(stage))
            #expect(try matches(stage.options), "\(stage)")
            // Every setting that there is stands in the template.
            for setting in stage.options.blockSettings() {
                #expect(template.text.contains("\n  \(setting.key): "), "\(stage).\(setting.key)")
            }
        }
    }

    /// The block stands there as a comment.
    @Test func theClusterOfATemplateReadsBackAsItsDefaults() throws {
        let folder = try TemporaryFolder()
        let lines = PlanTemplate(dataset: "d.yaml", splits: ["train"]).text.split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "# cluster:"))
        let text = (lines[..<start] + lines[start...].map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0 })
            .joined(separator: "\n")
        let settings = try PlanFile.load(try folder.write(text, to: "plan.yaml")).settings
        #expect(try settings.cluster()?.settingContents == ClusterOptions.parse([]).settingContents)
        for setting in ClusterOptions.declaredSettings() { #expect(text.contains("\n  \(setting.key): ")) }
        // Another engine needs no other line of it removed.
        let other = text.replacing("engine: none", with: "engine: command")
            .replacing("command: null", with: "command: '{work} --shard {index}'")
        #expect(throws: Never.self) { try PlanFile.load(try folder.write(other, to: "other.yaml")) }
    }

    @Test(arguments: [
        ("engine: command", "there is none"), ("{engine: command, command: '{work}'}", "which shards"),
        ("{engine: command, command: '{work} {indices}', workers: 2, shards: 4}", "cluster.workers has no effect"),
        ("{engine: command, command: '{plan} {stage} {index}', cpus: 2}", "cluster.cpus has no effect"),
        ("{engine: command, command: '{plan} {stage} {index}', program: a}", "cluster.program has no effect"),
        ("{engine: slurm, command: '{work} {index}'}", "cluster.command has no effect"),
        ("{engine: command, command: '{work} {index}', time: 2h}", "it is of slurm and kubernetes"),
        ("{engine: kubernetes, volumes: {a: /b}}", "no image"), ("{engine: kubernetes, image: a}", "no volumes"),
        ("{engine: kubernetes, image: a, volumes: {a: b}}", "absolute"), ("{namespace: A b}", "lower-case"),
        ("{engine: slurm, image: a}", "it is of kubernetes"), ("{time: soon}", "10m"),
        ("{engine: slurm, partition: a b}", "partition"), ("{engine: slurm, options: [-p]}", "long option"),
        ("{engine: fortran}", "none"), ("{shards: 0}", "auto"), ("{shards: many}", "auto"),
        ("{stages: [anchors]}", "cannot be divided"), ("{stages: [labels, labels]}", "twice"), ("{nodes: 3}", "nodes"),
        ("[1]", "must be a block"), ("{workers: 0}", "1"), ("{retries: -1}", "0"),
    ])
    func whatAClusterCannotBeIsRefusedByLine(block: String, says: String) throws {
        let folder = try TemporaryFolder()
        let text = "dataset: d.yaml\nseed: 1\ncluster: \(block.hasPrefix("e") ? "{\(block)}" : block)\n"
        let error = #expect(throws: FileError.self) { try PlanFile.load(try folder.write(text, to: "plan.yaml")) }
        #expect(error?.line == 3 && error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    /// It is no setting of a stage: whatever it says, nothing runs again.
    @Test func theClusterIsNoArgumentOfAStage() throws {
        let folder = try TemporaryFolder()
        func arguments(_ more: String) throws -> [[String]] {
            let plan = try PlanFile.load(try folder.write("dataset: d.yaml\n" + more, to: "plan.yaml"))
            return StageName.allCases.map { plan.settings.arguments(of: $0) }
        }
        #expect(
            try arguments("") == arguments("cluster: {engine: command, command: '{work} --shard {index}', shards: 9}\n")
        )
        let plan = try PlanFile.load(
            try folder.write("dataset: d.yaml\ncluster: {shards: 9, workers: 3, stages: toxic}\n", to: "plan.yaml"))
        let cluster = try #require(try plan.settings.cluster())
        #expect(cluster.shards.count == 9 && cluster.workersAtOnce == 3 && cluster.stages.stages == [.toxic])
        #expect(cluster.engine == .none && cluster.automaticShards(images: 100_000) == 12)
        #expect(cluster.automaticShards(images: 257) == 2 && cluster.automaticShards(images: 0) == 1)
    }

    @Test func aTemplateNamesTheSplitsThatThereAre() throws {
        var template = PlanTemplate(dataset: "d.yaml", splits: ["train"])
        template.set("seed", to: "7")
        #expect(template.text.contains("  splits: [train]  #") && !template.text.contains("[train, val]"))
        #expect(template.text.contains("\nseed: 7  #"))
    }

    /// Editors read it: it must be JSON, and know what plans know.
    @Test func theSchemaIsThatOfThePlan() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(PlanSchema.text.utf8)) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        for stage in StageName.allCases {
            let block = try #require(properties[stage.rawValue] as? [String: Any])
            let known = try #require(block["properties"] as? [String: Any])
            #expect(Set(known.keys) == Set(stage.options.blockSettings().map(\.key)))
        }
        #expect(properties["image_size"] != nil && properties["seed"] != nil && properties["weights"] != nil)
    }

    @Test(arguments: [
        "dataset: d.yaml", "dataset: d.yaml\r\n# ünï\t\r\n", "dataset: d.yaml\n\n\n", "# c\ndataset: d.yaml # x",
    ])
    func resultsLeaveThePersonsPartAlone(persons: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(persons, to: "plan.yaml")
        let result = StageResult(
            status: .done, inputs: "12", outputs: ["a \"b\".csv"],
            summary: [
                .init("count", 3), .init("loss", 0.1), .init("text", "yes: no"), .init("list", yaml: "[1, \"x\"]"),
            ])
        try PlanFile.load(path).saving(result, of: .toxic)
        let once = try FileReading.bytes(ofFile: path)
        try PlanFile.load(path).saving(result, of: .toxic)
        #expect(try FileReading.bytes(ofFile: path) == once)
        #expect(once.starts(with: Array(persons.utf8)))
        let plan = try PlanFile.load(path)
        #expect(plan.results[.toxic] == result)
        #expect(plan.summary(.toxic, "text")?.string == "yes: no" && plan.summary(.toxic, "loss")?.double == 0.1)
    }

    @Test func resultsOfAPersonAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\nresults: {}\n", to: "plan.yaml")
        #expect(throws: FileError.self) { try PlanFile.load(path) }
    }

    @Test(arguments: [
        "image_size: big", "seed: -1", "labels: {images: all}", "toxic: {splits: [dev]}", "anchors: 9",
        "seed: 1\nseed: 2", "labels: {severity: {XYZ: note}}", "labels: {severity: {B003: grave}}",
        "labels: {thresholds: {min_syde: 2}}", "labels: {thresholds: {min_side: -2}}", "labels: {select: [Q]}",
        "labels: {ignore_at: {\"a/*\": [B, Q]}}", "anchors: {folds: 1}", "anchors: {scales: wide}",
        "anchors: {class_weights: heavy}", "anchors: {splits: []}", "probe: {gains: {bax: 1}}",
        "probe: {warm_up: -1}", "probe: {budget: soon}", "toxic: {backend: gpu}", "report: {tap: 1}",
        // A library is a program: a plan cannot say where it is.
        "torch: /tmp/torch", "toxic: {torch: /tmp/torch}", "probe: {torch: /tmp/torch}",
        "toxic: {backend: /tmp/torch}",
    ])
    func wrongSettingsNameTheirLine(line: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n\(line)\n", to: "plan.yaml")
        do {
            _ = try PlanFile.load(path)
            Issue.record("loaded")
        } catch {
            #expect([2, 3].contains((error as? FileError)?.line))
        }
    }

    @Test func twoToolsDoNotShareAPlan() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("dataset: d.yaml\n", to: "plan.yaml")
        let done = StageResult(status: .done, inputs: "", summary: [])
        _ = try StageRunner.run(
            .labels, plan: path, inputs: { _ in .of("x") },
            body: { _ in
                #expect(throws: FileError.self) {
                    try StageRunner.run(.anchors, plan: path, inputs: { _ in .of("y") }, body: { _ in done })
                }
                return done
            })
    }
}
