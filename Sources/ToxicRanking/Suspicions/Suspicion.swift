import FileReading
import Findings
import YOLODataset

/// An accusation of one label row, of a place where a label is missing, or of a whole image.
public struct Suspicion: Sendable, Hashable {
    /// Made of the image's bytes, of what the row says and of the kind: the same wherever the row moves to.
    public let id: String
    /// Relative to the dataset's root.
    public let image: String
    /// 1-based; nil for a missing object and for a whole image.
    public let line: Int?
    /// What is wrong.
    public let kind: SuspicionKind
    /// How probable it is that a person would change it.
    public let probability: Double
    /// The part of the labels' gradient energy, Σ (dℓ/dlogit)², that hangs on it.
    public let impact: Double
    /// The row as it is; nil for a missing object and for a whole image.
    public let label: LabelBox?
    /// The row as it should be; nil where it should go, and for a whole image.
    public let suggestion: LabelBox?
    /// What speaks for it, in one sentence; empty where it is not shown.
    public let evidence: String
    /// Whether it is probable enough for a person to look at; else it only has a place in the order.
    public let isShown: Bool

    /// The row to draw: the label, or the place of the missing one.
    public var box: LabelBox? { label ?? suggestion }

    /// A suspicion of these properties; its identity follows from them.
    ///
    /// - Parameter digest: of the image's bytes; nil where they cannot be read.
    package init(
        image: String, digest: ContentDigest?, kind: SuspicionKind, probability: Double, impact: Double,
        label: LabelBox?, suggestion: LabelBox?, evidence: String, isShown: Bool = true
    ) {
        self.image = image
        line = label.map { Int($0.line) }
        self.kind = kind
        self.probability = probability
        self.impact = impact
        self.label = label
        self.suggestion = suggestion
        self.evidence = evidence
        self.isShown = isShown
        let row =
            (label ?? suggestion).map { row in
                let numbers =
                    row.corners.map { $0.flatMap { [$0.x, $0.y] } } ?? [row.cx, row.cy, row.width, row.height]
                return ([String(row.classID)] + numbers.map { "\($0)" }).joined(separator: " ")
            } ?? ""
        let text = "\(digest?.hex ?? image)\n\(row)\n\(kind.rawValue)"
        id = String(ContentDigest.of(Array(text.utf8)).hex.prefix(16))
    }
}
