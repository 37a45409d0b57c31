import Foundation
import TestSupport
import Testing
import ToolOptions

/// No option of a command that takes a plan is ignored: each changes what the command says or writes, or is refused.
///
/// The options are those that the executables declare, so that a new one is tested from its first day.
@Suite struct OptionTests {
    /// A command that takes a plan, as the shell has it.
    struct Command: Sendable, CustomStringConvertible {
        let tool: String
        var name: String?
        let stage: StageName

        var description: String { [tool, name].compactMap(\.self).joined(separator: " ") }
        var start: [String] { [name].compactMap(\.self) }
    }

    static let commands = [
        Command(tool: "assay-labels", name: "check", stage: .labels),
        Command(tool: "assay-labels", name: "card", stage: .labels),
        Command(tool: "assay-labels", name: "verdicts", stage: .labels),
        Command(tool: "assay-anchors", stage: .anchors),
        Command(tool: "assay-probe", stage: .probe),
        Command(tool: "assay-toxic", name: "rank", stage: .toxic),
        Command(tool: "assay-curves", stage: .curves),
        Command(tool: "assay-report", name: "page", stage: .report),
    ]

    /// Of every command, and tested by themselves: they change nothing that is written, by design.
    /// They mean the same everywhere; `--memory` is tried by the files that ask for too much.
    static let uniform: Set<String> = ["jobs", "memory", "quiet", "help", "version"]

    private struct Dump: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable { var kind: String, name: String }
            var kind: String
            var names: [Name]?
            var abstract: String?

