import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Foundation
import ToxicRanking
import YOLODataset
import YOLOModel

@main struct AssayMain {
    static func main() {
        // `assay labels …` starts `assay-labels …`, as git does.
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let first = arguments.first, StageName(rawValue: first) != nil {
            Siblings.replaceProcess(by: "assay-\(first)", arguments: Array(arguments.dropFirst()))
        }
        Tool.main(Assay.self)
    }
}

struct Assay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay", abstract: "Audit a YOLO dataset before anyone spends GPU hours on it.",
        discussion: """
            assay labels, anchors, probe, toxic and report start the tools of those names.
            Exit status: 0 clean, 1 findings, 2 wrong usage or environment.
            """,
        version: assayVersion, subcommands: [Plan.self, Run.self])
}

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plans of audits.", subcommands: [Init.self])

    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a new plan, with every setting explained.")

        @Argument(help: "The dataset's data.yaml.", completion: .file())
        var dataset: String

        @Option(help: "A checkpoint trained on this dataset.", completion: .file())
        var weights: String?

        @Option(help: "Side of the training image in pixels.")
        var size = 640

        @Flag(help: "Judge every label by a model that has not seen it: adds the probe stage.")
        var probe = false

        @Option(help: "Pretrained weights of the probe, such as yolov5n.pt; implies --probe.", completion: .file())
        var pretrained: String?

        @Option(name: .shortAndLong, help: "Where the plan goes.", completion: .file())
        var output = "plan.yaml"

        @Flag(help: "Overwrite a plan that is there already.")
        var force = false

        func validate() throws {
            guard (32...8192).contains(size) else { throw ValidationError("--size must be from 32 to 8192") }
            guard ["yaml", "yml"].contains(Paths.suffix(of: output).lowercased()) else {
                throw ValidationError("--output must end in .yaml, as in: -o plan.yaml")
            }
        }

        func run() throws {
            let opened = try Dataset.open(dataset)
            if let weights {
                let model = try DetectionModel.load(checkpoint: weights)
                try ToxicRun.check(model, weights: weights, dataset: opened, imageSize: size)
            }
            if let pretrained {
                _ = try StartingModel(
                    weights: pretrained, classCount: opened.classCount, classNames: opened.classNames, seed: 0)
            }
            if !force, FileManager.default.fileExists(atPath: output) {
                throw FileError(file: output, message: "exists already", wayOut: "name another file, or add --force")
            }
            let folder = Paths.directory(of: Paths.absolute(output))
            func place(_ path: String) -> String {
                path.hasPrefix("/") ? path : Paths.relative(Paths.absolute(path), to: folder)
            }
            let text = PlanFile.template(
                dataset: place(dataset), weights: weights.map(place), imageSize: size,
                probe: probe || pretrained != nil ? .some(pretrained.map(place)) : nil)
            try AtomicFile.write(text, to: output)
            Tool.output("wrote \(output); now: assay run \(output)\n")
        }
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run every stage of a plan: labels, anchors, probe, toxic, report. Unchanged stages are skipped.")

    @Argument(help: "The plan.", completion: .file())
    var plan: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        // What is wrong with the inputs is said before anything is written.
        let loaded = try PlanFile.load(plan)
        let dataset = try Dataset.open(loaded.settings.dataset)
        if let weights = loaded.settings.weights {
            let model = try DetectionModel.load(checkpoint: weights)
            try ToxicRun.check(model, weights: weights, dataset: dataset, imageSize: loaded.settings.imageSize)
        }
        var worst: Int32 = 0
        for stage in StageName.allCases where stage != .probe || loaded.settings.probe != nil {
            var arguments = [plan, "--jobs", String(common.jobs)]
            if common.quiet { arguments.append("--quiet") }
            Tool.note("— \(stage.rawValue)", quiet: common.quiet)
            let status = try Siblings.run(stage.executable, arguments: arguments)
            guard status == 0 || status == 1 else { throw ExitStatus.trouble }
            worst = max(worst, status)
            if Interruption.isRequested { throw CancellationError() }
        }
        if worst == 1 { throw ExitStatus.findings }
    }
}
