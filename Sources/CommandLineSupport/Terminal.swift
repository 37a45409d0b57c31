import CheckedNumbers
import FileReading
import Foundation
import Synchronization
import TextForms
import ToolOptions

/// What the terminal can show.
public enum Terminal {
    /// Colours on stdout: only on a terminal, and not against NO_COLOR.
    public static var hasColour: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    static var showsProgress: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }
}

/// A line on stderr with rate and time left, only on a terminal.
public final class ProgressLine: Sendable {
    private static let clear: TerminalText = "\r\u{1B}[K"
    private let label: String
    private let isShown: Bool
    private let start = ContinuousClock.now
    private let lastShown = Mutex(ContinuousClock.now)

    /// - Parameters:
    ///   - label: what is under way, in a word or two.
    ///   - quiet: shows nothing, as without a terminal.
    public init(_ label: String, quiet: Bool) {
        self.label = label
        isShown = !quiet && Terminal.showsProgress
    }

    /// From any thread.
    public func update(_ done: Int, of total: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        let isDue = lastShown.withLock { last in
            guard now - last > .milliseconds(100) || done == total else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let rate = Double(done) / max(seconds, 1e-3)
        let left = Int(clamping: Double(total - done) / max(rate, 1e-9))
        let text: TerminalText = """
            \(label) \(done)/\(total), \(Int(clamping: rate.rounded()))/s, \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left
            """
        StandardStream.error.write("\r\u{1B}[K\(text)\(done == total ? Self.clear : "")")
    }
}

/// A progress line for each stage that tells of progress.
final class ProgressLines: Sendable {
    private let quiet: Bool
    private let lines = Mutex<[StageName: ProgressLine]>([:])

    init(quiet: Bool) { self.quiet = quiet }

    /// From any thread.
    func update(_ stage: StageName, _ done: Int, of total: Int) {
        let line = lines.withLock { lines in
            let line = lines[stage] ?? ProgressLine(stage.executable, quiet: quiet)
            lines[stage] = line
            return line
        }
        line.update(done, of: total)
    }
}
