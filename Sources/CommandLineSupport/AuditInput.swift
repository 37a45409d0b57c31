import AuditPlan
import FileReading
import YAMLText

/// The argument of a tool: a plan, or a dataset alone.
public enum AuditInput: Sendable {
    case plan(String)
    case dataset(String)

    /// Tells a plan from a data.yaml by what it says.
    public static func open(_ path: String) throws -> AuditInput {
        guard ["yaml", "yml"].contains(Paths.suffix(of: path).lowercased()) else { return .dataset(path) }
        return PlanFile.isPlan(try YAMLDocument.read(path)) ? .plan(path) : .dataset(path)
    }
}
