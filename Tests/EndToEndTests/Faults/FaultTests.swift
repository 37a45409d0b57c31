import Foundation
import Testing

/// Each call of every command on its files fails once: the plan, the ledger, labels and results stay whole, nothing is
/// left half-written, and one line says what happened. `scripts/faults` tries all calls, these tests some of them.
@Suite struct FaultTests {
    private static let writes = ["open", "write", "sync", "rename", "space", "folder", "lock"]
    private static let reads = ["open", "read", "list"]
    private static let changes = ["write", "sync", "rename", "remove", "space", "folder"]

    /// Lets all calls of a command meet with every kind of fault; some of both, unless all is asked for.
    private func sweep(_ name: String, _ command: [String], in place: FaultPlace) throws {
        var faults: [([String], FaultInjection.Action)] = [
            (Self.writes, .fail(ENOSPC)), (Self.reads, .fail(EIO)), (["open"], .fail(EMFILE)),
            (Self.changes, .signal(SIGKILL)),
        ]
        if FaultSweep.isFull {
            faults += [
                (Self.writes, .failFromThere(EDQUOT)), (["write", "read"], .short), (["read"], .shrink),
                (Self.writes + ["remove"], .signal(SIGTERM)),
            ]
        }
        for (kinds, action) in faults {
            try FaultSweep(name: name, command: command, kinds: kinds, action: action).run(in: place)
        }
    }

    @Test func theWholeChain() throws {
        try sweep("run", ["assay", "run", "plan.yaml", "--quiet", "--jobs", "1"], in: FaultPlace())
    }

    @Test(arguments: [
        ("labels", ["assay-labels", "set/data.yaml", "--jobs", "1"]),
        ("init", ["assay", "plan", "init", "set/data.yaml", "-o", "new.yaml", "--force"]),
        ("export", ["assay-report", "export", "plan.yaml", "--format", "coco", "-o", "out.json"]),
        ("baseline", ["assay-labels", "set/data.yaml", "--write-baseline", "known.txt", "--jobs", "1"]),
        ("plot", ["assay-anchors", "set/data.yaml", "--count", "3", "--plot", "a.svg", "--jobs", "1"]),
        ("fix", ["assay-labels", "set/data.yaml", "--fix", "--jobs", "1"]),
    ])
    func oneCommand(_ name: String, _ command: [String]) throws {
        try sweep(name, command, in: FaultPlace())
    }

    @Test func takingAFixBack() throws {
        try sweep(
            "undo", ["assay-labels", "undo", "set/data.yaml"],
            in: FaultPlace { try $0.run(["assay-labels", "set/data.yaml", "--fix"]) })
    }

    @Test func applyingDecisions() throws {
        let decisions = """
            {"format": "assay-decisions", "version": 1, "decisions": [
              {"id": "0123456789abcdef", "decision": "accept", "image": "images/val/shape03.jpg", "line": 1, "kind": "class",
               "label": [0, 0.5, 0.5, 0.3, 0.3], "row": [2, 0.5, 0.5, 0.3, 0.3]},
              {"id": "fedcba9876543210", "decision": "accept", "image": "images/val/shape07.jpg", "line": null,
               "kind": "missing", "label": null, "row": [1, 0.5, 0.5, 0.1, 0.1]}]}
            """
        try sweep(
            "apply", ["assay-report", "apply", "plan.yaml", "decisions.json"],
            in: FaultPlace { try $0.write(Array(decisions.utf8), to: "decisions.json") })
    }

    @Test func threadsThatCannotBeStarted() throws {
        let command = ["assay-labels", "set/data.yaml", "--jobs", "2"]
        let place = try FaultPlace()
        for action in [FaultInjection.Action.fail(EAGAIN), .failFromThere(EAGAIN)] {
            try FaultSweep(name: "threads", command: command, kinds: ["thread"], action: action).run(in: place)
        }
    }

    /// The clock goes back a day in the middle: nothing that was computed passes for newer or older than it is.
    @Test func aClockThatGoesBack() throws {
        let place = try FaultPlace()
        for command in [["assay", "run", "plan.yaml", "--quiet"], ["assay-labels", "set/data.yaml"]] {
            try FaultSweep(name: "clock", command: command, kinds: ["open"], action: .clock(-86_400)).run(in: place)
        }
    }

    @Test func foldersThatGo() throws {
        let place = try FaultPlace()
        for folder in ["set/labels/train", "set/images", "set", "plan.assay"] {
            for command in [
                ["assay", "run", "plan.yaml", "--quiet", "--jobs", "1"], ["assay-labels", "set/data.yaml"],
            ] {
                try FaultSweep(
                    name: "moved", command: command, kinds: ["open"], action: .move(place.path + "/" + folder)
                ).run(in: place)
            }
        }
    }
}
