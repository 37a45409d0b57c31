import NIOCore
import Synchronization

/// The connections that are open: never more than a number. Where one more comes, the one that has kept its request to
/// itself longest goes; where all have asked, the one whose answer has taken longest.
final class OpenConnections: Sendable {
    fileprivate struct Entry {
        var channel: any Channel
        var hasAsked = false
    }

    fileprivate struct State {
        /// In the order in which they came.
        var order: [ObjectIdentifier] = []
        var entries: [ObjectIdentifier: Entry] = [:]
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: open at once.
    init(most: Int) { self.most = most }

    /// Closes another one where there are too many.
    func add(_ channel: any Channel) {
        let evicted = state.withLock { state -> (any Channel)? in
            let id = ObjectIdentifier(channel)
            state.order.append(id)
            state.entries[id] = Entry(channel: channel)
            guard state.entries.count > most else { return nil }
            let idle = state.order.dropLast().first { state.entries[$0]?.hasAsked == false }
            guard let oldest = idle ?? state.order.first else { return nil }
            return state.remove(oldest)
        }
        evicted?.close(promise: nil)
    }

    /// It is being answered.
    func hasAsked(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.hasAsked = true }
    }

    /// It is closed.
    func remove(_ channel: any Channel) { state.withLock { _ = $0.remove(ObjectIdentifier(channel)) } }
}

extension OpenConnections.State {
    fileprivate mutating func remove(_ id: ObjectIdentifier) -> (any Channel)? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        order.removeAll { $0 == id }
        return entry.channel
    }
}
