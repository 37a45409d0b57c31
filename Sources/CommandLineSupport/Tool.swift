import ArgumentParser
import AuditPlan
import CommandHelp
import FileReading
import Foundation
import Synchronization
import TextForms
import ToolOptions

/// Starts an executable: parses arguments, runs, and turns errors into one line and a status.
public enum Tool {
    private static let arguments = Mutex<[String]>([])

    /// The arguments of the running command, without the names of subcommands.
    static func arguments(of command: (some ParsableCommand).Type) -> [String] {
        let all = arguments.withLock { $0 }
        let name = command.configuration.commandName ?? "\(command)".lowercased()
        return all.first == name ? Array(all.dropFirst()) : all
    }

    /// Runs a command and ends the process.
    public static func main(_ command: (some ParsableCommand).Type, arguments: [String]? = nil) -> Never {
        StandardStream.hold()
        signal(SIGPIPE, SIG_DFL)
        Interruption.watch()
        let given = arguments ?? Array(CommandLine.arguments.dropFirst())
        if given.first == Completion.question { complete(command, Array(given.dropFirst())) }
        Self.arguments.withLock { $0 = given }
        do {
            var parsed = try command.parseAsRoot(arguments)
            do {
                try parsed.run()
            } catch let status as ExitStatus {
                // Findings of what could be read are no answer where something could not.
                try MachineFaults.check()
                throw status
            }
            try MachineFaults.check()
            end(.clean)
        } catch let status as ExitStatus {
            end(status)
        } catch let again as TryAgain {
            fail(again.reason, .again)
        } catch let error as any UserFacingError {
            fail(error.description)
        } catch is CancellationError {
            fail("interrupted; nothing was left half-written")
        } catch {
            let code = command.exitCode(for: error)
            let message = command.fullMessage(for: error)
            if code == .success {
                output(written: message + "\n")
                end(.clean)
            }
            // What ArgumentParser adds, usage and help of the option, is for --help.
            let short = command.message(for: error)
            fail(short.isEmpty ? message : short)
        }
    }

    /// Answers a shell that completes a command line, and ends the process.
    private static func complete(_ command: (some ParsableCommand).Type, _ words: [String]) -> Never {
        guard let tree = try? CommandTree(dump: command._dumpHelp()) else { end(.trouble) }
        output(written: Completion(tree, words: words, also: StageName.words(of: tree.name)).text)
        end(.clean)
    }

    /// One line on stderr, and status 2 or another that is no success.
    public static func fail(_ message: String, _ status: ExitStatus = .trouble) -> Never {
        // ArgumentParser writes several lines; whatever else it repeats of the command line is shown as it is.
        let line = message.split(separator: "\n").joined(separator: " ")
        note("error: \(line)")
        end(status)
    }

    private static func end(_ status: ExitStatus) -> Never {
        fflush(nil)
        exit(status.rawValue)
    }

    /// A line on stderr for people.
    public static func note(_ text: TerminalText, quiet: Bool = false) {
        guard !quiet else { return }
        ProgressLine.clear()
        StandardStream.error.write(text + "\n")
    }

    /// What a stage shows, and status 1 where there is something to look at.
    public static func show(_ shown: StageOutput) throws {
        output(shown.text)
        if shown.hasFindings { throw ExitStatus.findings }
    }

    /// Text on stdout.
    public static func output(_ text: TerminalText) {
        ProgressLine.clear()
        StandardStream.output.write(text)
    }

    /// What one of our own writers has made, on stdout: lines for people, JSON, CSV, XML or YAML.
    public static func output(written text: String) { output(TerminalText(written: text)) }
}

extension ExitStatus: Error {}