            var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map(\.name) }
        }
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
            var arguments: [Argument]?
        }
        var command: Command
    }

    /// The options that the executable itself says it has.
    private func declared(_ command: Command, in place: Workplace) throws -> [Dump.Argument] {
        let text = try Executables.run(command.tool, ["--experimental-dump-help"], in: place.path).output
        let top = try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
        let own = command.name.flatMap { name in top.subcommands?.first { $0.commandName == name } } ?? top
        return (own.arguments ?? []).filter { $0.kind != "positional" }
    }

    /// A dataset in which rules and judges have something to say, and what a run of its plan left.
    private func prepared() throws -> Workplace {
        let place = try Workplace()
        let labels = place.path + "/shapes/labels/train"
        let names = try FileManager.default.contentsOfDirectory(atPath: labels).sorted()
        let rows = [
            "0 0.99 0.5 0.1 0.2\n", "1 0.5 0.5 0.004 0.004\n", "1 0.5 0.5 0.9 0.008\n", "0 0.5 0.5 1 1\n",
            "2 0.3 0.3 0.2 0.2\n2 0.3 0.3 0.2 0.2\n", "2 0.6 0.6 0.3 0.3\n2 0.603 0.6 0.3 0.3\n", "0 1.2 0.5 0.1 0.1\n",
        ]
        for (name, row) in zip(names, rows) { try place.folder.write(row, to: "shapes/labels/train/\(name)") }
        // A sixth column in all the others: an error of the tool that wrote them.
        for name in names.dropFirst(rows.count) {
            let text = place.text("shapes/labels/train/\(name)").replacing("\n", with: " 0.9\n")
            try place.folder.write(text, to: "shapes/labels/train/\(name)")
        }
        try place.folder.write("", to: "empty.txt")
        // One spike: a warning.
        let losses = [4, 3.6, 3.3, 3.1, 2.9, 4.8, 2.8, 2.7, 2.6, 2.5].enumerated().map { "\($0 + 1),\($1)\n" }
        try place.folder.write("epoch,train/box_loss\n" + losses.joined(), to: "run/results.csv")
        let plan = """
            dataset: \(place.path)/shapes/data.yaml
            image_size: 128
            weights: \(place.path)/model.safetensors
            labels: {thresholds: {imbalance: 5}, severity: {B: warning, D: warning, F: warning, P: warning, I: note}}
            anchors: {folds: 2, splits: [train, val]}
            probe: {folds: 2, epochs: 2, size: 96, batch: 4, warm_up: 0.5, splits: [train, val]}
            toxic: {top: 3}
            curves: {runs: [\(place.path)/run], fail_on: error}
            report: {top: 4, suspicions: 6}

            """
        try place.folder.write(plan, to: "plan.yaml")
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        return place
    }

    /// What the command says and leaves, without digests of inputs: a setting that is digested and not used would change
    /// those alone.
    private func trace(_ place: Workplace, _ command: Command, _ options: [String]) throws -> (
        all: String, errors: String
    ) {
        let copy = try TemporaryFolder()
        for name in ["plan.yaml", "plan.assay", "plan.ledger.sqlite", "empty.txt", "shapes"] {
            // The dataset stays where it is, but for a command that writes into it.
            guard name != "shapes" || options.contains(where: { $0.contains("fix") }) else { continue }
            try FileManager.default.copyItem(atPath: place.path + "/" + name, toPath: copy.path + "/" + name)
        }
        if FileManager.default.fileExists(atPath: copy.path + "/shapes") {
            try copy.write(place.text("plan.yaml").replacing(place.path, with: copy.path), to: "plan.yaml")
            try FileManager.default.copyItem(
                atPath: place.path + "/model.safetensors", toPath: copy.path + "/model.safetensors")
        }
        // A server ends at the limit; all else long before it, whatever else the machine does.
        let outcome = try Executables.run(
            command.tool, command.start + ["plan.yaml"] + options, in: copy.path,
            limit: options.contains("--serve") ? 20 : 300)
        var all = ["\(outcome.status)", outcome.output.replacing(copy.path, with: "")]
        let names = FileManager.default.enumerator(atPath: copy.path)?.compactMap { $0 as? String } ?? []
        for name in names.sorted() where !name.hasSuffix("/lock") && name != "plan.yaml" {
            guard name.hasSuffix(".sqlite") else {
                let bytes = FileManager.default.contents(atPath: copy.path + "/" + name) ?? Data()
                all.append("\(name) \(bytes.count) \(bytes.hashValue)")
                continue
            }
            let dump = try LedgerDump.text(copy.path + "/" + name)
            all.append(dump.split(separator: "\n").filter { !$0.contains("finished.") }.joined(separator: "\n"))
        }
        return (all.joined(separator: "\n"), outcome.errors)
    }

    /// Values to try, until one has an effect.
    private func values(_ option: Dump.Argument, _ command: Command) -> [String] {
        let some = [
            "0.5", "1", "2", "3", "0", "96", "train", "B003", "B=note", "B009=error", "*=B", "min_side=0.1", "cls=2",
            "0.5..2", "0=3", "circle", "8,16", "10,20,30,40,50,60",
            Array(repeating: "9,9", count: 9).joined(separator: ","),
            "1s", "empty.txt", "yolov5s", "320x128",
        ]
        let settings = command.stage.options.blockSettings() + SharedOptions.declaredSettings()
        guard let setting = settings.first(where: { option.longNames.contains($0.names[0]) }) else {
            return some + (option.abstract ?? "").split { !($0.isLetter || $0 == "-") }.map(String.init)
        }
        var values = some
        switch setting.traits.form {
        case .words(let words): values = words
        case .whole(let range):
            values = [range.lowerBound + 1, range.lowerBound, range.lowerBound + 2].map(String.init)
        default: break
        }
        return values.filter { (try? setting.traits.check($0)) != nil }
    }

    /// A gate that passes because a split is misspelt is none.
    @Test(arguments: commands, ["nope", "train,nope", "test"])
    func splitsThatAreNotThereAreRefused(command: Command, splits: String) throws {
        let place = try Workplace()
        guard try declared(command, in: place).contains(where: { $0.longNames.contains("splits") }) else { return }
        try place.makePlan()
        for input in ["plan.yaml", "shapes/data.yaml"] {
            let weights =
                command.tool == "assay-toxic" && input != "plan.yaml" ? ["--weights", "model.safetensors"] : []
            let output = command.tool == "assay-probe" && input != "plan.yaml" ? ["--output", "probe"] : []
            let outcome = try Executables.run(
                command.tool, command.start + [input, "--splits", splits] + weights + output, in: place.path)
            #expect(outcome.status == 2 && outcome.errors.contains("train, val"), "\(command) \(input): \(outcome)")
        }
    }

    /// Settings of a plan hold for every command that takes it.
    @Test func aCommandThatTakesAPlanTakesItsSettings() throws {
        let place = try Workplace()
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 128\nlabels: {trainer: darknet, splits: val}\n", to: "plan.yaml")
        let card = try place.run("assay-labels", "card", "plan.yaml", "--format", "json").output
        #expect(
            card
                == (try place.run(
                    "assay-labels", "card", "shapes/data.yaml", "--format", "json", "--size", "128", "--splits", "val"))
                .output)
        let verdicts = try place.run("assay-labels", "verdicts", "plan.yaml").output
        #expect(
            verdicts
                == (try place.run(
                    "assay-labels", "verdicts", "shapes/data.yaml", "--trainer", "darknet", "--splits", "val")).output)
    }

    /// Severities are a dictionary, which has another order in every process.
    @Test func aPlanWithManySeveritiesIsUnchangedInEveryProcess() throws {
        let place = try Workplace()
        try place.folder.write(
            "dataset: shapes/data.yaml\nlabels: {severity: {B003: note, B009: note, F001: note, D009: note}}\n",
            to: "plan.yaml")
        _ = try place.run("assay", "run", "plan.yaml")
        for _ in 0..<5 {
            let errors = try place.run("assay", "run", "plan.yaml").errors
            for stage in ["labels", "anchors", "toxic", "report"] { #expect(errors.contains("\(stage): unchanged")) }
        }
    }

    /// Every command has these, and they mean the same.
    @Test func everyCommandHasTheOptionsOfAll() throws {
        let place = try Workplace()
        for tool in [
            "assay", "assay-labels", "assay-anchors", "assay-probe", "assay-toxic", "assay-curves", "assay-report",
        ] {
            let text = try Executables.run(tool, ["--experimental-dump-help"], in: place.path).output
            func check(_ command: Dump.Command, _ path: String) {
                let own = (command.subcommands ?? []).filter { $0.commandName != "help" }
                for sub in own { check(sub, path + " " + sub.commandName) }
                guard own.isEmpty else { return }
                let names = Set((command.arguments ?? []).flatMap(\.longNames))
                // A schema, a script and a page of the manual have one form; a picture's is told by its name.
                let hasNoFormat = ["assay plan schema", "assay-report plot", "assay completions", "assay manual"]
                    .contains(path)
                for name in ["jobs", "quiet", "seed", "format"] where name != "format" || !hasNoFormat {
                    #expect(names.contains(name), "\(path) has no --\(name)")
                }
            }
            check(try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command, tool)
        }
    }

    @Test func generatedDocumentsAreCurrent() throws {
        let docs = SharedMaterial.checkout.appendingPathComponent("docs").path
        let outcome = try Executables.run("generate-docs", [docs, "--check"], in: docs)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    }

    @Test(arguments: commands)
    func everyOptionBesideAPlanHasAnEffectOrIsRefused(command: Command) throws {
        let place = try prepared()
        let plain = try trace(place, command, [])
        #expect(try trace(place, command, []).all == plain.all, "two runs of \(command) differ")
        let options = try declared(command, in: place)
        let flags = Set(options.filter { $0.kind == "flag" }.flatMap(\.longNames))
        for option in options {
            guard let name = option.longNames.first, Self.uniform.isDisjoint(with: option.longNames) else { continue }
            // `--no-x` is tried with `--x`: one of them is the default.
            if name.hasPrefix("no-"), flags.contains(String(name.dropFirst(3))) { continue }
            let attempts =
                option.kind == "flag"
                ? ([name] + flags.filter { $0 == "no-\(name)" }).map { ["--\($0)"] }
                : values(option, command).map { ["--\(name)", $0] }
            var said: [String] = []
            let hasEffect = try attempts.contains { attempt in
                let tried = try trace(place, command, attempt)
                if tried.errors.contains("is invalid for") { return false }
                said.append("\(attempt.joined(separator: " ")): \(tried.errors)")
                let isNamed =
                    tried.errors.contains("--\(name)") || attempt.count == 2 && tried.errors.contains(attempt[1])
                return tried.all.hasPrefix("2") ? isNamed : tried.all != plain.all || isNamed
            }
            #expect(hasEffect, "\(command) --\(name) is ignored; tried: \(said)")
        }
    }
}
