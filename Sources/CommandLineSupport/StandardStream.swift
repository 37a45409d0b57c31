import FileReading
import Foundation
import TextForms

/// The one place where something is written to stdout or stderr: `TerminalText` alone, in which nothing drives a terminal.
enum StandardStream {
    case output
    case error

    /// Takes the numbers of streams that the caller has closed: a file that is opened later would get the number, and what
    /// is printed would go into it. What is written to a stream that is taken so fails.
    static func hold() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest free number is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends the process where standard output takes no more; where standard error does not, nobody can be told.
    func write(_ text: TerminalText) {
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        let code = DescriptorWriting.write(Array(text.text.utf8), to: descriptor)
        guard code != 0, self == .output else { return }
        let fault = FileError(
            file: "standard output", message: "cannot be written: \(String(cString: strerror(code)))",
            wayOut: "check where it leads, and the free space there")
        Tool.fail(fault.description)
    }
}
