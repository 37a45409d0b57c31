import AuditPlan
import Findings

/// Everything that the page shows; made from a plan's ledger, or from a dataset alone.
public struct ReportContent: Sendable {
    /// Why the models that judged the labels cannot be believed, with the way out; nil where they can.
    public var doubt: String?

    /// A few figures with names, in order.
    public struct Card: Sendable {
        /// What the card or page is called.
        public let title: String
        /// The one sentence to remember.
        public let headline: String
        /// Names and values, in the order in which they are shown.
        public let figures: [(name: String, value: String)]

        /// The parameters are the properties of the same names.
        public init(title: String, headline: String, figures: [(name: String, value: String)]) {
            self.title = title
            self.headline = headline
            self.figures = figures
        }
    }

    /// What the anchors stage found.
    public struct Anchors: Sendable {
        /// What is drawn: sizes in pixels at the training size, or labels of the picture.
        public var boxes: [(width: Double, height: Double, classID: Int)] = []
        /// The anchors in use, in pixels.
        public var current: [(width: Double, height: Double)] = []
        /// The anchors that were found, in pixels.
        public var new: [(width: Double, height: Double)] = []
        /// Of both sets.
        public var metrics: [AnchorMetricRow] = []
        /// `new`, `keep` or `none`.
        public var verdict = ""
    }

    /// One label to draw, in fractions of the image.
    public struct Box: Sendable {
        /// The line in the label file, from 1; nil or 0 where there is none.
        public let line: Int
        /// The class id, from 0.
        public let classID: Int
        /// Centre from the left, as a fraction of the width.
        public let cx: Double
        /// Centre from the top, as a fraction of the height.
        public let cy: Double
        /// As a fraction of the image.
        public let width: Double
        /// As a fraction of the image.
        public let height: Double
        /// Why it is suspected; nil for the others.
        public let suspicion: String?
        /// That of the suspicion, where the review has it.
        public let suspicionID: String?

        /// The parameters are the properties of the same names.
        public init(
            line: Int, classID: Int, cx: Double, cy: Double, width: Double, height: Double, suspicion: String?,
            suspicionID: String? = nil
        ) {
            self.line = line
            self.classID = classID
            self.cx = cx
            self.cy = cy
            self.width = width
            self.height = height
            self.suspicion = suspicion
            self.suspicionID = suspicionID
        }
    }

    /// An image of the gallery.
    public struct Picture: Sendable {
        /// Its figures.
        public let row: ImageLossRow
        /// What is drawn: sizes in pixels at the training size, or labels of the picture.
        public let boxes: [Box]
        /// Absolute path of the image.
        public let path: String

        /// The parameters are the properties of the same names.
        public init(row: ImageLossRow, boxes: [Box], path: String) {
            self.row = row
            self.boxes = boxes
            self.path = path
        }
    }

    /// A class and a box in fractions of the image, `[cx, cy, w, h]`.
    public struct Place: Sendable {
        /// The line in the label file, from 1; nil or 0 where there is none.
        public var line = 0
        /// The class id, from 0.
        public var classID: Int
        /// Of a prediction, 0 to 1.
        public var confidence = 0.0
        /// cx, cy, width and height in fractions.
        public var box: [Double]

        /// The parameters are the properties of the same names.
        public init(line: Int = 0, classID: Int, confidence: Double = 0, box: [Double]) {
            self.line = line
            self.classID = classID
            self.confidence = confidence
            self.box = box
        }
    }

    /// A suspicion to decide.
    public struct Accusation: Sendable {
        /// That of the suspicion, stable over runs.
        public let id: String
        /// The image's path, relative to the dataset's root.
        public let image: String
        /// The line in the label file, from 1; nil or 0 where there is none.
        public let line: Int?
        /// What is suspected.
        public let kind: SuspicionKind
        /// That a person would change it.
        public let probability: Double
        /// Its part of the labels' squared gradient norms.
        public let impact: Double
        /// Nil where the row should go, and for whole images.
        public let suggestion: Place?
        /// Why, in words.
        public let evidence: String

