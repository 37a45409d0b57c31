/// An error that a person caused or can mend: one line says where, what, and the way out.
///
/// Libraries throw types of their own which conform; executables print `error: \(description)` and exit with status 2.
public protocol UserFacingError: Error, CustomStringConvertible, Sendable {}

/// A bad file: its path, the place in it where that is known, what is wrong and what to do.
public struct FileError: UserFacingError, Hashable {
    /// Where the person finds it: a path, or the name of an option.
    public var file: String
    /// 1-based; nil where the file as a whole is wrong.
    public var line: Int?
    /// 1-based; nil where the line as a whole is wrong.
    public var column: Int?
    /// What is wrong, to follow the place.
    public var message: String
    /// What to do about it, as an order without its full stop.
    public var wayOut: String

    /// - Parameters:
    ///   - message: what is wrong, to follow the place.
    ///   - wayOut: what to do about it.
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
