import Foundation
import Testing

/// Each call of every command on its files fails once: the plan, the ledger, labels and results stay whole, nothing is
/// left half-written, and one line says what happened. `scripts/faults` tries all calls, these tests some of them.
@Suite struct FaultTests {
    private static let writes = ["open", "write", "sync", "rename", "space", "folder", "lock"]
    private static let reads = ["open", "read", "list"]

    private static func sweeps(_ name: String, _ command: [String]) -> [FaultSweep] {
        [
            (writes, .fail(ENOSPC)), (writes, .failFromThere(EDQUOT)), (reads, .fail(EIO)), (["open"], .fail(EMFILE)),
            (["write", "read"], .short), (["read"], .shrink), (writes + ["remove"], .signal(SIGTERM)),
            (["write", "sync", "rename", "remove", "space", "folder"], .signal(SIGKILL)),
        ].map { FaultSweep(name: name, command: command, kinds: $0, action: $1) }
    }

    @Test(arguments: sweeps("run", ["assay", "run", "plan.yaml", "--quiet", "--jobs", "1"]))
    func chain(_ sweep: FaultSweep) throws {
        try sweep.run(in: FaultPlace())
    }

    @Test(arguments: sweeps("labels", ["assay-labels", "set/data.yaml", "--jobs", "1"]))
    func labelCheck(_ sweep: FaultSweep) throws {
        try sweep.run(in: FaultPlace())
    }

    @Test(arguments: sweeps("fix", ["assay-labels", "set/data.yaml", "--fix", "--jobs", "1"]))
    func fixes(_ sweep: FaultSweep) throws {
        try sweep.run(in: FaultPlace())
    }

    @Test(arguments: sweeps("undo", ["assay-labels", "undo", "set/data.yaml"]))
    func undo(_ sweep: FaultSweep) throws {
        try sweep.run(in: FaultPlace { try $0.run(["assay-labels", "set/data.yaml", "--fix"]) })
    }

    @Test(arguments: sweeps("apply", ["assay-report", "apply", "plan.yaml", "decisions.json"]))
    func decisions(_ sweep: FaultSweep) throws {
        let decisions = """
            {"format": "assay-decisions", "version": 1, "decisions": [
              {"id": "0123456789abcdef", "decision": "accept", "image": "images/val/shape03.jpg", "line": 1, "kind": "class",
               "label": [0, 0.5, 0.5, 0.3, 0.3], "row": [2, 0.5, 0.5, 0.3, 0.3]},
              {"id": "fedcba9876543210", "decision": "accept", "image": "images/val/shape07.jpg", "line": null,
               "kind": "missing", "label": null, "row": [1, 0.5, 0.5, 0.1, 0.1]}]}
            """
        try sweep.run(in: FaultPlace { try $0.write(Array(decisions.utf8), to: "decisions.json") })
    }

    @Test(
        arguments: sweeps("init", ["assay", "plan", "init", "set/data.yaml", "-o", "new.yaml", "--force"])
            + sweeps("export", ["assay-report", "export", "plan.yaml", "--format", "coco", "-o", "out.json"])
            + sweeps("baseline", ["assay-labels", "set/data.yaml", "--write-baseline", "known.txt", "--jobs", "1"])
            + sweeps("plot", ["assay-anchors", "set/data.yaml", "--count", "3", "--plot", "a.svg", "--jobs", "1"]))
    func files(_ sweep: FaultSweep) throws {
        try sweep.run(in: FaultPlace())
    }

    @Test func threadsThatCannotBeStarted() throws {
        let command = ["assay-labels", "set/data.yaml", "--jobs", "2"]
        let place = try FaultPlace()
        try FaultSweep(name: "threads", command: command, kinds: ["thread"], action: .fail(EAGAIN)).run(in: place)
        try FaultSweep(name: "threads", command: command, kinds: ["thread"], action: .failFromThere(EAGAIN))
            .run(in: place)
    }

    /// The clock goes back a day in the middle: nothing that was computed passes for newer or older than it is.
    @Test func aClockThatGoesBack() throws {
        let place = try FaultPlace()
        for command in [["assay", "run", "plan.yaml", "--quiet"], ["assay-labels", "set/data.yaml"]] {
            try FaultSweep(name: "clock", command: command, kinds: ["open"], action: .clock(-86_400)).run(in: place)
        }
    }

    @Test(arguments: ["set/labels/train", "set/images", "set", "plan.assay"])
    func aFolderThatGoes(_ folder: String) throws {
        let place = try FaultPlace()
        for command in [["assay", "run", "plan.yaml", "--quiet", "--jobs", "1"], ["assay-labels", "set/data.yaml"]] {
            try FaultSweep(
                name: "moved", command: command, kinds: ["open"], action: .move(place.path + "/" + folder)
            ).run(in: place)
        }
    }
}
