import Foundation

/// Bytes into an open file, pipe or terminal.
public enum DescriptorWriting {
    /// Writes all of them, however many pieces that takes.
    ///
    /// - Returns: 0, or the number of the error that ended it.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let wrote = Foundation.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if wrote > 0 {
                    done += wrote
                    continue
                }
                switch errno {
                case EINTR where wrote < 0: continue
                case EAGAIN where wrote < 0:
                    // Somebody has opened it so that it does not wait: wait here.
                    var one = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&one, 1, -1)
                default: return wrote < 0 ? errno : ENOSPC
                }
            }
            return 0
        }
    }
}

/// Standard input, output and error of this process.
public enum StandardStreams {
    /// Takes their numbers where the caller has closed them: a file that is opened later would get the number, and what is
    /// printed would go into it. What is written to a stream that is taken so fails.
    public static func hold() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest free number is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes the UTF-8 of `text` to standard output.
    ///
    /// - Throws: `FileError` where it cannot be written.
    public static func output(_ text: String) throws {
        let code = DescriptorWriting.write(Array(text.utf8), to: STDOUT_FILENO)
        guard code == 0 else {
            throw FileError(
                file: "standard output", message: "cannot be written: \(String(cString: strerror(code)))",
                wayOut: "check where it leads, and the free space there")
        }
    }

    /// Writes the UTF-8 of `text` to standard error; nobody can be told where that fails.
    public static func tell(_ text: String) {
        _ = DescriptorWriting.write(Array(text.utf8), to: STDERR_FILENO)
    }
}
