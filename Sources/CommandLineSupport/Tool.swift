import ArgumentParser
import FileReading
import Foundation

/// Options that every executable has.
public struct CommonOptions: ParsableArguments {
    @Option(help: "Worker threads (default: all cores). Results do not depend on it.")
    public var jobs: Int = WorkerPool.defaultJobs

    @Flag(name: .shortAndLong, help: "No progress and no notes on stderr.")
    public var quiet = false

    public init() {}

    public func validate() throws {
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 1024") }
    }
}

/// Starts an executable: parses arguments, runs, and turns errors into one line and a status.
public enum Tool {
    /// Runs a command and ends the process.
    public static func main(_ command: (some ParsableCommand).Type, arguments: [String]? = nil) -> Never {
        signal(SIGPIPE, SIG_DFL)
        Interruption.watch()
        ParentWatch.start()
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
            FileHandle.standardError.write(Data((message + "\n").utf8))
            end(.trouble)
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

    /// Text on stdout, as it is.
    public static func output(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

extension ExitStatus: Error {}