        /// The parameters are the properties of the same names.
        public init(
            id: String, image: String, line: Int?, kind: SuspicionKind, probability: Double, impact: Double,
            suggestion: Place?, evidence: String
        ) {
            self.id = id
            self.image = image
            self.line = line
            self.kind = kind
            self.probability = probability
            self.impact = impact
            self.suggestion = suggestion
            self.evidence = evidence
        }
    }

    /// An image that suspicions are about.
    public struct ReviewImage: Sendable {
        /// The image's path, relative to the dataset's root.
        public let name: String
        /// `train`, `val` or `test`: the first that lists the image.
        public let split: String
        /// 0 where it was judged in sample.
        public let fold: Int
        /// Of the image as a batch of one.
        public let loss: Double
        /// Norm of the image's gradient.
        public let gradient: Double
        /// The rows of its label file.
        public let labels: [Place]
        /// What the model sees, the most confident first.
        public let predictions: [Place]
        /// A data URI, or the path of a picture relative to the page.
        public let source: String

        /// The parameters are the properties of the same names.
        public init(
            name: String, split: String, fold: Int = 0, loss: Double, gradient: Double, labels: [Place],
            predictions: [Place],
            source: String
        ) {
            self.name = name
            self.split = split
            self.fold = fold
            self.loss = loss
            self.gradient = gradient
            self.labels = labels
            self.predictions = predictions
            self.source = source
        }
    }

    /// What the card or page is called.
    public var title = ""
    /// The data.yaml.
    public var datasetPath = ""
    /// By class id.
    public var classNames: [String] = []
    /// What stands on top of the page.
    public var cards: [Card] = []
    /// What the overview leads with.
    public var lights: [OverviewLight] = []
    /// The most urgent first.
    public var nextSteps: [NextStep] = []
    /// The plan's path; nil for a dataset alone.
    public var planPath: String?
    /// Of the label check.
    public var findings: [Finding] = []
    /// What findings about rows are about, by their place in the list.
    var crops: [Int: FindingCrop] = [:]
    /// Label rows by class.
    public var boxesByClass: [(name: String, count: Int)] = []
    /// Nil where the stage has not run.
    public var anchors: Anchors?
    /// The dataset on a card; nil without losses.
    public var card: DatasetCard?
    /// Of every image with a finite one.
    public var losses: [Double] = []
    /// Of every image with a finite one.
    public var gradientNorms: [Double] = []
    /// The gallery, the worst first.
    public var pictures: [Picture] = []
    /// Images that were ranked.
    public var imageCount = 0
    /// The most probable first.
    public var suspicions: [Accusation] = []
    /// How many there are, shown or not.
    public var suspicionCount = 0
    /// The most probable that nobody has decided.
    var worst: [SuspicionRow] = []
    /// Of all suspicions, shown or not.
    public var probabilities: [Double] = []
    /// The images of the suspicions.
    public var reviewImages: [ReviewImage] = []
    /// How many errors of each kind are estimated to be there.
    public var expectedErrors: [(kind: String, count: Double)] = []
    /// Whether images were judged by models that had not seen them.
    public var isOutOfFold = false
    /// What people found in images of which nothing is suspected.
    var spotChecks = SpotCheckEstimate([])
    /// JSON: decisions that are known when the page is made, by id.
    var decisions = "{}"
    /// Of the probe, fold by fold.
    public var trainingSteps: [TrainingStepRow] = []
    /// Mean loss of images that a fold has not seen, at moments of the probe's training.
    var heldOutLosses: [(epoch: Int, loss: Double)] = []
    /// What went wrong in the probe's training.
    public var diagnoses: [String] = []

    /// Against an earlier audit, where one is named.
    public var changes: AuditDiff?

    public init() {}

    /// The title of the card with the dataset's losses.
    static let lossCard = "Losses and gradients"

    func className(_ id: Int) -> String { classNames.indices.contains(id) ? classNames[id] : "class \(id)" }
}
