/// A file that stands where an image, a checkpoint or a data.yaml should be, and is what was left in its place.
public enum ImpostorFile: Sendable, Hashable {
    /// The pointer that git keeps in place of a large file.
    case largeFilePointer
    /// A page that a server sent in place of the file.
    case webPage

    /// Nil where the first bytes are of neither.
    public init?(_ head: some Collection<UInt8>) {
        if head.starts(with: "version https://git-lfs.github.com/".utf8) {
            self = .largeFilePointer
            return
        }
        let start = String(decoding: head.prefix(512), as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.hasPrefix("<head") else {
            return nil
        }
        self = .webPage
    }

    /// - Parameter head: the file's first bytes.
    /// - Throws: `FileError` where they are of an impostor.
    public static func refuse(_ head: some Collection<UInt8>, file: String) throws {
        if let impostor = ImpostorFile(head) { throw impostor.error(file) }
    }

    /// What is said of a file that is one.
    public func error(_ file: String) -> FileError { FileError(file: file, message: message, wayOut: wayOut) }

    /// To follow the file's name.
    public var message: String {
        switch self {
        case .largeFilePointer: "is a pointer of git-lfs, not the file itself"
        case .webPage: "is a web page: the download answered with HTML"
        }
    }

    /// What brings the file itself.
    public var wayOut: String {
        switch self {
        case .largeFilePointer: "run `git lfs pull` in the repository"
        case .webPage: "download the file again, signed in where the site asks for it"
        }
    }
}
