import Foundation
import Synchronization

/// Ctrl-C: the first one asks workers to stop, the second ends the process.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Whether the first one has come.
    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = interruptionHandler
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        // A program that starts tools from a thread of a pool may hand its blocked signals on to them.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Only what is allowed in a signal handler: atomics and `_exit`.
    fileprivate static func request() {
        if requested.exchange(true, ordering: .relaxed) { _exit(130) }
    }
}

private func interruptionHandler(_ signal: Int32) { Interruption.request() }
