import AuditPlan
import Findings

/// Everything that the page shows; made from a plan's ledger, or from a dataset alone.
public struct ReportContent: Sendable {
    /// A few figures with names, in order.
    public struct Card: Sendable {
        public let title: String
        public let headline: String
        public let figures: [(name: String, value: String)]

        public init(title: String, headline: String, figures: [(name: String, value: String)]) {
            self.title = title
            self.headline = headline
            self.figures = figures
        }
    }

    public struct Anchors: Sendable {
        public var boxes: [(width: Double, height: Double, classID: Int)] = []
        public var current: [(width: Double, height: Double)] = []
        public var new: [(width: Double, height: Double)] = []
        public var metrics: [AnchorMetricRow] = []
        public var verdict = ""
        /// The stage's pictures, as SVG; empty for none.
        public var plot: [UInt8] = []
    }

    /// One label to draw, in fractions of the image.
    public struct Box: Sendable {
        public let line: Int
        public let classID: Int
        public let cx: Double
        public let cy: Double
        public let width: Double
        public let height: Double
        /// Why it is suspected; nil for the others.
        public let suspicion: String?

        public init(
            line: Int, classID: Int, cx: Double, cy: Double, width: Double, height: Double, suspicion: String?
        ) {
            self.line = line
            self.classID = classID
            self.cx = cx
            self.cy = cy
            self.width = width
            self.height = height
            self.suspicion = suspicion
        }
    }

    public struct Picture: Sendable {
        public let row: ImageLossRow
        public let boxes: [Box]
        /// Absolute path of the image.
        public let path: String

        public init(row: ImageLossRow, boxes: [Box], path: String) {
            self.row = row
            self.boxes = boxes
            self.path = path
        }
    }

    /// A class and a box in fractions of the image, `[cx, cy, w, h]`.
    public struct Place: Sendable {
        public var line = 0
        public var classID: Int
        public var confidence = 0.0
        public var box: [Double]

        public init(line: Int = 0, classID: Int, confidence: Double = 0, box: [Double]) {
            self.line = line
            self.classID = classID
            self.confidence = confidence
            self.box = box
        }
    }

    /// A suspicion to decide.
    public struct Accusation: Sendable {
        public let id: String
        public let image: String
        public let line: Int?
        public let kind: SuspicionKind
        public let probability: Double
        public let impact: Double
        /// Nil where the row should go, and for whole images.
        public let suggestion: Place?
        public let evidence: String

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
        public let name: String
        public let split: String
        /// 0 where it was judged in sample.
        public let fold: Int
        public let loss: Double
        public let gradient: Double
        public let labels: [Place]
        public let predictions: [Place]
        /// A data URI, or the path of a picture relative to the page.
        public let source: String

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

    public var title = ""
    public var datasetPath = ""
    public var classNames: [String] = []
    public var cards: [Card] = []
    public var nextSteps: [String] = []
    public var findings: [Finding] = []
    public var boxesByClass: [(name: String, count: Int)] = []
    public var anchors: Anchors?
    public var card: DatasetCard?
    public var losses: [Double] = []
    public var gradientNorms: [Double] = []
    public var pictures: [Picture] = []
    public var imageCount = 0
    /// The most probable first.
    public var suspicions: [Accusation] = []
    public var reviewImages: [ReviewImage] = []
    public var expectedErrors: [(kind: String, count: Double)] = []
    public var isOutOfFold = false
    /// What people found in images of which nothing is suspected.
    var spotChecks = SpotCheckEstimate([])
    /// JSON: decisions that are known when the page is made, by id.
    var decisions = "{}"
    public var trainingSteps: [TrainingStepRow] = []
    /// What went wrong in the probe's training.
    public var diagnoses: [String] = []

    public init() {}

    func className(_ id: Int) -> String { classNames.indices.contains(id) ? classNames[id] : "class \(id)" }
}
