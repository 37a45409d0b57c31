import Foundation
import TestSupport
import Testing

/// Several machines that divide a stage among them make what one makes, byte for byte, or say which part is wanting.
@Suite struct ShardTests {
    /// A dataset with findings of every kind of rule, of which no file has changed for an hour: workers keep facts of such
    /// files alone.
    private func prepared() throws -> Workplace {
        let place = try Workplace()
        let labels = "shapes/labels/train/"
        try place.folder.write("7 0.5 0.5 0.3 0.3\n0 1.2 0.5 0.3 0.3\n", to: labels + "shape00.txt")
        try place.folder.write("0 0.5 0.5 1 1\nnonsense\n", to: labels + "shape01.txt")
        try place.folder.write("0 0.5 0.5 0.2 0.2\n", to: labels + "orphan.txt")
        // A copy, a near copy in the other split, and an image that is none.
        let copies = [("shape04", "train/copy"), ("shape04", "val/copy")]
        for (from, to) in copies {
            let folder = place.path + "/shapes/images/"
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: folder + "train").first { $0.hasPrefix(from) })
            try FileManager.default.copyItem(
                atPath: folder + "train/" + name, toPath: folder + to + name.dropFirst(from.count))
        }
        try place.folder.write("no image", to: "shapes/images/val/broken.jpg")
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -3600)]
        for file in try FileManager.default.subpathsOfDirectory(atPath: place.path) {
            try FileManager.default.setAttributes(past, ofItemAtPath: place.path + "/" + file)
        }
        try makePlan("plain", place)
        return place
    }

    private func makePlan(_ name: String, _ place: Workplace, more: String = "") throws {
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 96\nweights: model.safetensors\n\(more)", to: "\(name).yaml")
    }

    @discardableResult
    private func run(_ place: Workplace, _ arguments: String..., status: Int32? = 0) throws -> Executables.Outcome {
        let outcome = try Executables.run("assay", arguments, in: place.path)
        if let status { #expect(outcome.status == status, "\(arguments): \(outcome.status) \(outcome.errors)") }
        return outcome
    }

    /// What a run left, without the shards and the plan's own name.
    private func results(_ place: Workplace, _ plan: String) throws -> [String: String] {
        var all = try place.results(plan)
        all["shards"] = nil
        return all.mapValues { $0.replacing("\(plan).", with: "PLAN.") }
    }

    private func work(_ place: Workplace, _ plan: String, _ stage: String, shards: Int) throws {
        for index in 0..<shards {
            let outcome = try run(
                place, "work", "\(plan).yaml", "--stage", stage, "--shard", "\(index)/\(shards)", "--jobs", "1")
            #expect(outcome.errors.contains("shard \(index) of \(shards)"), "\(outcome.errors)")
        }
    }

    /// The folder of a stage's parts.
    private func parts(_ place: Workplace, _ plan: String, _ stage: String) throws -> String {
        let folder = "\(place.path)/\(plan).assay/shards/\(stage)"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 1)
        return folder + "/" + (try #require(names.first))
    }

    @Test func theSameBytesForAnyNumberOfShards() throws {
        let place = try prepared()
        try run(place, "run", "plain.yaml", status: 1)
        let plain = try results(place, "plain")
        #expect(plain["findings.json"]?.contains("I008") == true && plain["findings.json"]?.contains("P002") == true)
        #expect(plain["suspicions.csv"] != nil && plain["images.csv"] != nil)
        for shards in [1, 2, 7] {
            let plan = "of\(shards)"
            try makePlan(plan, place)
            try run(place, "shard", "\(plan).yaml", "--shards", "\(shards)")
            try work(place, plan, "labels", shards: shards)
            try run(place, "merge", "\(plan).yaml", "--stage", "labels", status: 1)
            try run(place, "run", "\(plan).yaml", "--only", "anchors")
            try work(place, plan, "toxic", shards: shards)
            try run(place, "merge", "\(plan).yaml", "--stage", "toxic", status: nil)
            let rest = try run(place, "run", "\(plan).yaml", status: 1)
            #expect(rest.errors.contains("labels: unchanged, anchors: unchanged, toxic: unchanged"), "\(rest.errors)")
            let merged = try results(place, plan)
            #expect(merged.keys.sorted() == plain.keys.sorted())
            for (name, text) in plain { #expect(merged[name] == text, "\(name) of \(shards) shards") }
        }
    }

    /// Some of them have no image at all.
    @Test func moreShardsThanImages() throws {
        let place = try prepared()
        try run(place, "run", "plain.yaml", "--only", "labels", status: 1)
        try makePlan("many", place)
        try run(place, "shard", "many.yaml", "--shards", "64")
        try work(place, "many", "labels", shards: 64)
        try run(place, "merge", "many.yaml", "--stage", "labels", status: 1)
        #expect(try results(place, "many") == results(place, "plain"))
    }

    /// What was read is not read again: a merge needs no image.
    @Test func aMergeReadsWhatWorkersHaveRead() throws {
        let place = try prepared()
        try run(place, "run", "plain.yaml", "--only", "labels", status: 1)
        try makePlan("two", place)
        try run(place, "shard", "two.yaml", "--shards", "2")
        try work(place, "two", "labels", shards: 2)
        let folder = try parts(place, "two", "labels")
        let size = try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) {
            $0 + (FileManager.default.contents(atPath: folder + "/" + $1)?.count ?? 0)
        }
        // A grid of 48 × 48 an image is in them.
        #expect(size > 20 * 2304, "\(size)")
    }

    @Test func anotherTryDoesNothing() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "3")
        try work(place, "plain", "labels", shards: 3)
        let folder = try parts(place, "plain", "labels")
        let before = FileManager.default.contents(atPath: folder + "/1-of-3.part")
        let again = try run(place, "work", "plain.yaml", "--stage", "labels", "--shard", "1")
        #expect(again.errors.contains("was there already"))
        // Made anew, it is the same.
        try FileManager.default.removeItem(atPath: folder + "/1-of-3.part")
        try run(place, "work", "plain.yaml", "--stage", "labels", "--shard", "1")
        #expect(FileManager.default.contents(atPath: folder + "/1-of-3.part") == before)
    }

    /// Whoever submits a second time loses nothing.
    @Test func listingAgainKeepsTheParts() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "3")
        try work(place, "plain", "labels", shards: 3)
        let before = FileManager.default.contents(atPath: place.path + "/plain.assay/shards/manifest")
        try run(place, "shard", "plain.yaml", "--shards", "3")
        #expect(FileManager.default.contents(atPath: place.path + "/plain.assay/shards/manifest") == before)
        try run(place, "merge", "plain.yaml", "--stage", "labels", status: 1)
    }

    @Test func partsThatAreWantingAreNamed() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "4")
        try work(place, "plain", "labels", shards: 4)
        try makePlan("other", place, more: "labels: {thresholds: {min_side: 9}}\n")
        try run(place, "shard", "other.yaml", "--shards", "4")
        try work(place, "other", "labels", shards: 4)
        let folder = try parts(place, "plain", "labels")
        func bytes(_ index: Int) -> Data {
            FileManager.default.contents(atPath: "\(folder)/\(index)-of-4.part") ?? Data()
        }
        let whole = (0..<4).map(bytes)
        var flipped = whole[1]
        flipped[flipped.count / 2] ^= 16
        let foreign =
            FileManager.default.contents(atPath: try parts(place, "other", "labels") + "/2-of-4.part") ?? Data()
        let cases: [(Data?, String)] = [
            (nil, "the part 1 is missing"), (flipped, "the part 1 is damaged"),
            (whole[1].dropLast(9), "the part 1 is damaged: it is cut off"), (Data(), "the part 1 is damaged"),
            (whole[2], "the part 1 is of the shard 2 of 4"), (foreign, "the part 1 is of other settings"),
            (Data("ASSAYPT1".utf8), "the part 1 is damaged"),
        ]
        for (contents, says) in cases {
            let path = "\(folder)/1-of-4.part"
            try? FileManager.default.removeItem(atPath: path)
            if let contents { try contents.write(to: URL(fileURLWithPath: path)) }
            let outcome = try run(place, "merge", "plain.yaml", "--stage", "labels", status: 2)
            let line = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(line.count == 1 && line[0].contains(says) && line[0].contains("assay work"), "\(outcome.errors)")
            #expect(!place.text("plain.yaml").contains("results:"))
        }
        // The worker does not take it for done either, and then all is well.
        try run(place, "work", "plain.yaml", "--stage", "labels", "--shard", "1/4")
        #expect(bytes(1) == whole[1])
        try run(place, "merge", "plain.yaml", "--stage", "labels", status: 1)
    }

    /// Four tasks of one shard, as where an engine has lost sight of one: each ends well, and nothing is left of them.
    @Test func severalWritersOfOneShard() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "2")
        let processes = try (0..<4).map { _ in
            let process = Executables.process(
                "assay", ["work", "plain.yaml", "--stage", "labels", "--shard", "0/2", "--quiet"], in: place.path)
            try process.run()
            return process
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let folder = try parts(place, "plain", "labels")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["0-of-2.part"])
    }

    /// A dataset that changes between listing and merge has no parts.
    @Test func aDatasetThatHasChangedIsListedAgain() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "2")
        try work(place, "plain", "labels", shards: 2)
        try place.folder.write("0 0.4 0.4 0.2 0.2\n", to: "shapes/labels/val/shape03.txt")
        let outcome = try run(place, "merge", "plain.yaml", "--stage", "labels", status: 2)
        #expect(outcome.errors.contains("has changed since it was listed") && outcome.errors.contains("assay shard"))
        try run(place, "shard", "plain.yaml", "--shards", "2")
        let missing = try run(place, "merge", "plain.yaml", "--stage", "labels", status: 2)
        #expect(missing.errors.contains("the parts 0-1 are missing"))
    }

    @Test func theEngineSaysWhichShard() throws {
        let place = try prepared()
        try run(place, "shard", "plain.yaml", "--shards", "3")
        for (variable, index) in [
            ("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 1), ("AWS_BATCH_JOB_ARRAY_INDEX", 2),
        ] {
            let outcome = try Executables.run(
                "assay", ["work", "plain.yaml", "--stage", "labels"], in: place.path,
                environment: [variable: "\(index)"])
            #expect(outcome.status == 0 && outcome.errors.contains("shard \(index) of 3"), "\(outcome.errors)")
        }
        try run(place, "merge", "plain.yaml", "--stage", "labels", status: 1)
    }

    /// What stays wrong is told from what another try may do.
    @Test func whatIsWrongStaysWrong() throws {
        let place = try prepared()
        let cases: [([String], String)] = [
            (["work", "plain.yaml", "--stage", "labels", "--shard", "0"], "has no manifest"),
            (["merge", "plain.yaml", "--stage", "labels"], "has no manifest"),
            (["work", "plain.yaml", "--stage", "anchors", "--shard", "0"], "labels or toxic"),
            (["work", "plain.yaml", "--shard", "0"], "--stage"),
            (["shard", "plain.yaml", "--shards", "0"], "--shards"),
        ]
        for (arguments, says) in cases {
            let outcome = try Executables.run("assay", arguments, in: place.path)
            #expect(outcome.status == 2 && outcome.errors.contains(says), "\(arguments): \(outcome.errors)")
        }
        try run(place, "shard", "plain.yaml", "--shards", "2")
        for (arguments, says) in [
            (["--shard", "2"], "from 0 to 1"), (["--shard", "0/3"], "--shards 3"), ([], "SLURM_ARRAY_TASK_ID"),
        ] {
            let outcome = try Executables.run(
                "assay", ["work", "plain.yaml", "--stage", "labels"] + arguments, in: place.path)
            #expect(outcome.status == 2 && outcome.errors.contains(says), "\(arguments): \(outcome.errors)")
        }
        // A manifest with a flipped bit is none.
        let path = place.path + "/plain.assay/shards/manifest"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let damaged = try run(place, "work", "plain.yaml", "--stage", "labels", "--shard", "0", status: 2)
        #expect(damaged.errors.contains("is damaged"))
        try makePlan("shares", place, more: "toxic: {gradient_of_share: true}\n")
        try run(place, "shard", "shares.yaml")
        let shares = try run(place, "work", "shares.yaml", "--stage", "toxic", "--shard", "0", status: 2)
        #expect(shares.errors.contains("gradient_of_share"))
        try place.folder.write("dataset: shapes/data.yaml\n", to: "blind.yaml")
        #expect(!(try run(place, "shard", "blind.yaml").output.contains("toxic")))
        let blind = try run(place, "work", "blind.yaml", "--stage", "toxic", "--shard", "0", status: 2)
        #expect(blind.errors.contains("nothing to judge with"))
    }
}
