import FileReading
import Synchronization
import TextForms
import ToolOptions

/// A line on stderr with what is done and the time left: one that changes on a terminal, one a minute elsewhere.
public final class ProgressLine: Sendable {
    /// Whether a line stands on the terminal that other output has to clear.
    private static let isOpen = Atomic<Bool>(false)

    private let label: String
    private let unit: String
    private let isQuiet: Bool
    private let isOnTerminal: Bool
    private let start = ContinuousClock.now
    private let lastShown = Mutex(ContinuousClock.now)

    /// - Parameters:
    ///   - label: what is under way, in a word or two.
    ///   - unit: what is counted, one of it.
    ///   - quiet: shows nothing.
    public init(_ label: String, unit: String, quiet: Bool) {
        (self.label, self.unit) = (label, unit)
        isQuiet = quiet
        isOnTerminal = Terminal.showsProgress
    }

    /// From any thread.
    public func update(_ done: Int, of total: Int) {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        let isDue = lastShown.withLock { last in
            let isLast = isOnTerminal && done == total
            guard isLast || now - last > (isOnTerminal ? .milliseconds(100) : .seconds(60)) else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let seconds = (now - start) / .seconds(1)
        let text: TerminalText = "\(ProgressText.line(label, unit: unit, done: done, of: total, seconds: seconds))"
        guard isOnTerminal else { return StandardStream.error.write(text + "\n") }
        StandardStream.error.write("\r\u{1B}[K\(text)")
        Self.isOpen.store(true, ordering: .relaxed)
    }

    /// Takes the line away before something else is written.
    static func clear() {
        guard isOpen.exchange(false, ordering: .relaxed) else { return }
        StandardStream.error.write("\r\u{1B}[K")
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
            let line = lines[stage] ?? ProgressLine(stage.executable, unit: Self.unit(of: stage), quiet: quiet)
            lines[stage] = line
            return line
        }
        line.update(done, of: total)
    }

    /// What a stage counts.
    private static func unit(of stage: StageName) -> String { stage == .probe ? "epoch" : "image" }
}
