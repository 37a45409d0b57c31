import Foundation
import Testing

/// Lets every call of a kind that a command makes fail once, and looks at what is left each time.
struct FaultSweep: CustomStringConvertible {
    let name: String
    let command: [String]
    let kinds: [String]
    let action: FaultInjection.Action

    var description: String { "\(name), \(kinds.joined(separator: " ")), \(action)" }

    /// `ASSAY_FAULTS=all` tries every call; else so many of them, spread over the run.
    static let isFull = ProcessInfo.processInfo.environment["ASSAY_FAULTS"] == "all"
    private static let sampleSize = 2

    private func places(_ total: Int) -> [Int] {
        if Self.isFull || total <= Self.sampleSize { return Array(1...max(1, total)) }
        // The last calls write plan and report.
        return (1...Self.sampleSize).map { $0 * total / Self.sampleSize }
    }

    /// - Returns: how many runs met with the fault.
    @discardableResult
    func run(in place: FaultPlace) throws -> Int {
        let injection = FaultInjection(root: place.path, kinds: kinds)
        try place.restore()
        let clean = try injection.run(command, in: place.path, at: nil, nil)
        #expect([0, 1].contains(clean.status), "\(clean.errors)")
        try place.keepAsReference()
        let total = Int(clean.call ?? "") ?? 0
        #expect(total > 0, "\(name) makes no such call")
        let (before, after) = (try place.contents(.before), try place.contents(.reference))
        var met = 0
        for at in places(total) {
            try place.restore()
            let outcome = try injection.run(command, in: place.path, at: at, action)
            guard let call = outcome.call else { continue }
            met += 1
            let label = "\(self), call \(at) of \(total): \(call)"
            try check(outcome, clean, label: label)
            try checkFiles(in: place, outcome, before, after, label: label)
            // Whatever happened, the next run brings what it should.
            if changesInputs || outcome.status == clean.status { continue }
            let again = try place.run(command)
            let isDone = isKilled && again.errors.contains("holds no fix to undo")
            #expect(again.status == clean.status || isDone, "\(label): again \(again.errors)")
            #expect(difference(try place.contents(), after) == [], "\(label): after another run")
        }
        return met
    }

    /// Whether the fault itself leaves other inputs behind.
    private var changesInputs: Bool {
        switch action {
        case .shrink, .move: true
        default: false
        }
    }

    private var isKilled: Bool {
        if case .signal(SIGKILL) = action { true } else { false }
    }

    private func check(
        _ outcome: FaultInjection.Outcome, _ clean: FaultInjection.Outcome, label: String
    ) throws {
        if isKilled {
            #expect(outcome.status == -SIGKILL, "\(label)")
            return
        }
        #expect((0...2).contains(outcome.status), "\(label): status \(outcome.status) \(outcome.errors)")
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        if outcome.status == 2 {
            let isWayOut = lines.first.map { $0.contains("; ") || $0.contains("interrupted") } ?? false
            #expect(lines.count == 1 && isWayOut, "\(label): \(outcome.errors)")
        } else {
            #expect(lines.isEmpty, "\(label): \(outcome.errors)")
            // What cannot be read is a finding, or it has not mattered.
            let isTold = outcome.output.contains("cannot be read") || outcome.output.contains("became shorter")
            #expect(
                changesInputs || isTold && outcome.status == 1 || outcome.output == clean.output,
                "\(label): \(outcome.output)")
        }
    }

    private func checkFiles(
        in place: FaultPlace, _ outcome: FaultInjection.Outcome, _ before: [String: String],
        _ after: [String: String], label: String
    ) throws {
        let now = try place.contents()
        for (name, contents) in now where contents != before[name] && contents != after[name] {
            // A process that was killed cannot tidy up; the next one does.
            if isKilled, name.hasSuffix(".tmp") || name.contains(".partial/") { continue }
            // Of the tools' part, each stage may be the old or the new one; notes of the ledger likewise.
            if name == "plan.yaml" || name.hasSuffix(":meta") || name.hasSuffix("/lock") { continue }
            if changesInputs, !name.hasPrefix("plan") || name.contains(".moved/") || outcome.status != 2 { continue }
            Issue.record("\(label): \(name) is neither what it was nor what it should become")
        }
        for name in before.keys where !changesInputs && now[name] == nil && after[name] != nil {
            Issue.record("\(label): \(name) is gone")
        }
        if outcome.status == 0, !changesInputs {
            #expect(difference(now, after) == [], "\(label): \(outcome.output) \(outcome.errors)")
        }
    }

    /// Names of files that differ.
    private func difference(_ a: [String: String], _ b: [String: String]) -> [String] {
        Set(a.keys).union(b.keys).filter { name in
            // Copies that a killed fix has made stay, beside those of the next.
            a[name] != b[name] && !name.hasSuffix("/lock") && !(isKilled && name.contains(".assay-backup/"))
                && !name.contains(".partial/")
        }.sorted()
    }
}
