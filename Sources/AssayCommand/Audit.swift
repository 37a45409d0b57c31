import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Foundation
import TextForms
import ToolOptions
import YOLODataset

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Audit a dataset by one command: make a plan beside the results, show it, run it.",
        discussion: """
            A plan that is there is run as it stands, and never overwritten: options that only make a new one are refused where \
            they say something else. Without weights, models are trained from scratch where --budget allows; what that costs \
            on this machine is measured and said first.
            """)

    @Argument(help: "A data.yaml, or the folder of one (default: the one that is found here).", completion: .file())
    var dataset: String?

    @Option("Pretrained weights of the models that judge, such as yolo11n.pt.")
    var pretrained: InputFile?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Judge every label by models that have not seen it (default: where --budget allows, or with --pretrained).")
    var probe: Bool?

    @Option("The time that training these models may take: decides their epochs.")
    var budget: TimeBudget = "10m"

    @OptionGroup var shared: SharedOptions

    @Option(name: .shortAndLong, "The folder of the plan and of all results.", otherwise: "assay-out/NAME-DIGEST")
    var output: InputFile?

    @Option("A suspicion of this probability or more makes the exit status 1, unless a person has rejected it.")
    var failOnSuspicions: Fraction?

    @Option("Text, or one JSON object with the results of every stage.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if probe == false, pretrained != nil {
            throw ValidationError("--pretrained is of the probe, which --no-probe leaves out; leave one out")
        }
    }

    func run() throws {
        let named = try AuditInput.openDataset(dataset, saying: common)
        let session = common.session()
        let opened = try session.dataset(named)
        let folder = output?.path ?? AuditPlace.folder(of: named)
        let path = folder + "/plan.yaml"
        if FileManager.default.fileExists(atPath: path) {
            try check(path, named)
            common.note("plan: \(path), as it stands")
        } else {
            try make(path, named, opened, session)
        }
        try ChainRun(path: path, session: session, format: format, common: common, least: failOnSuspicions).run()
    }

    /// Makes the plan, and says what is in it.
    private func make(_ path: String, _ named: String, _ opened: Dataset, _ session: AuditSession) throws {
        // Weights that cannot be used are refused before anything is measured.
        var plan = try NewPlan(path, dataset: opened, named: named, shared, pretrained: pretrained?.path)
        let choice = try JudgeChoice(
            opened,
            JudgeChoice.Wish(
                pretrained: pretrained?.path, weights: shared.model.weights?.path, probe: probe,
                budget: budget.seconds, seed: shared.seeding.number), session)
        if let probe = choice.probe { plan.addProbe(probe) }
        try plan.write()
        let splits = opened.splitNames.joined(separator: ", ")
        common.note("plan: \(path), yours to edit; it stays, and is run again as it stands")
        common.note(
            "  dataset  \(named): \(Counted.text(opened.classCount, "class")), \(splits), at \(shared.image.pixels) px")
        for (number, sentence) in choice.sentences.enumerated() {
            common.note("  \(Columns.left(number == 0 ? "judge" : "", 9))\(sentence)")
        }
    }

    /// Refuses a plan of another dataset, and options that say something else than the plan that is there.
    private func check(_ path: String, _ named: String) throws {
        let settings = try PlanFile.load(path).settings
        guard AuditPlace.isSame(settings.dataset, named) else {
            throw FileError(
                file: path, message: "is the plan of another dataset than \(named)",
                wayOut: "name another folder with --output")
        }
        let given = GivenOptions(of: Self.self)
        let there = try settings.sharedOptions()
        let probe: ProbeOptions = try settings.options()
        func same(_ file: InputFile?, _ other: InputFile?) -> Bool {
            file.map(\.path).map { Paths.absolute($0) } == other.map(\.path).map { Paths.absolute($0) }
        }
        let differing: [(option: String, differs: Bool)] = [
            ("size", shared.image.pixels != there.image.pixels),
            ("image-size", shared.image.pixels != there.image.pixels),
            ("weights", !same(shared.model.weights, there.model.weights)),
            ("seed", shared.seeding.seed != there.seeding.seed),
            ("pretrained", !settings.hasBlock(.probe) || !same(pretrained, probe.weights)),
            ("probe", !settings.hasBlock(.probe)), ("no-probe", settings.hasBlock(.probe)), ("budget", true),
        ]
        if let first = differing.first(where: { given.includes($0.option) && $0.differs }) {
            throw FileError(
                file: path, message: "is there already, and --\(first.option) would not change it",
                wayOut: "edit the plan, or make a new one with --output FOLDER")
        }
    }
}
