import Foundation
import TextForms

/// The one place where something is written to stdout or stderr: `TerminalText` alone, in which nothing drives a terminal.
enum StandardStream {
    case output
    case error

    /// As far as the other side takes it.
    func write(_ text: TerminalText) {
        let handle = self == .output ? FileHandle.standardOutput : FileHandle.standardError
        handle.write(Data(text.text.utf8))
    }
}
