import Geometry

/// Where the predictions put a label's object: the most confident one near the label with those that agree with it, by
/// confidence. Neither weight knows the label's own place.
struct PlaceEvidence {
    /// In pixels of the image; nil where there is no prediction near the label.
    private(set) var fused: ObjectBox?
    /// Of `fused` and the label.
    private(set) var iou = 0.0
    /// How far the predictions differ from each other: a mean of 1 − IoU.
    private(set) var spread = 0.5
    /// The largest IoU of the label and a prediction that is nearly as confident as the most confident one.
    private(set) var bestIoU = 0.0
    /// How far the worst edge is from the label's, in sides of the label.
    private(set) var edge = 1.0
    /// Of the most confident prediction.
    private(set) var confidence = 0.0

    init(_ near: NearPredictions, in image: ImageEvidence) {
        let box = near.hypothesis.box
        let covering = near.covering
        guard
            let first = covering.max(by: {
                image.predictions[$0.index].confidence < image.predictions[$1.index].confidence
            })
        else { return }
        let anchor = image.predictions[first.index]
        confidence = anchor.confidence
        let agreeing = covering.map { part -> (box: ObjectBox, iou: Double, weight: Double) in
            let it = image.predictions[part.index]
            let iou = anchor.box.iou(it.box)
            return (it.box, iou, iou > 0.6 ? it.confidence : 0)
        }
        let sum = agreeing.reduce(0) { $0 + $1.weight }
        if sum > 0 {
            let found = ObjectBox.mean(agreeing.filter { $0.weight > 0 }.map { ($0.box, $0.weight) })
            fused = found
            iou = found.iou(box)
            spread = agreeing.reduce(0) { $0 + $1.weight * (1 - $1.iou) } / sum
            edge = box.worstSide(of: found)
        }
        bestIoU = covering.filter { image.predictions[$0.index].confidence > 0.3 * confidence }.map(\.iou).max() ?? 0
    }
}
