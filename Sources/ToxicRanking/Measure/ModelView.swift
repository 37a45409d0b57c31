import CheckedNumbers
import Geometry
import Imaging
import NeuralKernels
import YOLODataset
import YOLOModel

/// An image before the model that judges it: how it is fitted in, and the loss for that shape.
struct ModelView {
    /// Of the run's models.
    let index: Int
    let model: DetectionModel
    let letterbox: Letterbox

    /// - Parameters:
    ///   - name: the image relative to the dataset's root, by which its model is found.
    ///   - image: after EXIF orientation.
    init(_ name: String, _ image: RGBImage, _ models: ToxicModels, _ options: ToxicOptions) {
        index = models.index(name)
        model = models.models[index]
        letterbox = options.letterbox(width: image.width, height: image.height, model)
    }

    /// `[3, height, width]` of what the model sees.
    var input: TensorShape { letterbox.input }

    /// For this shape.
    var loss: any DetectionLoss { model.loss(input: input) }

    /// Labels as the loss takes them.
    func targets(_ boxes: [LabelBox]) -> [LossTarget] {
        letterbox.targets(boxes, asTurned: model.angles != nil)
    }
}

extension Letterbox {
    /// `[3, height, width]` of what a model sees.
    var input: TensorShape { TensorShape(c: 3, h: height, w: width) }

    /// Labels in fractions of what the model sees, in single precision as in the trainers.
    ///
    /// - Parameter asTurned: upright boxes are turned ones, too, for a model that has no others.
    func targets(_ boxes: [LabelBox], asTurned: Bool = false) -> [LossTarget] {
        guard asTurned else { return boxes.map { LossTarget(classID: Int($0.classID), box: toModel($0.box)) } }
        return boxes.map { label in
            let place = label.place(width: Double(scaledWidth), height: Double(scaledHeight))
                .moved(left: -Double(padLeft), up: -Double(padTop))
            return LossTarget(
                classID: Int(label.classID), turned: place.turned ?? RotatedBox(place.bounds).longerSideFirst,
                width: Double(width), height: Double(height))
        }
    }
}
