import AuditPlan
import FileReading
import Findings
import Foundation
import GRDB
import TestSupport
import Testing

/// What a ledger keeps, and what it says of what it cannot read.
@Suite struct LedgerTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/l.sqlite" }

    init() throws { folder = try TemporaryFolder() }

    @Test func replacesAStagesRows() throws {
        let ledger = try Ledger(path)
        let finding = Finding(
            code: "B001", severity: .error, file: "a'; DROP TABLE finding;--", message: "m",
            effect: .readWrong("e: f"), fix: "f")
        try ledger.replaceFindings([finding, finding])
        try ledger.replaceFindings([finding])
        #expect(try ledger.findings() == [finding])
        let numbered = try DatabaseQueue(path: path).read { try Row.fetchOne($0, sql: "SELECT * FROM finding") }
        #expect(numbered?["id"] == 1 && numbered?["effect"] == "read wrong: e: f")
        var row = ImageLossRow(image: "a.jpg", split: "train", rank: 1, reason: "r")
        (row.gradientNorm, row.clipRatio10, row.leaveOneOutCosine, row.robustZ) = (1.0 / 3, 0.1, -1, 2)
        try ledger.replaceLosses(images: [row], boxes: [], suspicions: [])
        #expect(try Ledger(path).imageLosses() == [row])
        try folder.write("no database", to: "bad.sqlite")
        #expect(throws: FileError.self) { try Ledger(folder.path + "/bad.sqlite") }
    }

    /// Every column of every table is one that a record knows, and the other way round.
    @Test func everyColumnReadsBack() throws {
        let ledger = try Ledger(path)
        let box = BoxLossRow(
            image: "a", line: 1, class: 2, cx: 0.1, cy: 0.2, w: 0.3, h: 0.4, matches: 5, box: 6, obj: 7, cls: 8,
            gradientNorm: 9, gradientNormBox: 10, gradientNormObj: 11, gradientNormCls: 12)
        let prediction = PredictionRow(image: "a", class: 1, confidence: 0.5, cx: 0.1, cy: 0.2, w: 0.3, h: 0.4)
        let accusations = SuspicionKind.allCases.map { suspicion("\($0)", $0, 0.5) }
        let image = ImageLossRow(image: "a", split: "val", rank: 1, reason: "r")
        try ledger.replaceLosses(images: [image], boxes: [box], suspicions: accusations, predictions: [prediction])
        #expect(try ledger.boxLosses(ofImage: "a") == [box] && ledger.predictions(ofImage: "a") == [prediction])
        #expect(try ledger.suspicions() == accusations.sorted { $0.id < $1.id })
        let label = try #require(try ledger.labels().first)
        #expect(label == ("val", 2, [0.1, 0.2, 0.3, 0.4], 0, 0))
        let step = TrainingStepRow(
            fold: 1, epoch: 2, step: 3, loss: 4, box: 5, obj: nil, cls: 6, gradientNorm: 7, clipRatio: 8, rate: 9)
        try ledger.replaceTrainingSteps([step])
        #expect(try ledger.trainingSteps() == [step])
        let anchors = AnchorSet.allCases.map { AnchorRow(set: $0, position: 0, width: 1, height: 2) }
        let metric = AnchorMetricRow(set: .new, fitness: 1, bpr: 2, aat: 3, meanIoU: 4)
        try ledger.replaceAnchors(anchors, [metric], boxes: [(3, 4, 5)])
        #expect(try ledger.anchors() == anchors && ledger.anchorMetrics() == [metric])
        #expect(try #require(try ledger.anchorBoxes().first) == (3, 4, 5))
    }

    private func suspicion(_ id: String, _ kind: SuspicionKind, _ score: Double) -> SuspicionRow {
        SuspicionRow(
            id: id, image: "a", line: 1, kind: kind, score: score, impact: 0, class: nil, cx: nil, cy: nil, w: nil,
            h: nil, evidence: "e")
    }

    private func decision(_ id: String, _ word: Decision = .accept) -> DecisionRow {
        DecisionRow(
            id: id, decision: word, image: "a", line: nil, kind: .missing, label: nil, row: "[0,0.5,0.5,0.1,0.1]",
            isApplied: false)
    }

    @Test func readsInOneOrderWhateverWasWrittenFirst() throws {
        let (one, other) = (try Ledger(path), try Ledger(folder.path + "/other.sqlite"))
        let images = (0..<9).map { ImageLossRow(image: "\($0)", split: "train", rank: $0 % 3) }
        let accusations = (0..<9).map { suspicion("\($0)", .shifted, Double($0 % 2)) }
        let decisions = (0..<9).map { decision("\($0)") }
        try one.replaceLosses(images: images, boxes: [], suspicions: accusations)
        try other.replaceLosses(images: images.reversed(), boxes: [], suspicions: accusations.reversed())
        try one.addDecisions(decisions)
        for row in decisions.reversed() { try other.addDecisions([row]) }
        #expect(try one.imageLosses() == other.imageLosses() && one.suspicions() == other.suspicions())
        #expect(try one.decisions() == decisions && other.decisions() == decisions)
    }

    @Test func decisionsStayWhenEverythingIsComputedAgain() throws {
        let ledger = try Ledger(path)
        try ledger.addDecisions([decision("a"), decision("b"), decision("c")])
        try ledger.addDecisions([decision("b", .unsure)])
        try ledger.removeDecision("c")
        try ledger.replaceFindings([])
        try ledger.replaceAnchors([], [], boxes: [])
        try ledger.replaceTrainingSteps([])
        try ledger.replaceLosses(images: [], boxes: [], suspicions: [])
        #expect(try Ledger(path).decisions() == [decision("a"), decision("b", .unsure)])
    }

    /// A word of another version is said with its place, and nothing is made of it.
    @Test(arguments: [
        ("UPDATE suspicion SET kind = 'turned'", "suspicion", "kind", "turned", "missing, spurious"),
        ("UPDATE decision SET decision = 'maybe'", "decision", "decision", "maybe", "accept, reject, unsure"),
        ("UPDATE decision SET kind = ''", "decision", "kind", "", "missing"),
        ("UPDATE finding SET severity = 'fatal'", "finding", "severity", "fatal", "note, warning, error"),
        ("UPDATE finding SET effect = 'melts: away'", "finding", "effect", "melts", "kept, dropped"),
        ("UPDATE anchor SET set_name = 'old'", "anchor", "set_name", "old", "current, new"),
    ])
    func unknownWordsAreNamed(change: String, table: String, column: String, word: String, known: String) throws {
        let ledger = try Ledger(path)
        try ledger.replaceFindings([
            Finding(code: "B001", severity: .note, file: "f", message: "m", effect: .kept("e"), fix: "f")
        ])
        try ledger.replaceLosses(images: [], boxes: [], suspicions: [suspicion("a", .missing, 1)])
        try ledger.replaceAnchors([AnchorRow(set: .new, position: 0, width: 1, height: 1)], [], boxes: [])
        try ledger.addDecisions([decision("a")])
        try DatabaseQueue(path: path).write { try $0.execute(sql: change) }
        let error = try #require(throws: FileError.self) {
            _ = (try ledger.findings(), try ledger.suspicions(), try ledger.anchors(), try ledger.decisions())
        }
        #expect(error.file == path && error.wayOut.contains(known), "\(error)")
        #expect(error.message.contains("table \(table) says “\(word)” in the column \(column)"), "\(error)")
    }
}
