import CommandLineSupport
import FileReading
import Foundation

/// The other executables: files beside this one, or this very program under another name.
enum Siblings {
    /// The file of this program. All tools in one file are `assay` under any name that is not a tool's.
    static var own: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    static func path(_ name: String) -> String {
        SharedProgram.holds(name) ? own : Paths.directory(of: own) + "/" + name
    }

    static func replaceProcess(by name: String, arguments: [String]) -> Never {
        withCStrings([name] + arguments) { _ = execv(path(name), $0) }
        Tool.fail(startFailure(name, errno).description)
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
