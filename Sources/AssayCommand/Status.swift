import ArgumentParser
import AuditPlan
import CommandLineSupport
import FileReading
import Foundation
import TextForms
import ToolOptions

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How each stage of a plan stands: current, or stale and why; when it ran, and what it found.",
        discussion:
            "Runs nothing. Exit status: 0 all is current, 1 a run would run a stage, 2 wrong usage or environment.")

    @OptionGroup var input: PlanArgument

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var torch: TorchOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let path = try input.path(saying: common)
        try torch.check(in: path)
        let plan = try PlanFile.load(path)
        let stages = try ChainRun.chain.status(plan, common.session())
        switch format {
        case .text:
            Tool.output(stages.map(Self.text).joined())
            if stages.contains(where: \.isDue) { Tool.output("next: assay run \(ShellWord.quoted(path))\n") }
        case .json, .jsonV2:
            Tool.output(json: Self.json(plan, stages), .status, hasEnvelope: format == .jsonV2)
        }
        if stages.contains(where: \.isDue) { throw ExitStatus.findings }
    }

    private static func text(_ it: StageStatus) -> TerminalText {
        let stage = Columns.left(it.stage.rawValue, 9)
        let time = it.finished.map { local($0) } ?? Figure.none
        let reasons = it.reasons.map { "\(Columns.left("", 26))because \($0)\n" as TerminalText }.joined()
        guard let found = it.found else { return "\(stage)\(it.state.rawValue)\n" + reasons }
        return "\(stage)\(Columns.left(it.state.rawValue, 17))\(Columns.left(time, 18))\(found)\n" + reasons
    }

    /// As a person at this machine writes it, to the minute.
    private static func local(_ date: Date) -> String { stamp(date, "%Y-%m-%d %H:%M", isLocal: true) }

    private static func stamp(_ date: Date, _ form: String, isLocal: Bool) -> String {
        var seconds = time_t(clamping: Int(clamping: date.timeIntervalSince1970))
        var parts = tm()
        if isLocal { localtime_r(&seconds, &parts) } else { gmtime_r(&seconds, &parts) }
        var text = [CChar](repeating: 0, count: 40)
        let count = strftime(&text, text.count, form, &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func json(_ plan: PlanFile, _ stages: [StageStatus]) -> String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("plan", plan.path)
            json.array("stages", .lines) { json in
                for it in stages {
                    json.object { json in
                        json.member("stage", it.stage.rawValue)
                        json.member("state", it.state.rawValue)
                        json.member("reasons", it.reasons)
                        json.member("finished", it.finished.map { stamp($0, "%Y-%m-%dT%H:%M:%SZ", isLocal: false) })
                        json.member("found", it.found)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }
}
