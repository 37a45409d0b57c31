import AuditPlan
import AvailableBackends

extension AuditSession {
    /// Tells which backend `auto` takes, and why; of one that was asked for by name there is nothing to tell.
    public func tell(_ choice: BackendChoice) {
        if let note = choice.note { self.note(note) }
    }
}
