import CommandLineSupport
import FileReading
import Foundation

/// The executables beside this one.
enum Siblings {
    static func path(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return Paths.directory(of: own) + "/" + name
    }

    /// Runs one with this process's output and in its process group; returns its exit status.
    ///
    /// - Throws: `FileError` when it cannot be started or a signal ended it, `CancellationError` after Ctrl-C.
    static func run(_ name: String, arguments: [String]) throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw startFailure(name, errno) }
        defer { for end in ends { close(end) } }
        // The stage must not hold the writing end of its own stdin.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        var environment = ProcessInfo.processInfo.environment
        environment[ParentWatch.variable] = "1"
        var process: pid_t = 0
        let code = withCStrings([name] + arguments) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawn(&process, path(name), &actions, nil, arguments, environment)
            }
        }
        guard code == 0 else { throw startFailure(name, code) }
        Interruption.handOn(to: process)
        defer { Interruption.handOn(to: 0) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw startFailure(name, errno) }
        }
        // As WIFEXITED, WEXITSTATUS and WTERMSIG, which are macros.
        let signal = status & 0x7F
        if signal == 0 { return (status >> 8) & 0xFF }
        if signal == SIGINT { throw CancellationError() }
        throw FileError(
            file: name, message: "was ended by signal \(signal) (\(String(cString: strsignal(signal))))",
            wayOut: "check memory and limits, then run again; stages that were finished are kept")
    }

    static func replaceProcess(by name: String, arguments: [String]) -> Never {
        withCStrings([name] + arguments) { _ = execv(path(name), $0) }
        FileHandle.standardError.write(Data("error: \(startFailure(name, errno))\n".utf8))
        exit(ExitStatus.trouble.rawValue)
    }

    private static func startFailure(_ name: String, _ code: Int32) -> FileError {
        FileError(
            file: path(name), message: "cannot be started: \(String(cString: strerror(code)))",
            wayOut: "install all assay executables into one folder")
    }

    /// A null-terminated array of C strings for the time of `body`.
    private static func withCStrings<Value>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            // The array holds one element at least.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
