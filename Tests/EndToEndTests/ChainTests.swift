import Foundation
import TestSupport
import Testing

@Suite struct ChainTests {
    @Test func chainEndsWithAReport() throws {
        let place = try Workplace()
        try place.makePlan()
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let page = place.text("plan.assay/report.html")
        #expect(page.contains("Images to look at") && page.contains("data:image/webp;base64,"))
        #expect(page.contains("Content-Security-Policy"))
        #expect(!page.contains("http://") && !page.contains("https://"))
        let plan = place.text("plan.yaml")
        for stage in ["labels", "anchors", "toxic", "report"] {
            #expect(plan.contains("\n  \(stage):\n    status: done"))
        }
    }

    @Test func twiceAndForAnyJobsTheSame() throws {
        let place = try Workplace()
        var results: [[String: String]] = []
        for (name, jobs) in [("a", "1"), ("b", "2"), ("c", "2")] {
            try place.makePlan("\(name).yaml")
            #expect(try place.run("assay", "run", "\(name).yaml", "--jobs", jobs).status == 0)
            results.append(try place.results(name))
        }
        #expect(results[0] == results[1])
        #expect(results[1] == results[2])
        #expect(results[0].count >= 9)
    }

    /// The plan's options that cost less do what those of the command do, for any number of threads.
    @Test func cheaperOptionsSayTheSameInPlanAndCommand() throws {
        let place = try Workplace()
        try place.makePlan()
        let plan = place.text("plan.yaml").replacing("letterbox: square", with: "letterbox: rectangle")
            .replacing("gradient: full", with: "gradient: head")
        try place.folder.write(plan, to: "plan.yaml")
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        func rank(_ more: String...) throws -> Executables.Outcome {
            try Executables.run(
                "assay-toxic",
                ["shapes/data.yaml", "--weights", "model.safetensors", "--size", "160", "--format", "csv"] + more,
                in: place.path)
        }
        let rectangle = try rank("--letterbox", "rectangle", "--gradient", "head", "--jobs", "1")
        #expect(rectangle.status == 0 && rectangle.output == place.text("plan.assay/images.csv"))
        #expect(try rank("--letterbox", "rectangle", "--gradient", "head", "--jobs", "3").output == rectangle.output)
        let square = try rank()
        #expect(square.output != rectangle.output)
        let rounded = try rank("--precision", "bfloat16")
        func losses(_ outcome: Executables.Outcome) -> [String] {
            outcome.output.split(separator: "\n").map { row in
                let columns = row.split(separator: ",", omittingEmptySubsequences: false)
                return columns[0] + " " + columns[3]
            }.sorted()
        }
        if rounded.status == 0 {
            #expect(losses(rounded) == losses(square) && rounded.output != square.output)
        } else {
            #expect(rounded.status == 2 && rounded.errors.contains("--precision single"))
        }
    }

    /// Losses and suspicions do not depend on which gradients are taken, and norms of a part are called that: trainers clip
    /// the whole.
    @Test func aPartOfTheGradientIsNotTakenForTheWhole() throws {
        let place = try Workplace()
        try place.makePlan()
        func rank(_ reach: String) throws -> (text: String, rows: [String]) {
            let common = ["shapes/data.yaml", "--weights", "model.safetensors", "--size", "160", "--gradient", reach]
            let text = try Executables.run("assay-toxic", common + ["--output", reach], in: place.path)
            let csv = try Executables.run("assay-toxic", common + ["--format", "csv"], in: place.path)
            #expect(text.status == 0 && csv.status == 0)
            // Up to the classes' loss, then probability.
            let rows = csv.output.split(separator: "\n").map { row in
                let cells = row.split(separator: ",", omittingEmptySubsequences: false)
                return cells[0...9].joined(separator: ",") + "," + cells[21]
            }
            return (text.output, rows.sorted())
        }
        let full = try rank("full")
        #expect(full.text.contains("clipping at max_norm 10 would touch") && !full.text.contains("alone"))
        for (reach, words) in [
            ("small", "of scales, shifts, biases and small layers alone"), ("head", "of the head alone"),
            ("none", "gradients were not taken"),
        ] {
            let part = try rank(reach)
            #expect(part.rows == full.rows, "\(reach)")
            #expect(part.text.contains(words) && !part.text.contains("would touch"), "\(reach)")
            #expect(!part.text.contains("19 of 20 images"), "\(reach)")
            #expect(place.text("\(reach)/suspicions.csv") == place.text("full/suspicions.csv"), "\(reach)")
        }
        // As a stage, in ledger and report.
        try place.folder.write(
            place.text("plan.yaml").replacing("gradient: full", with: "gradient: small"), to: "plan.yaml")
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        let report = place.text("plan.assay/report.html")
        #expect(report.contains("of scales, shifts, biases and small layers alone"))
        #expect(!report.contains("clipped at max_norm"))
    }

