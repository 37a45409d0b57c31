import ArgumentParser
import CommandHelp
import CommandLineSupport
import ToolOptions

struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The script by which a shell completes the command lines of all tools.",
        discussion: CompletedShell.allCases.map { "\($0.rawValue): \($0.installation)" }.joined(separator: "\n"))

    @Argument(
        help: "bash, zsh or fish.", completion: .list(CompletedShell.allCases.map(\.rawValue)),
        transform: { text in
            guard let shell = CompletedShell(rawValue: text) else {
                throw ValidationError("there is no script for “\(text)”; name bash, zsh or fish")
            }
            return shell
        })
    var shell: CompletedShell

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        Tool.output(written: shell.script(["assay"] + StageName.allCases.map(\.executable)))
    }
}
