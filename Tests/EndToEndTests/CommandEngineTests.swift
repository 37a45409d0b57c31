import Foundation
import TestSupport
import Testing

/// `assay run` has commands of the user's make the parts of a stage, and makes of them what one machine makes.
@Suite struct CommandEngineTests {
    @Test(arguments: [
        "{work} --shard {index}/{shards}", "{assay} work {plan} --stage {stage} --jobs {cpus} --shard {index}",
        "for i in {indices}; do {work} --shard $i || exit 1; done",
        "while read -r i; do {work} --shard $i </dev/null || exit 1; done <{file}",
        "SLURM_ARRAY_TASK_ID={index} {work}",
    ])
    func theSameBytesByAnyCommand(command: String) throws {
        let place = try ClusterPlace()
        try place.makePlan("engine: command", "shards: 5", "command: '\(command)'")
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("labels: 5 shards by") && outcome.errors.contains("toxic: 5 shards by"))
        let again = try place.run("run", "plan.yaml", status: 1)
        #expect(again.errors.contains("labels: unchanged") && !again.errors.contains("shards"), "\(again.errors)")
    }

    /// A folder with a blank and a quote in its name.
    @Test func aPlanMayBeAnywhere() throws {
        let place = try ClusterPlace()
        try FileManager.default.createDirectory(atPath: place.path + "/it's here", withIntermediateDirectories: true)
        try place.place.folder.write(
            "dataset: ../shapes/data.yaml\ncluster: {engine: command, shards: 2, command: '{work} --shard {index}'}\n",
            to: "it's here/plan.yaml")
        let outcome = try place.run("run", "it's here/plan.yaml", "--only", "labels", status: 1)
        #expect(outcome.errors.contains("2 shards"), "\(outcome.errors)")
        #expect(place.place.text("it's here/plan.assay/findings.json") == place.plain["findings.json"])
    }

    @Test func onlyWhatIsMissingIsMade() throws {
        let place = try ClusterPlace()
        try place.makePlan(
            "engine: command", "shards: 6", "command: 'echo {stage} {index} >>started; {work} --shard {index}'")
        let shard = try place.run("shard", "plan.yaml", status: 0)
        #expect(shard.output.contains("6 shards"))
        for index in [0, 3] {
            try place.run("work", "plan.yaml", "--stage", "labels", "--shard", "\(index)", status: 0)
        }
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("labels: the parts of 2 shards are there already"), "\(outcome.errors)")
        let labels = place.lines("started").filter { $0.hasPrefix("labels") }
        #expect(Set(labels) == Set([1, 2, 4, 5].map { "labels \($0)" }) && labels.count == 4)
    }

    /// Each worker is killed at its first try.
    @Test func whatIsKilledIsTriedAgain() throws {
        let place = try ClusterPlace()
        let command = "[ -e t-{stage}-{index} ] || { touch t-{stage}-{index}; kill -9 $$; }; {work} --shard {index}"
        try place.makePlan("engine: command", "shards: 3", "retries: 0", "command: '\(command)'")
        let failed = try place.run("run", "plan.yaml", status: 2)
        let line = failed.errors.split(separator: "\n").last ?? ""
        #expect(line.hasPrefix("error: plan.yaml: labels: the shards 0-2 still have no part after one try"), "\(line)")
        #expect(line.contains("signal 9") && line.contains("run again"), "\(line)")
        #expect(!place.place.text("plan.yaml").contains("results:"))
        try place.makePlan("engine: command", "shards: 3", "retries: 1", "command: '\(command)'")
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("toxic: again, 3 shards by"), "\(outcome.errors)")
    }

    /// Another try would say the same.
    @Test(arguments: [
        ("echo no such room >&2; exit 2 # {work} {index}", "no such room"),
        ("nosuchprogram {work} {index}", "nosuchprogram"),
        ("nosuchprogram {work} {indices}", "nosuchprogram"), ("{work} --shard {index}/99", "the manifest has 4 shards"),
    ])
    func whatStaysWrongIsNotTriedAgain(command: String, says: String) throws {
        let place = try ClusterPlace()
        try place.makePlan("engine: command", "shards: 4", "workers: 1", "command: 'echo >>tries; \(command)'")
        if command.contains("indices") {
            try place.makePlan("engine: command", "shards: 4", "command: 'echo >>tries; \(command)'")
        }
        let outcome = try place.run("run", "plan.yaml", status: 2)
        let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1 && errors[0].contains(says) && errors[0].contains("labels"), "\(outcome.errors)")
        #expect(place.place.text("tries") == "\n")
    }

    @Test func aPartWithAFlippedBitIsMadeAgain() throws {
        let place = try ClusterPlace()
        try place.makePlan("engine: command", "shards: 3", "command: 'echo {index} >>started; {work} --shard {index}'")
        try place.run("shard", "plan.yaml", status: 0)
        for index in 0..<3 { try place.run("work", "plan.yaml", "--stage", "labels", "--shard", "\(index)", status: 0) }
        let part = try place.parts() + "/1-of-3.part"
        var bytes = try #require(FileManager.default.contents(atPath: part))
        // The header is whole: only who reads the contents can tell.
        bytes[bytes.count - 40] ^= 4
        try bytes.write(to: URL(fileURLWithPath: part))
        let outcome = try place.run("run", "plan.yaml", "--only", "labels", status: 1)
        #expect(outcome.errors.contains("the part 1 is damaged") && outcome.errors.contains("made again"))
        #expect(place.lines("started") == ["1"])
        try place.runsAsOneMachine()
        // Without another try it is said, and nothing is changed.
        try place.makePlan("engine: command", "shards: 3", "retries: 0", "command: 'true {work} {index}'", name: "once")
        try place.run("shard", "once.yaml", status: 0)
        for index in 0..<3 { try place.run("work", "once.yaml", "--stage", "labels", "--shard", "\(index)", status: 0) }
        let other = try place.parts("labels", "once") + "/1-of-3.part"
        bytes = try #require(FileManager.default.contents(atPath: other))
        bytes[bytes.count - 40] ^= 4
        try bytes.write(to: URL(fileURLWithPath: other))
        let refused = try place.run("run", "once.yaml", "--only", "labels", status: 2)
        #expect(
            refused.errors.contains("error: ") && refused.errors.contains("the part 1 is damaged"), "\(refused.errors)")
    }

    @Test(arguments: ["{index}", "{indices}"])
    func ctrlCEndsTheCommands(which: String) throws {
        let place = try ClusterPlace()
        try place.makePlan(
            "engine: command", "shards: 2", "command: 'echo $$ >pid.new; mv pid.new pid; sleep 1000; {work} \(which)'")
        let process = try place.start("run", "plan.yaml")
        place.wait(for: "pid")
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(place.place.text("errors").contains("interrupted"))
        let id = try #require(pid_t(place.lines("pid")[0]))
        // Whoever takes in orphans may take a moment.
        for _ in 0..<1000 where kill(-id, 0) == 0 { usleep(10_000) }
        #expect(kill(-id, 0) != 0 && errno == ESRCH)
        // Run again, it goes on.
        try place.makePlan("engine: command", "shards: 2", "command: '{work} --shard {index}'")
        try place.runsAsOneMachine()
    }

    @Test func aRunThatWasKilledIsTakenUp() throws {
        let place = try ClusterPlace()
        let command = "{work} --shard {index}; [ -e go ] || { touch one; until [ -e go ]; do sleep 0.05; done; }"
        try place.makePlan("engine: command", "shards: 4", "workers: 1", "command: '\(command)'")
        let process = try place.start("run", "plan.yaml")
        place.wait(for: "one")
        kill(process.processIdentifier, SIGKILL)
        try place.place.folder.write("", to: "go")
        process.waitUntilExit()
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("labels: the parts of 1 shard are there already"), "\(outcome.errors)")
    }

    @Test func twoRunsOfAPlanDoNotMeet() throws {
        let place = try ClusterPlace()
        let command = "touch here; until [ -e go ]; do sleep 0.05; done; {work} --shard {index}"
        try place.makePlan("engine: command", "shards: 2", "command: '\(command)'")
        let process = try place.start("run", "plan.yaml")
        place.wait(for: "here")
        let other = try place.run("run", "plan.yaml", status: 2)
        #expect(other.errors.contains("another assay run follows the workers of this plan"), "\(other.errors)")
        try place.place.folder.write("", to: "go")
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        try place.isAsOneMachine()
    }

    /// The parts are of what was listed.
    @Test func aDatasetThatChangesMeanwhileIsSaid() throws {
        let place = try ClusterPlace()
        let command = "{work} --shard {index}; echo 0 0.4 0.4 0.2 0.2 >shapes/labels/val/shape03.txt"
        try place.makePlan("engine: command", "shards: 2", "command: '\(command)'")
        let outcome = try place.run("run", "plan.yaml", status: 2)
        #expect(outcome.errors.contains("has changed since it was listed"), "\(outcome.errors)")
        #expect(!place.place.text("plan.yaml").contains("results:"))
    }

    @Test func whatDoesNotReachTheWorkersIsRefused() throws {
        let place = try ClusterPlace()
        let cluster = ["engine: command", "shards: 2", "command: '{work} --shard {index}'"]
        try place.makePlan(cluster[0], cluster[1], cluster[2])
        #expect(try place.run("run", "plan.yaml", "--seed", "3", status: 2).errors.contains("--seed"))
        try place.makePlan(cluster[0], cluster[1], cluster[2], more: "toxic: {gradient_of_share: true}\n")
        let shares = try place.run("run", "plan.yaml", status: 2)
        #expect(shares.errors.contains("cluster.stages") && !place.place.text("plan.yaml").contains("results:"))
        try place.makePlan(
            cluster[0], cluster[1], cluster[2], "stages: labels", more: "toxic: {gradient_of_share: true}\n")
        let labels = try place.run("run", "plan.yaml", status: 1)
        #expect(labels.errors.contains("labels: 2 shards") && !labels.errors.contains("toxic: 2 shards"))
        try place.makePlan("engine: none", cluster[1], cluster[2], name: "solo")
        let solo = try place.runsAsOneMachine("solo", isAllowed: false)
        #expect(solo.errors.contains("cluster.engine is none"))
        #expect(try place.run("run", "solo.yaml", status: 2).errors.contains("--cluster has no effect"))
        #expect(try place.run("run", "plain.yaml", status: 2).errors.contains("--cluster has no effect"))
    }

    /// A plan may come with a dataset from a stranger.
    @Test(arguments: [
        ["engine: command", "command: 'touch started; {work} --shard {index}'"],
        ["engine: slurm", "program: ./stranger"],
    ])
    func aPlanStartsNothingByItself(block: [String]) throws {
        let place = try ClusterPlace()
        try place.place.folder.write("touch started\n", to: "stranger")
        try place.makePlan(block[0], block[1])
        for arguments in [["run", "plan.yaml"], ["run", "plan.yaml", "--only", "labels"]] {
            let outcome = try Executables.run("assay", arguments, in: place.path)
            #expect(outcome.status == 2 && outcome.errors.contains("--cluster"), "\(outcome.errors)")
            #expect(outcome.errors.contains(block[0].contains("slurm") ? "./stranger" : "touch started"))
        }
        #expect(!FileManager.default.fileExists(atPath: place.path + "/started"))
        #expect(!place.place.text("plan.yaml").contains("results:"))
        // What no worker does needs no leave.
        let anchors = try Executables.run("assay", ["run", "plan.yaml", "--only", "anchors"], in: place.path)
        #expect(anchors.status != 2, "\(anchors.errors)")
        let idle = try Executables.run("assay", ["run", "plan.yaml", "--only", "anchors", "--cluster"], in: place.path)
        #expect(idle.status == 2 && idle.errors.contains("has no effect"))
    }
}
