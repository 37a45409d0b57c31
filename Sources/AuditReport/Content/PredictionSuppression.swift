import AuditPlan
import Geometry

/// Predictions of all views of an image, without those that say the same again.
package enum PredictionSuppression {
    /// A box that overlaps a more confident one of its class by more than this is left out.
    private static let overlap = 0.5
    /// So many are kept, the most confident.
    private static let most = 300

    /// - Parameter rows: the most confident first.
    package static func kept(_ rows: [PredictionRow]) -> [PredictionRow] {
        var kept: [(row: PredictionRow, edges: Edges)] = []
        for row in rows {
            let edges = Edges(Box(cx: row.cx, cy: row.cy, width: row.w, height: row.h))
            let isRepeated = kept.contains { $0.row.class == row.class && $0.edges.iou(edges) > overlap }
            if !isRepeated { kept.append((row, edges)) }
            if kept.count == most { break }
        }
        return kept.map(\.row)
    }
}
