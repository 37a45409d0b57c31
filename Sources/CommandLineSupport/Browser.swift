import FileReading
import Foundation
import TextForms

/// The browser of whoever sits at this machine.
public enum Browser {
    /// What opens a page, the preferred one first.
    private static let programs = [
        "xdg-open", "open", "sensible-browser", "x-www-browser", "firefox", "chromium", "google-chrome",
    ]

    /// Opens a local page, and does not wait.
    ///
    /// The program is looked for in the absolute folders of PATH alone, and in none of `untrusted`: a dataset that is the
    /// current folder, or that a PATH names, does not bring its own `xdg-open`.
    ///
    /// - Parameters:
    ///   - page: absolute.
    ///   - untrusted: absolute folders in which no program is looked for.
    /// - Returns: whether one was started; false where there is no screen or no browser.
    public static func open(_ page: String, untrusted: [String]) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        #if os(Linux)
            guard ["DISPLAY", "WAYLAND_DISPLAY"].contains(where: { !(environment[$0] ?? "").isEmpty }) else {
                return false
            }
        #endif
        let distrusted = (untrusted + [Paths.absolute("")]).map(resolved)
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { folder in
            guard folder.hasPrefix("/") else { return false }
            let place = resolved(folder) + "/"
            return !distrusted.contains { place.hasPrefix($0 == "/" ? "/\0" : $0 + "/") }
        }
        for program in programs {
            for folder in folders where access(folder + "/" + program, X_OK) == 0 {
                return start(folder + "/" + program, "file://" + PercentText.url(path: page))
            }
        }
        return false
    }

    /// With links followed.
    private static func resolved(_ folder: String) -> String {
        guard let real = realpath(folder, nil) else { return Paths.normalized(folder) }
        defer { free(real) }
        return String(cString: real)
    }

    private static func start(_ program: String, _ address: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [address]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return (try? process.run()) != nil
    }
}
