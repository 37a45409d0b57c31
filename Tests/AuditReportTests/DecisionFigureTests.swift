import AuditPlan
import AuditReport
import Findings
import Testing

@Suite struct DecisionFigureTests {
    private func suspicion(_ id: Int, _ kind: SuspicionKind, _ score: Double) -> SuspicionRow {
        SuspicionRow(
            id: "\(id)", image: "a", line: id, kind: kind, score: score, impact: 0, class: nil, cx: nil, cy: nil,
            w: nil,
            h: nil, evidence: "")
    }

    private func decision(_ id: Int, _ decision: Decision, kind: SuspicionKind) -> DecisionRow {
        DecisionRow(
            id: "\(id)", decision: decision, image: "a", line: id, kind: kind, label: nil, row: nil, isApplied: true)
    }

    @Test func probabilitiesFollowWhatPeopleSay() throws {
        let suspicions = (0..<100).map { suspicion($0, $0 < 50 ? .wrongClass : .shifted, 0.5) }
        // Of 40 even chances people accept 36 of one kind and 4 of the other.
        let decisions =
            (0..<40).map { decision($0, $0 < 36 ? .accept : .reject, kind: .wrongClass) }
            + (50..<90).map { decision($0, $0 < 54 ? .accept : .reject, kind: .shifted) }
            + [decision(95, .unsure, kind: .shifted), decision(200, .accept, kind: .missing)]
        let after = Recalibration.recalibrated(suspicions, decisions)
        #expect(after.map(\.id) == suspicions.map(\.id))
        let (more, less) = (after[0].score, after[99].score)
        #expect(more > 0.8 && more < 0.9 && abs(more + less - 1) < 1e-9)
        // Two decisions move less, none and unsure ones nothing.
        let few = Recalibration.recalibrated(suspicions, (0..<2).map { decision($0, .accept, kind: .wrongClass) })
        #expect(few[0].score > 0.5 && few[0].score < more)
        #expect(Recalibration.recalibrated(suspicions, []) == suspicions)
        #expect(Recalibration.recalibrated(suspicions, [decision(1, .unsure, kind: .wrongClass)]) == suspicions)
    }

    @Test func aSliceBoundsWhatIsStillWrong() throws {
        #expect(SpotCheckEstimate([]).interval == nil)
        let clean = SpotCheckEstimate((0..<30).map { decision($0, .reject, kind: .check) })
        let interval = try #require(clean.interval)
        // Wilson's interval for 0 of 30.
        #expect(interval.lowerBound == 0 && abs(interval.upperBound - 0.1135) < 1e-3)
        let half = SpotCheckEstimate((0..<20).map { decision($0, $0 < 10 ? .accept : .reject, kind: .check) })
        #expect(try #require(half.interval).contains(0.5) && half.wrong == 10 && half.looked == 20)
    }
}
