import AuditPlan
import Findings

/// What may be decided: the suspicions of a ledger, and its images.
struct DecisionSubjects {
    private struct Suspicion: Equatable {
        var image: String
        var kind: SuspicionKind
        var hasLine: Bool
    }

    private var suspicions: [String: Suspicion] = [:]
    private var images: Set<String> = []

    /// Nothing.
    init() {}

    init(_ ledger: Ledger) throws {
        for it in try ledger.suspicions() {
            suspicions[it.id] = Suspicion(image: it.image, kind: it.kind, hasLine: it.line != nil)
        }
        for row in try ledger.imageLosses() { images.insert(row.image) }
    }

    /// Whether a decision is about one of the suspicions, wherever its row stands by now, or about how an image looks.
    func know(_ it: DecisionFile.Decision) -> Bool {
        guard it.kind != .check else { return it.line == nil && images.contains(it.image) }
        if it.isDrawn { return it.line == nil && it.kind == .missing && images.contains(it.image) }
        return suspicions[it.id] == Suspicion(image: it.image, kind: it.kind, hasLine: it.line != nil)
    }
}

extension DecisionFile.Decision {
    /// Whether it is about a box that a person has drawn, which nobody suspected.
    var isDrawn: Bool { id.hasPrefix("drawn-") }
}
