import Foundation
import Sharding
import Testing

/// A worker that is killed, or whose disk is full or bad, leaves no part that is not whole; another try makes it.
@Suite struct ShardFaultTests {
    private static let command = ["assay", "work", "plan.yaml", "--stage", "labels", "--shard", "0/2", "--jobs", "1"]
    private static let changes = ["open", "write", "sync", "rename", "space", "folder"]

    /// All that is where parts are, by name.
    private func files(_ place: FaultPlace) throws -> [String: [UInt8]] {
        try place.contents().filter { $0.key.contains("/shards/labels/") }.mapValues { text in
            Data(base64Encoded: text).map { Array($0) } ?? []
        }
    }

    /// What has the name of a part is a whole one. Its bytes differ from copy to copy of a dataset, whose files have other
    /// inodes.
    private func parts(_ place: FaultPlace, _ label: String) throws -> Set<String> {
        let parts = try files(place).filter { $0.key.hasSuffix(".part") }
        for (name, bytes) in parts { #expect(throws: Never.self, "\(label): \(name)") { try ShardPart(bytes) } }
        return Set(parts.keys)
    }

    private func sweep(_ kinds: [String], _ action: FaultInjection.Action, statuses: Set<Int32>) throws {
        let place = try FaultPlace { place in
            try place.run(["assay", "shard", "plan.yaml", "--shards", "2"])
        }
        let injection = FaultInjection(root: place.path, kinds: kinds)
        try place.restore()
        #expect([0, 1].contains(try place.run(["assay", "run", "plan.yaml", "--only", "labels"]).status))
        let findings = place.text("plan.assay/findings.json")
        try place.restore()
        let clean = try injection.run(Self.command, in: place.path, at: nil, nil)
        #expect(clean.status == 0, "\(clean.errors)")
        let whole = try parts(place, "clean")
        #expect(whole.count == 1)
        let total = Int(clean.call ?? "") ?? 0
        #expect(total > 0)
        let places = FaultSweep.isFull ? Array(1...max(1, total)) : Array(max(1, total - 7)...max(1, total))
        for at in places {
            try place.restore()
            let outcome = try injection.run(Self.command, in: place.path, at: at, action)
            let label = "\(kinds) \(action), call \(at) of \(total): \(outcome.call ?? "none"), \(outcome.errors)"
            #expect(statuses.contains(outcome.status), "\(label): \(outcome.status)")
            let made = try parts(place, label)
            #expect(outcome.status != 0 || made == whole, "\(label)")
            if outcome.status == 75 || outcome.status == 2 {
                let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
                #expect(lines.count == 1, "\(label)")
                #expect(!(try files(place)).keys.contains { $0.hasSuffix(".tmp") }, "\(label)")
            }
            let again = try place.run(Self.command)
            #expect(again.status == 0, "\(label): again \(again.errors)")
            #expect(try parts(place, label) == whole, "\(label): after another try")
        }
        // A merge takes what the last tries have left, and tidies up.
        #expect(try place.run(["assay", "work", "plan.yaml", "--stage", "labels", "--shard", "1"]).status == 0)
        let merged = try place.run(["assay", "merge", "plan.yaml", "--stage", "labels"])
        #expect([0, 1].contains(merged.status), "\(merged.errors)")
        #expect(place.text("plan.assay/findings.json") == findings)
        #expect(!(try files(place)).keys.contains { $0.hasSuffix(".tmp") })
    }

    @Test func aWorkerThatIsKilled() throws { try sweep(Self.changes, .signal(SIGKILL), statuses: [-SIGKILL]) }

    /// A task is told to end before its node is taken away.
    @Test func aWorkerThatIsToldToEnd() throws {
        try sweep(Self.changes, .signal(SIGTERM), statuses: [0, 75])
    }

    @Test func aDiskThatIsFull() throws { try sweep(["write", "sync", "rename"], .fail(ENOSPC), statuses: [0, 75]) }

    @Test func aDiskThatIsBad() throws { try sweep(["read"], .fail(EIO), statuses: [0, 2, 75]) }
}
