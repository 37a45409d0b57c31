import FileReading

/// A file that is read. Its digest is that of what it holds.
public struct InputFile: SettingValue {
    /// As it was given, or absolute where a plan gave it.
    public let path: String

    public static var form: SettingForm { .path("a file") }

    public init(setting text: String) throws {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw Self.refusal(of: text) }
        path = text
    }

    public static func text(_ text: String, inPlanOf folder: String) -> String {
        Paths.absolute(text, relativeTo: folder)
    }

    public var file: String? { path }
    public var description: String { path }
}
