import Foundation
import TestSupport
import Testing

/// Files of other kinds, limits of the process, closed streams, and several tools at once.
@Suite struct OddPlaceTests {
    /// A command of a shell, with the executables first in its path.
    private func shell(_ place: Workplace, _ script: String, limit: Double = 60) throws -> Executables.Outcome {
        let path = Executables.folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        return try Executables.run(
            "/bin/sh", ["-c", script], in: place.path,
            environment: ["PATH": path, "XDG_CACHE_HOME": place.path + "/cache"], limit: limit)
    }

    /// The same command three times at once.
    private func together(_ place: Workplace, _ command: [String]) throws -> [(status: Int32, errors: String)] {
        let processes = try (1...3).map { _ in
            let process = Executables.process(command[0], Array(command.dropFirst()), in: place.path)
            let errors = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = errors
            try process.run()
            return (process, errors)
        }
        return processes.map { process, errors in
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
    }

    private func expectError(_ outcome: Executables.Outcome, _ words: String...) {
        #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count { $0.hasPrefix("error: ") } == 1, "\(outcome.errors)")
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }

    @Test func pipesAndDevicesAreNeverWaitedFor() throws {
        let place = try Workplace()
        for name in ["pipe.yaml", "shapes/labels/train/shape00.txt", "shapes/images/train/shape01.png"] {
            unlink(place.path + "/" + name)
            mkfifo(place.path + "/" + name, 0o644)
        }
        for command in ["assay-labels pipe.yaml", "assay run pipe.yaml", "assay-labels /dev/zero"] {
            expectError(try shell(place, command), "is not a regular file")
        }
        let labels = try shell(place, "assay-labels shapes/data.yaml")
        #expect(labels.status == 1 && labels.output.contains("is not a regular file"))
        try place.makePlan()
        let chain = try shell(place, "assay run plan.yaml --quiet")
        #expect(chain.status == 1 && chain.output.contains("is not a regular file"), "\(chain.errors)")
    }

    @Test func outputsThatAreNoFiles() throws {
        let place = try Workplace()
        let page = try shell(place, "assay-report shapes/data.yaml -o /dev/stdout | cat")
        #expect(page.output.contains("</html>"))
        #expect(try shell(place, "assay-report shapes/data.yaml -o /dev/null && test -c /dev/null").status == 0)
        mkfifo(place.path + "/pipe", 0o644)
        expectError(try shell(place, "assay-report shapes/data.yaml -o pipe", limit: 20), "pipe: cannot be written")
        expectError(try shell(place, "assay-report shapes/data.yaml -o shapes"), "shapes: is a folder")
    }

    @Test func streamsThatAreClosedOrFull() throws {
        let place = try Workplace()
        expectError(try shell(place, "assay-labels shapes/data.yaml >/dev/full"), "standard output", "No space left")
        expectError(try shell(place, "assay-labels shapes/data.yaml >&-"), "standard output")
        expectError(try shell(place, "assay-labels --help >/dev/full"), "standard output")
        #expect(try shell(place, "assay-labels nowhere.yaml 2>/dev/full").status == 2)
        // Nothing of what is printed goes into a file that is opened meanwhile.
        try place.makePlan()
        #expect(try shell(place, "assay run plan.yaml <&- 2>&-").status == 0)
        let whole = try place.results()
        #expect(whole["ledger"]?.contains("finding") ?? false)
        // The reader of a pipe has gone: the plan is whole, and the next run goes on.
        try place.folder.write("0 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        _ = try shell(place, "assay run plan.yaml | head -c 1")
        #expect(try shell(place, "assay run plan.yaml").status == 0)
    }

    @Test func limitsOfTheProcess() throws {
        let place = try Workplace()
        let plain = try shell(place, "assay-labels shapes/data.yaml --no-cache")
        #expect(try shell(place, "ulimit -n 12; assay-labels shapes/data.yaml --no-cache").output == plain.output)
        expectError(try shell(place, "ulimit -n 4; assay-labels shapes/data.yaml --no-cache"), "ulimit -n")
        expectError(try shell(place, "ulimit -f 1; assay plan init shapes/data.yaml"), "File too large")
        #expect(!FileManager.default.fileExists(atPath: place.path + "/plan.yaml"))
    }

    @Test func homesThatCannotBeWritten() throws {
        let place = try Workplace()
        for home in ["env -u HOME -u XDG_CACHE_HOME", "env XDG_CACHE_HOME=/proc/none", "env XDG_CACHE_HOME=/dev/null"] {
            let outcome = try shell(place, "\(home) assay-labels shapes/data.yaml")
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(home): \(outcome.errors)")
        }
    }

    @Test func aPlanThatIsALinkStaysOne() throws {
        let place = try Workplace()
        try place.makePlan()
        try FileManager.default.createDirectory(atPath: place.path + "/kept", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: place.path + "/plan.yaml", toPath: place.path + "/kept/real.yaml")
        try FileManager.default.createSymbolicLink(
            atPath: place.path + "/plan.yaml", withDestinationPath: "kept/real.yaml")
        #expect(try shell(place, "assay run plan.yaml && test -L plan.yaml").status == 0)
        #expect(place.text("kept/real.yaml").contains("status: done"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/kept") == ["real.yaml"])
    }

    @Test func twoRunsOnOnePlan() throws {
        let place = try Workplace()
        try place.makePlan("whole.yaml")
        #expect(try shell(place, "assay run whole.yaml").status == 0)
        try place.makePlan()
        let outcomes = try together(place, ["assay", "run", "plan.yaml", "--quiet"])
        let states = outcomes.map(\.status)
        #expect(states.contains(0) && states.allSatisfy { [0, 2].contains($0) }, "\(states)")
        for outcome in outcomes where outcome.status == 2 { #expect(outcome.errors.contains("another assay tool")) }
        #expect(try place.results() == place.results("whole"))
    }

    @Test func twoFixesOfOneDataset() throws {
        let place = try Workplace()
        let label = place.text("shapes/labels/train/shape00.txt")
        let copies = label + label
        for n in [0, 4, 8] { try place.folder.write(copies, to: "shapes/labels/train/shape0\(n).txt") }
        _ = try together(place, ["assay-labels", "shapes/data.yaml", "--fix"])
        #expect(place.text("shapes/labels/train/shape08.txt") == label)
        // What was there comes back, whoever has done it.
        #expect(try (1...4).contains { _ in try shell(place, "assay-labels undo shapes/data.yaml").status == 2 })
        for n in [0, 4, 8] { #expect(place.text("shapes/labels/train/shape0\(n).txt") == copies) }
    }

    private static let canMount = geteuid() == 0 && access("/bin/mount", X_OK) == 0

    /// A real disk that is full, of more and more space.
    @Test(.enabled(if: canMount), arguments: [40, 80, 120])
    func aDiskThatIsFull(kilobytes: Int) throws {
        let place = try Workplace()
        try place.makePlan("whole.yaml")
        #expect(try shell(place, "assay run whole.yaml --quiet").status == 0)
        try FileManager.default.createDirectory(atPath: place.path + "/disk", withIntermediateDirectories: true)
        guard try shell(place, "mount -t tmpfs -o size=\(kilobytes)k tmpfs $PWD/disk").status == 0 else { return }
        defer { _ = try? shell(place, "umount $PWD/disk") }
        let plan = place.text("whole.yaml").components(separatedBy: "# =====")[0].replacing(
            "shapes/", with: "../shapes/"
        )
        .replacing("model.safe", with: "../model.safe")
        try place.folder.write(plan, to: "disk/plan.yaml")
        let full = try shell(place, "cd disk && assay run plan.yaml --quiet")
        expectError(full, "space")
        let left = try FileManager.default.subpathsOfDirectory(atPath: place.path + "/disk")
        #expect(!left.contains { $0.hasSuffix(".tmp") }, "\(left)")
        #expect(
            try shell(place, "mount -o remount,size=64m $PWD/disk && cd disk && assay run plan.yaml --quiet").status
                == 0)
        #expect(place.text("disk/plan.assay/images.csv") == place.text("whole.assay/images.csv"))
    }
}
