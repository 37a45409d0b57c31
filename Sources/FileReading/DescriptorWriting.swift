import Foundation

/// Bytes into an open file, pipe or terminal.
public enum DescriptorWriting {
    /// Writes all of them, however many pieces that takes.
    ///
    /// - Returns: 0, or the number of the error that ended it.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { write($0, to: descriptor) }
    }

    /// The same of bytes that lie somewhere in memory.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let wrote = Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if wrote > 0 {
                done += wrote
                continue
            }
            switch errno {
            case EINTR where wrote < 0: continue
            case EAGAIN where wrote < 0:
                // Somebody has opened it so that it does not wait: wait here.
                var one = pollfd(fd: descriptor, events: Int16(clamping: POLLOUT), revents: 0)
                poll(&one, 1, -1)
            default: return wrote < 0 ? errno : ENOSPC
            }
        }
        return 0
    }
}
