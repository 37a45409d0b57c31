import FileReading
import Foundation

/// A program that was started in a process group of its own, so that Ctrl-C at the terminal reaches only whoever waits for
/// it. What it prints goes to a file.
struct ChildProcess {
    /// How a process ended.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)

        /// For people.
        var words: String {
            switch self {
            case .exited(let status): "ended with status \(status)"
            case .killed(let signal): "was ended by signal \(signal)"
            }
        }
    }

    /// Its process group, too.
    let id: pid_t

    /// Starts a program that is looked for in `PATH`.
    ///
    /// - Parameters:
    ///   - log: a file that is replaced by what it prints.
    ///   - errors: the same for stderr; nil for the same file.
    /// - Throws: `FileError` where it cannot be started.
    init(_ arguments: [String], log: String, errors: String? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        }
        Self.keepDescriptorsToThisProcess()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(clamping: POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var words = Self.strings(arguments)
        var environment = Self.strings(ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
        defer { for word in words + environment { free(word) } }
        var started: pid_t = 0
        let code = posix_spawnp(&started, arguments[0], &actions, &attributes, &words, &environment)
        guard code == 0 else {
            throw FileError(
                file: arguments[0], message: "cannot be started: \(String(cString: strerror(code)))",
                wayOut: code == ENOENT ? "check that it is installed and in PATH" : "check the machine")
        }
        id = started
    }

    /// A child may outlive this process, and is to hold no pipe open that somebody reads.
    private static func keepDescriptorsToThisProcess() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap(Int32.init) where descriptor > STDERR_FILENO {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// As C takes them: with a null behind the last.
    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// How it ended; nil while it runs.
    func ending() -> Ending? {
        var status: Int32 = 0
        var got: pid_t
        repeat { got = waitpid(id, &status, WNOHANG) } while got < 0 && errno == EINTR
        guard got == id else { return got < 0 ? .exited(0) : nil }
        // As the macros of <sys/wait.h> have it.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
    }

    /// Sends a signal to it and to all that it has started.
    func signal(_ number: Int32) { kill(-id, number) }

    /// The last line of a log that says something; nil where none does.
    static func lastLine(_ log: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: log) else { return nil }
        defer { try? handle.close() }
        guard let size = try? handle.seekToEnd() else { return nil }
        try? handle.seek(toOffset: size > 4096 ? size - 4096 : 0)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).last { $0.contains { !$0.isWhitespace } }
        return line.map { String($0.prefix(400)) }
    }
}
