import Findings
import YOLODataset

/// D003: duplicate class name.
public struct DuplicateName: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D003", name: "duplicate class name", severity: .warning,
        what: "Two class ids have the same name in data.yaml.",
        why: "Trainers accept it in silence and train two classes that compete for the same objects; results by "
            + "class cannot be told apart.",
        fix: "give each class a name of its own, or merge the two and renumber the labels")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        var first: [String: Int] = [:]
        return dataset.classNames.enumerated().compactMap { id, name in
            guard let earlier = first[name] else {
                first[name] = id
                return nil
            }
            return finding(
                classesOf: dataset, message: "classes \(earlier) and \(id) are both named \"\(name)\"",
                effect: .kept("trained as two classes in silence"))
        }
    }
}
