import ArgumentParser

/// What every executable's exit status means.
public enum ExitStatus: Int32, Sendable {
    case clean = 0
    case findings = 1
    /// Wrong usage, bad input or the environment.
    case trouble = 2
}
