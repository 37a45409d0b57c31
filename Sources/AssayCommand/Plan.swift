import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Foundation
import ToolOptions

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans of audits.", subcommands: [Init.self, Schema.self])

    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a new plan, with every setting explained.")

        @Argument(
            help: "The dataset's data.yaml, or its folder (default: the one that is found here).", completion: .file())
        var dataset: String?

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
        var format = OutputFormat.text

        @OptionGroup var common: CommonOptions

        func run() throws {
            let output = output?.path ?? "plan.yaml"
            guard ["yaml", "yml"].contains(Paths.suffix(of: output).lowercased()) else {
                throw ValidationError("--output must end in .yaml, as in: -o plan.yaml")
            }
            let dataset = try AuditInput.openDataset(dataset, saying: common)
            let opened = try common.session().dataset(dataset)
            var plan = try NewPlan(output, dataset: opened, named: dataset, shared, pretrained: pretrained?.path)
            if !force, FileManager.default.fileExists(atPath: output) {
                throw FileError(file: output, message: "exists already", wayOut: "name another file, or add --force")
            }
            if probe || pretrained != nil { plan.addProbe(pretrained.map { [("weights", $0.path)] } ?? []) }
            try plan.write()
            switch format {
            case .text: if !common.quiet { Tool.output("wrote \(output); now: assay run \(output)\n") }
            case .json, .jsonV2:
                try Tool.show(StageOutput(json: ["plan": Paths.absolute(output)]), .plan, as: format)
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
