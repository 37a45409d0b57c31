import Synchronization

/// The listings of a dataset that have been made, by their splits.
final class ListingMemo: Sendable {
    private let known = Mutex<[[String]?: SampleListing]>([:])
    /// The folders of all splits, where they were listed before: nothing is then looked at again.
    private let folders: [SampleFolder]?

    init(_ folders: [SampleFolder]? = nil) { self.folders = folders }

    /// The listing of some splits, nil for all; made where it is asked for the first time.
    func listing(of splits: [String]?, make: () throws -> SampleListing) rethrows -> SampleListing {
        if let listing = known.withLock({ $0[splits] }) { return listing }
        let listing =
            try folders.map { folders in
                SampleListing(of: folders.filter { splits?.contains($0.split) ?? true })
            } ?? make()
        known.withLock { $0[splits] = listing }
        return listing
    }
}
