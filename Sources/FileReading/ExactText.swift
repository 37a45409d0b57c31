/// A text that is the same as another only where its bytes are: to Swift a letter with an accent is equal to the letter and
/// the accent apart, but in a file system these are two names.
public struct ExactText: Sendable, Hashable {
    /// The text itself.
    public let text: String

    /// Of a text as it is.
    public init(_ text: String) { self.text = text }

    public static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
