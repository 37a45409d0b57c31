import CheckedNumbers
import Foundation
import Geometry
import Imaging
import YOLODataset
import YOLOModel

/// What a model says of one image in several views (as it is, mirrored, by several checkpoints), beside its labels.
package struct ImageEvidence {
    struct Prediction {
        /// In pixels of the image, and cut at its border.
        var box: ObjectBox
        var objectness: Double
        var classes: [Double]
        var view: Int
        /// Objectness times the most probable class.
        var confidence: Double
        /// (dℓ/dlogit)² of the objectness, for the view that the loss was computed on.
        var energy = 0.0
        /// The largest and the second largest IoU with a label, and which label has the largest.
        var bestLabel = -1
        var bestIoU = 0.0
        var secondIoU = 0.0
    }

    /// A label that stands there, or one that might.
    struct Hypothesis {
        var classID: Int
        /// In pixels of the image.
        var box: ObjectBox
        /// The label that it takes the place of; nil where it is added to all labels, as the last row.
        var replaces: Int?
    }

    let width: Double
    let height: Double
    let classCount: Int
    let viewCount: Int
    let labels: [(classID: Int, box: ObjectBox)]
    private(set) var predictions: [Prediction] = []

    /// - Parameters:
    ///   - views: candidates of each view in pixels of its letterboxed image; of mirrored views turned back.
    ///   - outputGradients: of the loss of the first view, as the outputs are laid out.
    package init(
        views: [[Candidate]], letterbox: Letterbox, labels boxes: [LabelBox], classCount: Int,
        outputGradients: [[Float]] = []
    ) {
        width = Double(letterbox.imageWidth)
        height = Double(letterbox.imageHeight)
        self.classCount = classCount
        viewCount = views.count
        let (width, height) = (width, height)
        labels = boxes.map { (Int($0.classID), $0.place(width: width, height: height)) }
        let across = width / Double(letterbox.scaledWidth)
        let down = height / Double(letterbox.scaledHeight)
        for (view, candidates) in views.enumerated() {
            for it in candidates {
                let box = it.box.moved(left: Double(letterbox.padLeft), up: Double(letterbox.padTop))
                    .multiplied(width: across, height: down).clipped(width: width, height: height)
                guard box.area > 0 else { continue }
                let best = it.classes.max() ?? 0
                var prediction = Prediction(
                    box: box, objectness: it.objectness, classes: it.classes, view: view,
                    confidence: it.hasObjectness ? it.objectness * best : best)
                if view == 0, outputGradients.indices.contains(it.output) {
                    let slope = Double(outputGradients[it.output][it.place])
                    prediction.energy = slope * slope
                }
                compare(&prediction)
                predictions.append(prediction)
            }
        }
    }
    /// Notes which label a prediction fits best, and how far it fits another.
    private func compare(_ prediction: inout Prediction) {
        for (index, label) in labels.enumerated() {
            let iou = label.box.iou(prediction.box)
            if iou > prediction.bestIoU {
                (prediction.secondIoU, prediction.bestIoU) = (prediction.bestIoU, iou)
                prediction.bestLabel = index
            } else if iou > prediction.secondIoU {
                prediction.secondIoU = iou
            }
        }
    }

    /// Whether a box comes within a hundredth of a side of the image's border.
    func isAtBorder(_ object: ObjectBox) -> Bool {
        let box = object.bounds
        return min(box.left / width, box.top / height, 1 - box.right / width, 1 - box.bottom / height) < 0.01
    }

    /// A box as a label row of the image.
    func label(_ object: ObjectBox, classID: Int, line: UInt32) -> LabelBox {
        let cut = Box(object.bounds.clipped(width: width, height: height)).divided(width: width, height: height)
        var label = LabelBox(classID: Int32(clamping: classID), box: cut, line: line)
        label.corners = object.turned?.corners.points.map { $0.multiplied(width: 1 / width, height: 1 / height) }
        return label
    }
}
