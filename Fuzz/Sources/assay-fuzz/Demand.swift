import Foundation

/// Ends the program with the message, which a precondition of a release build keeps to itself.
func fail(_ message: String, file: String = #fileID, line: Int = #line) -> Never {
    FileHandle.standardError.write(Data("FOUND: \(file):\(line): \(message)\n".utf8))
    fatalError(message)
}

/// What must hold of whatever was read.
func demand(
    _ condition: Bool, _ message: @autoclosure () -> String = "does not hold", file: String = #fileID, line: Int = #line
) {
    if !condition { fail(message(), file: file, line: line) }
}
