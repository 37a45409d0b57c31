import AuditPlan
import AuditReport
import Findings
import Testing

@Suite struct AuditDiffTests {
    private func finding(_ code: String, line: Int, _ message: String = "m") -> Finding {
        Finding(code: code, severity: .error, file: "a.txt", line: line, message: message, effect: .kept(""), fix: "")
    }

    private func suspicion(_ id: String, _ score: Double, class classID: Int? = nil) -> SuspicionRow {
        SuspicionRow(
            id: id, image: "a", line: 1, kind: .shifted, score: score, impact: 0, class: classID, cx: nil, cy: nil,
            w: nil,
            h: nil, evidence: "")
    }

    private func row(_ line: Int, _ classID: Int, _ cx: Double) -> BoxLossRow {
        BoxLossRow(
            image: "a", line: line, class: classID, cx: cx, cy: 0.5, w: 0.1, h: 0.1, matches: 1, box: 0, obj: nil,
            cls: 0,
            gradientNorm: 0, gradientNormBox: 0, gradientNormObj: nil, gradientNormCls: 0)
    }

    /// A row above that goes moves all others up: they are the same findings.
    @Test func findingsAreTheSameWhereverTheirLineIs() {
        let old = [finding("B003", line: 1), finding("B003", line: 9), finding("B005", line: 2)]
        let new = [finding("B003", line: 8), finding("B007", line: 3)]
        let changes = AuditDiff.rules(old, new)
        #expect(changes.map(\.name) == ["B003", "B005", "B007"])
        #expect(changes.map(\.mended) == [1, 1, 0] && changes.map(\.new) == [0, 0, 1])
        #expect(AuditDiff.rules(old, old).isEmpty)
        #expect(AuditDiff.new(old, new).map(\.code) == ["B007"] && AuditDiff.new(old, old).isEmpty)
        #expect(AuditDiff.new([], old).count == 3)
    }

    @Test func whatWasAcceptedAndIsSuspectedAgainCameBack() {
        let old = [suspicion("a", 0.9), suspicion("b", 0.9), suspicion("c", 0.2)]
        let new = [suspicion("b", 0.8), suspicion("c", 0.7), suspicion("d", 0.9, class: 1), suspicion("e", 0.1)]
        let changes = AuditDiff.suspicions(old, new, accepted: ["b"], ["cat", "dog"])
        #expect(changes.map(\.name) == ["shifted", "shifted dog"])
        #expect(changes[0].mended == 1 && changes[0].new == 1 && changes[0].back == 1 && changes[1].new == 1)
    }

    @Test func rowsAreAddedRemovedOrRelabelled() {
        var version = AuditDiff.Version()
        version.count(
            [row(1, 0, 0.1), row(2, 0, 0.2), row(3, 1, 0.3)], [row(1, 0, 0.1), row(2, 2, 0.2), row(3, 1, 0.4)])
        #expect(version.relabelledRows == 1 && version.addedRows == 1 && version.removedRows == 1)
    }
}
