import Foundation
import Synchronization

/// Ctrl-C: the first one asks workers to stop, the second ends the process.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)
    private static let stage = Atomic<Int32>(0)

    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = interruptionHandler
        action.sa_flags = SA_SIGINFO | SA_RESTART
        sigaction(SIGINT, &action, nil)
        // A program that starts tools from a thread of a pool may hand its blocked signals on to them.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// The process that an interruption is handed on to; 0 for none.
    public static func handOn(to process: Int32) {
        stage.store(process, ordering: .relaxed)
        if process > 0, isRequested { kill(process, SIGINT) }
    }

    /// Only what is allowed in a signal handler: atomics, `kill` and `_exit`.
    fileprivate static func request(fromTerminal: Bool) {
        // A terminal interrupts everything that runs in it; `kill` reaches this process alone.
        let process = stage.load(ordering: .relaxed)
        if !fromTerminal, process > 0 { kill(process, SIGINT) }
        if requested.exchange(true, ordering: .relaxed) { _exit(130) }
    }
}

private func interruptionHandler(
    _ signal: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
    // Positive codes come from the kernel, here its terminal; the others from a process.
    Interruption.request(fromTerminal: (information?.pointee.si_code ?? 0) > 0)
}

/// Ends a stage together with the `assay run` that started it, however that one ended.
///
/// `assay run` gives its stages the reading end of a pipe as stdin and never writes into it. The kernel closes the other
/// end with the process, after SIGKILL too, and the stage ends there and then: it would hold the plan's lock otherwise.
/// That is safe at any moment, as a crash is.
public enum ParentWatch {
    /// Set in the environment of a stage that `assay run` started.
    public static let variable = "ASSAY_PARENT_ON_STDIN"

    static func start() {
        var status = stat()
        guard getenv(variable) != nil, fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            return
        }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 { _exit(ExitStatus.trouble.rawValue) }
                if count < 0, errno != EINTR { return }
            }
        }
    }
}
