import ArgumentParser

/// What every executable's exit status means.
public enum ExitStatus: Int32, Sendable {
    case clean = 0
    case findings = 1
    /// Wrong usage, bad input or the environment.
    case trouble = 2
    /// The machine or an interruption: the same command may do it at another try. For engines, of workers alone.
    case again = 75
}

/// Why the same command may do it at another try, in one line.
public struct TryAgain: Error {
    /// What happened.
    let reason: String

    /// - Parameter reason: what happened, in one line.
    public init(_ reason: String) { self.reason = reason }
}
