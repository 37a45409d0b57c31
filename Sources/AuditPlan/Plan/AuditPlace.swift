import FileReading
import Foundation

/// Where the audit of a dataset goes where nobody says it: below the current folder, never into the dataset.
public enum AuditPlace {
    /// `assay-out/NAME-DIGEST`: folders of one name differ in the digest of their path.
    ///
    /// One that is named without a digest, as earlier versions did, and holds a plan of this dataset stays in use: decisions
    /// lie there.
    ///
    /// - Parameter dataset: its data.yaml.
    public static func folder(of dataset: String) -> String {
        let path = resolved(dataset)
        let name = Paths.fileName(of: Paths.directory(of: path))
        let plain = "assay-out/\(name)"
        if let plan = try? PlanFile.load(plain + "/plan.yaml"), isSame(plan.settings.dataset, dataset) { return plain }
        return "\(plain)-\(ContentDigest.of(path).hex.prefix(6))"
    }

    /// Whether two paths lead to one file.
    public static func isSame(_ first: String, _ second: String) -> Bool { resolved(first) == resolved(second) }

    /// With links followed.
    private static func resolved(_ path: String) -> String {
        let absolute = Paths.absolute(path)
        guard let real = realpath(absolute, nil) else { return absolute }
        defer { free(real) }
        return String(cString: real)
    }
}
