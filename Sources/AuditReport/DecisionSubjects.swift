import AuditPlan
import Findings
import Foundation
import LabelRules

/// What may be decided: the suspicions of a ledger, and its images.
struct DecisionSubjects {
    private struct Suspicion: Equatable {
        var image: String
        var kind: SuspicionKind
        var hasLine: Bool
    }

    private var suspicions: [String: Suspicion] = [:]
    /// Suggestions that are turned boxes, by the suspicion's id.
    private var turned: [String: LabelPatch.Row] = [:]
    private var images: Set<String> = []

    /// Nothing.
    init() {}

    init(_ ledger: Ledger) throws {
        for it in try ledger.suspicions() {
            suspicions[it.id] = Suspicion(image: it.image, kind: it.kind, hasLine: it.line != nil)
            turned[it.id] = Self.turned(it)
        }
        for row in try ledger.imageLosses() { images.insert(row.image) }
    }

    private static func turned(_ it: SuspicionRow) -> LabelPatch.Row? {
        guard let text = it.corners, let corners = try? JSONDecoder().decode([Double].self, from: Data(text.utf8)),
            corners.count == 8, corners.allSatisfy({ (-1...2).contains($0) }), let classID = it.class,
            let cx = it.cx, let cy = it.cy, let width = it.w, let height = it.h
        else { return nil }
        return .init(classID: classID, values: [cx, cy, width, height], corners: corners)
    }

    /// What accepting changes. Where the box that was suggested is taken as it is, and is a turned one, so is the row.
    func patch(of decision: DecisionFile.Decision) -> LabelPatch? {
        guard let patch = decision.patch, var new = patch.new, let suggested = turned[decision.id],
            new.isSamePlace(as: suggested)
        else { return decision.patch }
        new.corners = suggested.corners
        return LabelPatch(image: patch.image, line: patch.line, old: patch.old, new: new)
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
