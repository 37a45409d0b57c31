/// An error that a person caused or can mend: one line says where, what, and the way out.
///
/// Libraries throw types of their own which conform; executables print `error: \(description)` and exit with status 2.
public protocol UserFacingError: Error, CustomStringConvertible, Sendable {}

/// A bad file: its path, the place in it where that is known, what is wrong and what to do.
public struct FileError: UserFacingError, Hashable {
    public var file: String
    public var line: Int?
    public var column: Int?
    public var message: String
    public var wayOut: String

    public init(file: String, line: Int? = nil, column: Int? = nil, message: String, wayOut: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.wayOut = wayOut
    }

    /// `file:line:column: message; wayOut`
    public var description: String {
        var place = file
        if let line { place += ":\(line)" }
        if let column { place += ":\(column)" }
        return "\(place): \(message); \(wayOut)"
    }
}
