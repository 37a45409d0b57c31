import Foundation
import Synchronization

/// Faults of the machine, not of a dataset, that happened while files were read: a bad disk, too many open files.
///
/// Much of the code leaves out what cannot be read, as trainers do. A file that could not be read *this time* must not be
/// left out in silence, so the readers note it here, and whoever is about to keep or to report a result asks.
public enum MachineFaults {
    private struct Faults {
        var first: FileError?
        var firstUntold: FileError?
    }
    private static let faults = Mutex(Faults())

    /// - Throws: the first fault of this process that no finding tells of, where there was one.
    public static func check() throws {
        if let fault = faults.withLock({ $0.firstUntold }) { throw fault }
    }

    /// - Throws: the first fault of this process, where there was one: what is kept would pass for the result of these
    ///   inputs, also where a finding tells of the fault.
    public static func checkBeforeKeeping() throws {
        if let fault = faults.withLock({ $0.first }) { throw fault }
    }

    /// Remembers a fault, if it is the first.
    ///
    /// - Parameter isTold: whether a finding tells of it.
    static func note(_ fault: FileError, isTold: Bool = false) {
        faults.withLock { faults in
            if faults.first == nil { faults.first = fault }
            if !isTold, faults.firstUntold == nil { faults.firstUntold = fault }
        }
    }

    /// Whether the error of a system call tells of the machine. All others a dataset can cause: links, names, kinds of
    /// files, permissions.
    static func isOne(_ code: Int32) -> Bool {
        switch code {
        case ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, EISDIR, EINVAL, ENXIO, ENODEV, EOVERFLOW, EBUSY,
            ETXTBSY, EILSEQ:
            false
        default: true
        }
    }

    /// Whether the process has run into a limit of its own: then it says nothing of the file.
    static func isExhaustion(_ code: Int32) -> Bool { [EMFILE, ENFILE, ENOMEM, EAGAIN, ENOBUFS].contains(code) }
}