    @Test func stagesOneByOneGiveTheSame() throws {
        let place = try Workplace()
        try place.makePlan("a.yaml")
        try place.makePlan("b.yaml")
        #expect(try place.run("assay", "run", "a.yaml").status == 0)
        for stage in ["labels", "anchors", "toxic", "report"] {
            #expect(try place.run("assay-\(stage)", "b.yaml").status == 0)
        }
        #expect(try place.results("a") == place.results("b"))
    }

    @Test func unchangedIsSkippedAndStaleRunsAgain() throws {
        let place = try Workplace()
        try place.makePlan()
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        let first = try place.results()
        let again = try place.run("assay", "run", "plan.yaml")
        for stage in ["labels", "anchors", "toxic", "report"] { #expect(again.errors.contains("\(stage): unchanged")) }
        #expect(try place.results() == first)
        // One label changes: every stage that reads labels runs again.
        try place.folder.write("0 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        let stale = try place.run("assay", "run", "plan.yaml")
        #expect(!stale.errors.contains("unchanged"))
        #expect(try place.results() != first)
    }

    /// As coco128 does: an image in two splits is one image, and an error of the labels alone.
    @Test func validatingOnTheTrainingImagesWorks() throws {
        let place = try Workplace()
        let yaml = place.text("shapes/data.yaml").replacing("val: images/val", with: "val: images/train")
        try place.folder.write(yaml, to: "shapes/data.yaml")
        try place.makePlan()
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(place.text("plan.assay/findings.json").contains("D020"))
        #expect(place.text("plan.assay/images.csv").split(separator: "\n").count == 1 + 24)
    }

    @Test func personsPartStaysByteForByte() throws {
        let place = try Workplace()
        let persons =
            "# mine — ünïcode\r\ndataset:   shapes/data.yaml   # here\nimage_size: 160\nanchors: {count: 6}\n\n# no newline after this"
        try place.folder.write(persons, to: "plan.yaml")
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        #expect(Array(place.text("plan.yaml").utf8).starts(with: Array(persons.utf8)))
    }

    @Test func withoutACheckpointTheChainGoesOn() throws {
        let place = try Workplace()
        try place.makePlan(weights: nil)
        let outcome = try place.run("assay", "run", "plan.yaml")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("nothing to judge with") && place.text("plan.yaml").contains("status: blocked"))
        #expect(place.text("plan.assay/report.html").contains("nothing to judge with"))
    }

    /// From scratch, for one epoch: whatever the number of threads, and whether it is cut short or not.
    @Test func aProbeJudgesOutOfFold() throws {
        let place = try Workplace()
        for (name, jobs) in [("a", "1"), ("b", "3")] {
            try place.makePlan("\(name).yaml", weights: nil)
            let block = "probe:\n  size: 64\n  epochs: 2\n  folds: 2\n"
            try place.folder.write(place.text("\(name).yaml") + block, to: "\(name).yaml")
            #expect(try place.run("assay", "run", "\(name).yaml", "--jobs", jobs).status == 0)
        }
        #expect(place.text("a.yaml").contains("out_of_fold: true"))
        for file in [
            "suspicions.csv", "predictions.csv", "images.csv", "probe/steps.csv", "probe/losses.csv", "probe/folds.csv",
        ] {
            #expect(
                place.text("a.assay/\(file)") == place.text("b.assay/\(file)") && !place.text("a.assay/\(file)").isEmpty
            )
        }
        #expect(try place.results("a") == place.results("b"))
        // The folder is what assay-toxic takes.
        let outcome = try place.run("assay-toxic", "shapes/data.yaml", "--probe", "a.assay/probe", "--top", "3")
        #expect(outcome.status == 0 && outcome.output.contains("have not seen"))
    }

    @Test(arguments: [5, 15, 40, 80, 150, 300])
    func killedRunsLeaveAPlanThatLoads(milliseconds: Int) throws {
        let place = try Workplace()
        try place.makePlan("whole.yaml")
        #expect(try place.run("assay", "run", "whole.yaml").status == 0)
        try place.makePlan("killed.yaml")
        let process = Executables.process("assay", ["run", "killed.yaml"], in: place.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(UInt32(milliseconds * 1000))
        // The stage that is running ends with its parent, and lets go of the plan.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let outcome = try place.run("assay", "run", "killed.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try place.results("killed") == place.results("whole"))
    }

    /// `kill -INT` reaches `assay run` alone, which hands it on to its stage.
    @Test func interruptedRunsEndCleanly() throws {
        let place = try Workplace()
        try place.makePlan("whole.yaml")
        #expect(try place.run("assay", "run", "whole.yaml").status == 0)
        try place.makePlan("cut.yaml")
        let process = Executables.process("assay", ["run", "cut.yaml"], in: place.path)
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        // The first note tells that the first stage is about to start.
        let note = errors.fileHandleForReading.availableData
        kill(process.processIdentifier, SIGINT)
        let text = String(decoding: note + errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 2)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("error: ") } == 1, "\(text)")
        #expect(try place.run("assay", "run", "cut.yaml").status == 0)
        #expect(try place.results("cut") == place.results("whole"))
    }
}
