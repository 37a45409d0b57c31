import FileReading
import GRDB

/// What went wrong with a ledger, for people.
enum LedgerFailure {
    static let startAnew = "move it away: the stages write it anew, but for what was decided"

    /// - Parameter path: of the ledger.
    static func error(_ error: DatabaseError, _ path: String) -> FileError {
        let reason = error.message ?? error.resultCode.description
        return FileError(
            file: path, message: "the ledger cannot be used: \(reason)", wayOut: wayOut(of: error.resultCode))
    }

    /// A ledger that is whole is not to be moved away because the disk is full.
    private static func wayOut(of code: ResultCode) -> String {
        switch code.primaryResultCode {
        case .SQLITE_FULL: "free some space, and run again; what it held is still there"
        case .SQLITE_IOERR: "check the disk and the free space, and run again; what it held is still there"
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            "check the permissions of the file and its folder, and the limit on open files"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "close the program that has it open, and run again"
        case .SQLITE_NOMEM: "free some memory, and run again"
        default: startAnew
        }
    }
}
