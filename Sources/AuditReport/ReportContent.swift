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

    public var title = ""
    public var datasetPath = ""
    public var classNames: [String] = []
    public var cards: [Card] = []
    public var nextSteps: [String] = []
    public var findings: [Finding] = []
    public var boxesByClass: [(name: String, count: Int)] = []
    public var anchors: Anchors?
    public var losses: [Double] = []
    public var gradientNorms: [Double] = []
    public var pictures: [Picture] = []
    public var imageCount = 0

    public init() {}
}
