import ArgumentParser
import AuditPlan
import FileReading
import Foundation
import Synchronization
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
        signal(SIGPIPE, SIG_DFL)
        Interruption.watch()
        Self.arguments.withLock { $0 = arguments ?? Array(CommandLine.arguments.dropFirst()) }
        do {
            var parsed = try command.parseAsRoot(arguments)
            try parsed.run()
            end(.clean)
        } catch let status as ExitStatus {
            end(status)
        } catch let error as any UserFacingError {
            fail(error.description)
        } catch is CancellationError {
            fail("interrupted; nothing was left half-written")
        } catch {
            let code = command.exitCode(for: error)
            let message = command.fullMessage(for: error)
            if code == .success {
                print(message)
                end(.clean)
            }
            // What ArgumentParser adds, usage and help of the option, is for --help.
            let short = command.message(for: error)
            fail(short.isEmpty ? message : short)
        }
    }

    /// One line on stderr, and status 2.
    private static func fail(_ message: String) -> Never {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        FileHandle.standardError.write(Data("error: \(line)\n".utf8))
        end(.trouble)
    }

    private static func end(_ status: ExitStatus) -> Never {
        fflush(nil)
        exit(status.rawValue)
    }

    /// A line on stderr for people.
    public static func note(_ text: String, quiet: Bool = false) {
        if !quiet { FileHandle.standardError.write(Data((text + "\n").utf8)) }
    }

    /// What a stage shows, and status 1 where there is something to look at.
    public static func show(_ shown: StageOutput) throws {
        output(shown.text)
        if shown.hasFindings { throw ExitStatus.findings }
    }

    /// Text on stdout, as it is.
    public static func output(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

extension ExitStatus: Error {}
