import Foundation
import Synchronization

/// Ctrl-C, `kill` and the end of a terminal: the first one asks workers to stop, the second ends the process.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Whether the first one has come.
    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    private static let stop = Atomic<Bool>(false)

    /// Whether the first one was a person's who wants it to stop, as by Ctrl-C.
    public static var isStop: Bool { stop.load(ordering: .relaxed) }

    static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = interruptionHandler
        action.sa_flags = SA_RESTART
        // A program that starts tools from a thread of a pool may hand its blocked signals on to them.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var before = sigaction()
            sigaction(number, nil, &before)
            // `nohup` goes on without its terminal.
            if number == SIGHUP, isIgnored(before) { continue }
            sigaction(number, &action, nil)
            sigaddset(&signals, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        // A limit on the size of files is an error of the write, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        // SIG_IGN is the address 1; functions cannot be compared.
        withUnsafeBytes(of: action.__sigaction_handler) { $0.load(as: UInt.self) } == 1
    }

    /// Only what is allowed in a signal handler: atomics and `_exit`.
    fileprivate static func request(_ signal: Int32) {
        if !isRequested, signal == SIGINT { stop.store(true, ordering: .relaxed) }
        if requested.exchange(true, ordering: .relaxed) { _exit(130) }
    }
}

private func interruptionHandler(_ signal: Int32) { Interruption.request(signal) }
