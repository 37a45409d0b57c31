import Findings
import TextForms
import YOLODataset

/// D017: classes reordered between splits.
public struct ClassesReordered: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D017", name: "classes reordered between splits", severity: .error,
        what:
            "The boxes of some classes of one split have sizes and shapes that fit other classes of train much better: "
            + "the class ids of the two splits were given in another order.",
        why: "Validation then calls right detections wrong, or half of the training teaches the wrong class.",
        fix: "export all splits with one list of classes, and look at a few boxes of the classes named here")

    public init() {}

    /// Boxes that a class must have in both splits.
    private static let leastBoxes = 30
    /// Squared distances, in standard errors, that are none and that are one.
    private static let (same, other) = (4.0, 24.0)

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        guard let train = survey.profile.splits["train"] else { return [] }
        return survey.profile.splits.filter { $0.key != "train" }.sorted { $0.key < $1.key }.compactMap { name, split in
            let classes = train.shapes.keys.filter {
                train.shapes[$0, default: ClassShape()].boxes >= Self.leastBoxes
                    && split.shapes[$0, default: ClassShape()].boxes >= Self.leastBoxes
            }.sorted()
            guard classes.count >= 2 else { return nil }
            let distances = classes.map { own in
                classes.map {
                    split.shapes[own, default: ClassShape()].distance(train.shapes[$0, default: ClassShape()])
                }
            }
            let meant = Self.bestOrder(distances)
            let moved = classes.indices.filter { meant[$0] != $0 }
            // Every class that moves must be as far from its own as none is, and close to the other.
            guard moved.count >= 2,
                moved.allSatisfy({ distances[$0][$0] > Self.other && distances[$0][meant[$0]] < Self.same })
            else { return nil }
            let pairs = moved.prefix(8).map { place in
                "\(survey.dataset.className(classes[place])) is shaped like train's "
                    + survey.dataset.className(classes[meant[place]])
            }
            return finding(
                classesOf: survey.dataset,
                message: "in \(name), \(pairs.joined(separator: ", "))" + (moved.count > 8 ? ", …" : ""),
                effect: .readWrong("the ids of \(Counted.text(moved.count, "class")) mean other classes than in train"))
        }
    }

    /// Which train class each class is meant to be: pairs change places as long as that helps.
    private static func bestOrder(_ distances: [[Double]]) -> [Int] {
        var order = Array(distances.indices)
        var improves = true
        while improves {
            improves = false
            for a in order.indices {
                for b in order.indices where b > a {
                    let now = distances[a][order[a]] + distances[b][order[b]]
                    let then = distances[a][order[b]] + distances[b][order[a]]
                    guard then < now - 1e-9 else { continue }
                    order.swapAt(a, b)
                    improves = true
                }
            }
        }
        return order
    }
}
