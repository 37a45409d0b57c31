import CheckedNumbers

/// How much may be made of one file: a small file that names one thing a million times must neither fill the memory nor
/// keep its reader busy.
///
/// Every reader of files from outside spends from one of these. What a file may ask for grows with its size, and memory
/// ends at `MemoryLimit` besides, which a person can raise.
public final class ReadingBudget {
    /// Deeper than any file that a program writes.
    public static let deepestNesting = 200
    /// What files of any size may ask for.
    public static let leastBytes = 64 << 20
    /// Of memory, for each byte of the file. A byte of a pickle or of YAML is a value of its own at most.
    public static let bytesForEach = 16
    /// The way out where the limit is a person's to raise.
    public static let moreMemory = "allow more with --memory, in gigabytes, if you trust the file"

    private let file: String
    private let wayOut: String
    private let isCapped: Bool
    private let mostBytes: Int
    private var bytesLeft: Int
    private var visitsLeft: Int
    private var textLeft: Int

    /// - Parameters:
    ///   - size: the file's, in bytes.
    ///   - wayOut: of a file that asks for more than any of its kind.
    ///   - limit: memory that no file may go beyond, in bytes.
    public init(
        file: String, size: Int, wayOut: String = "check where the file is from", limit: Int = MemoryLimit.bytes
    ) {
        self.file = file
        self.wayOut = wayOut
        let own = size.checkedTimes(Self.bytesForEach)?.checkedPlus(Self.leastBytes) ?? .max
        mostBytes = min(own, limit)
        isCapped = limit < own
        bytesLeft = mostBytes
        visitsLeft = size.checkedTimes(4)?.checkedPlus(1 << 20) ?? .max
        textLeft = size.checkedTimes(4)?.checkedPlus(1 << 20) ?? .max
    }

    /// Memory that is about to be asked for.
    ///
    /// - Parameter bytes: nil where their number is beyond what can be counted.
    /// - Throws: `FileError` where less is left; then nothing more can be spent.
    public func make(bytes: Int?) throws {
        guard !spend(bytes, of: &bytesLeft) else { return }
        throw FileError(
            file: file, message: "asks for more than \(MemoryLimit.text(mostBytes)) of memory",
            wayOut: isCapped ? Self.moreMemory : wayOut)
    }

    /// Values, nodes or entries that are looked at, each time that they are.
    ///
    /// - Throws: as `make`.
    public func visit(_ count: Int = 1) throws {
        guard !spend(count, of: &visitsLeft) else { return }
        throw FileError(file: file, message: "repeats itself beyond all reason", wayOut: wayOut)
    }

    /// Bytes of text that are put together from texts of the file.
    ///
    /// - Throws: as `make`.
    public func join(_ bytes: Int) throws {
        guard !spend(bytes, of: &textLeft) else { return }
        throw FileError(file: file, message: "puts texts together beyond all reason", wayOut: wayOut)
    }

    /// - Parameter depth: containers around a value.
    /// - Throws: `FileError` where there are too many.
    public func nest(_ depth: Int) throws {
        guard depth > Self.deepestNesting else { return }
        throw FileError(
            file: file, message: "is nested more than \(Self.deepestNesting) levels deep", wayOut: wayOut)
    }

    private func spend(_ count: Int?, of left: inout Int) -> Bool {
        guard let count, count >= 0, count <= left else {
            left = 0
            return false
        }
        left -= count
        return true
    }
}
