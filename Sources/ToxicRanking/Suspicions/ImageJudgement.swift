import FileReading
import Foundation
import YOLODataset
import YOLOModel

/// What is predicted on one image, in all views together.
public struct ImagePredictions: Sendable {
    /// Predictions of all views that mean one object.
    public struct Prediction: Sendable {
        /// As a label row of the image, with line 0.
        public let box: LabelBox
        /// The mean over the views of the largest in each, from 0 to 1.
        public let confidence: Double
        /// As `confidence`, before it is multiplied by the class; the largest class probability where there is none.
        public let objectness: Double
    }

    /// Relative to the dataset's root.
    public let image: String
    /// The model that made them.
    public let fold: Int
    /// The most confident first.
    public let predictions: [Prediction]
}

/// Everything about one image that its suspicions are made from once all images are known.
package struct ImageJudgement: Sendable {
    /// A label, and what would be said against it.
    struct Row: Sendable {
        var label: LabelBox
        var features: [Float]
        var otherClass: Int
        var otherProbability: Double
        var classProbability: Double
        var fused: LabelBox?
        var fusedIoU: Double
        var confidence: Double
        var support: Double
        var earlierLine: UInt32?
        var earlierIoU: Double
        /// Matches of the loss; 0: it cannot be learned.
        var matches: Int
        /// Squared norm of the loss gradient at its logits.
        var energy: Double
    }

    /// An object that no label explains.
    struct Absence: Sendable {
        var features: [Float]
        var suggestion: LabelBox
        var confidence: Double
        var nearest: Double
        var energy: Double
    }

    let image: String
    let digest: ContentDigest?
    var rows: [Row] = []
    var absences: [Absence] = []
    /// Whether wrong versions of its labels were made: trees grow on such images alone.
    var isPlanted = true
    /// Features of wrong labels, and of objects whose labels were taken away.
    var planted: [(kind: LabelPlanting.Kind, features: [Float])] = []
    var plantedAbsences: [[Float]] = []
    /// Everything that is predicted, the most confident first.
    var predictions: [ImagePredictions.Prediction] = []

    /// - Parameters:
    ///   - image: relative to the dataset's root.
    ///   - digest: of the file's bytes, which suspicions are known by; nil where it cannot be read.
    package init(image: String, digest: ContentDigest?) {
        self.image = image
        self.digest = digest
    }

    /// What its suspicions are told by, without what their probabilities are made from, and without the predictions.
    mutating func forgetFeatures() {
        for index in rows.indices { rows[index].features = [] }
        for index in absences.indices { absences[index].features = [] }
        (planted, plantedAbsences, predictions) = ([], [], [])
    }

    /// - Parameters:
    ///   - boxes: the labels that `evidence` was made with.
    ///   - losses: one a label.
    package mutating func judge(
        _ evidence: ImageEvidence, boxes: [LabelBox], losses: [LabelLoss], planting: LabelPlanting, imageNumber: Int
    ) {
        isPlanted = planting.takes(image: imageNumber)
        for (index, box) in boxes.enumerated() {
            let (classID, place) = evidence.labels[index]
            let found = RowFeatures(.init(classID: classID, box: place, replaces: index), in: evidence)
            rows.append(
                Row(
                    label: box, features: found.values, otherClass: found.classes.otherClass,
                    otherProbability: found.classes.other, classProbability: found.classes.own,
                    fused: found.place.fused.map { evidence.label($0, classID: classID, line: box.line) },
                    fusedIoU: found.place.iou, confidence: found.place.confidence, support: found.support,
                    earlierLine: found.earlier.map { boxes[$0.label].line }, earlierIoU: found.earlier?.iou ?? 0,
                    matches: losses.indices.contains(index) ? losses[index].matches : 1,
                    energy: losses.indices.contains(index) && losses[index].gradientNorm.isFinite
                        ? losses[index].gradientNorm * losses[index].gradientNorm : 0))
            guard isPlanted else { continue }
            for (kind, hypothesis) in planting.wrong(label: index, of: evidence, imageNumber: imageNumber) {
                planted.append((kind, RowFeatures(hypothesis, in: evidence).values))
            }
        }
        let clusters = PredictionCluster.list(evidence)
        predictions = clusters.map {
            ImagePredictions.Prediction(
                box: evidence.label($0.box, classID: $0.classID, line: 0), confidence: $0.confidence,
                objectness: $0.objectness)
        }
        for cluster in clusters {
            if let label = cluster.label {
                guard isPlanted else { continue }
                plantedAbsences.append(cluster.features(in: evidence, clusters: clusters, skipping: label))
            } else {
                absences.append(
                    Absence(
                        features: cluster.features(in: evidence, clusters: clusters, skipping: nil),
                        suggestion: evidence.label(cluster.box, classID: cluster.classID, line: 0),
                        confidence: cluster.confidence,
                        nearest: cluster.nearestLabel(in: evidence), energy: cluster.energy))
            }
        }
    }
}
