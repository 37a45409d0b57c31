import Synchronization

/// The listings of a dataset that have been made, by their splits.
final class ListingMemo: Sendable {
    private let known = Mutex<[[String]?: SampleListing]>([:])

    /// The listing of some splits, nil for all; made where it is asked for the first time.
    func listing(of splits: [String]?, make: () throws -> SampleListing) rethrows -> SampleListing {
        if let listing = known.withLock({ $0[splits] }) { return listing }
        let listing = try make()
        known.withLock { $0[splits] = listing }
        return listing
    }
}
