import ArgumentParser
import AuditPlan
import CommandLineSupport
import FileReading
import Foundation
import ProbeTraining
import ToolOptions
import ToxicRanking
import YOLOModel

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans of audits.", subcommands: [Init.self, Schema.self])

    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a new plan, with every setting explained.")

        @Argument(help: "The dataset's data.yaml, or its folder.", completion: .file())
        var dataset = "."

        @OptionGroup var shared: SharedOptions

        @Flag(help: "Judge every label by a model that has not seen it: adds the probe stage.")
        var probe = false

        @Option("Pretrained weights of the probe, such as yolov5n.pt; implies --probe.")
        var pretrained: InputFile?

        @Option(name: .shortAndLong, "Where the plan goes.", otherwise: "plan.yaml")
        var output: InputFile?

        @Flag(help: "Overwrite a plan that is there already.")
        var force = false

        @Option("The form of the result.")
        var format = ResultFormat.text

        @OptionGroup var common: CommonOptions

        func run() throws {
            let output = output?.path ?? "plan.yaml"
            guard ["yaml", "yml"].contains(Paths.suffix(of: output).lowercased()) else {
                throw ValidationError("--output must end in .yaml, as in: -o plan.yaml")
            }
            let dataset = try AuditInput.openDataset(dataset)
            let opened = try common.session().dataset(dataset)
            if let weights = shared.model.weights?.path {
                let model = try DetectionModel.load(checkpoint: weights)
                _ = try ToxicRun.fitted(model, weights: weights, dataset: opened, imageSize: shared.image.pixels)
            }
            if let pretrained = pretrained?.path {
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
            var template = PlanTemplate(dataset: place(dataset), splits: opened.splits.map(\.name))
            template.set("image_size", to: "\(shared.image.pixels)")
            template.set("seed", to: shared.seeding.seed.description)
            if let weights = shared.model.weights?.path { template.set("weights", to: place(weights)) }
            template.hasProbe = probe || pretrained != nil
            if let pretrained { template.set("weights", of: .probe, to: place(pretrained.path)) }
            let schema = Paths.withoutSuffix(output) + ".assay/schema.json"
            template.schema = Paths.relative(Paths.absolute(schema), to: folder)
            try Folders.make(Paths.directory(of: schema))
            try AtomicFile.write(PlanSchema.text, to: schema)
            try AtomicFile.write(template.text, to: output)
            switch format {
            case .text: if !common.quiet { Tool.output("wrote \(output); now: assay run \(output)\n") }
            case .json: try Tool.show(StageOutput(json: ["plan": Paths.absolute(output)]))
            }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The JSON Schema of a plan, by which editors complete and check it.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var idle: IdleSeedOption

        func run() throws {
            idle.say(common)
            Tool.output(written: PlanSchema.text)
        }
    }
}
