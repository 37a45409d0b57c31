/// How much may be made of a file: a small file that names one thing a million times must not fill the memory, nor keep
/// the reader busy for ever.
final class ReadingBudget {
    private var left: Int
    private let failure: any Error

    /// - Parameters:
    ///   - left: units of whatever the reader counts.
    ///   - failure: what is thrown when they are spent.
    init(_ left: Int, failure: any Error) {
        self.left = left
        self.failure = failure
    }

    /// - Throws: the failure, where less is left; then nothing more can be spent.
    func spend(_ count: Int) throws {
        guard count >= 0, count <= left else {
            left = 0
            throw failure
        }
        left -= count
    }
}
