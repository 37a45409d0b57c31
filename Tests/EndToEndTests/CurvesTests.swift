import Foundation
import TestSupport
import Testing

/// Logs of trainings, alone and as a stage of a plan.
@Suite struct CurvesTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        try log("spike", [4, 3.6, 3.3, 3.1, 2.9, 4.8, 2.8, 2.7, 2.6, 2.5])
        try log("healthy", [4, 3.6, 3.3, 3.1, 2.9, 2.85, 2.8, 2.7, 2.6, 2.5])
    }

    private func log(_ name: String, _ losses: [Double]) throws {
        let rows = losses.enumerated().map { "\($0 + 1),\($1),\(Double($0) / 20)\n" }.joined()
        try place.folder.write("epoch,train/box_loss,metrics/mAP50(B)\n" + rows, to: "\(name)/results.csv")
        try place.folder.write("lr0: 0.01\nepochs: 10\nseed: 0\ndata: shapes/data.yaml\n", to: "\(name)/args.yaml")
    }

    private func plan(_ runs: String) throws {
        try place.folder.write(
            "dataset: shapes/data.yaml\nimage_size: 128\ncurves: {runs: [\(runs)]}\n", to: "plan.yaml")
    }

    @Test func theExitStatusSaysWhetherARunIsHealthy() throws {
        let healthy = try place.run("assay-curves", "healthy")
        #expect(healthy.status == 0 && healthy.output.contains("healthy: none"), "\(healthy)")
        let spike = try place.run("assay-curves", "spike")
        #expect(spike.status == 1 && spike.output.contains("C005 one spike, epoch 6"), "\(spike)")
        #expect(try place.run("assay-curves", "spike", "--fail-on", "error").status == 0)
        let nothing = try place.run("assay-curves", "shapes")
        #expect(nothing.status == 2 && nothing.errors.contains("holds no log"), "\(nothing)")
        #expect(try place.run("assay-curves", "healthy", "--runs", "spike").status == 2)
    }

    @Test func everyFormIsWritten() throws {
        let told = try place.run("assay-curves", "spike", "healthy", "--format", "json").output
        let json = try #require(try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any])
        let runs = try #require(json["runs"] as? [[String: Any]])
        #expect(runs.count == 2 && json["comparison"] != nil)
        let found = try #require((runs[0]["diagnoses"] as? [[String: Any]])?.first)
        #expect(
            found["code"] as? String == "C005" && found["epochs"] as? [Int] == [6, 6] && found["line"] as? Int == 7)
        let sarif = try place.run("assay-curves", "spike", "--format", "sarif").output
        #expect(sarif.contains("\"C005\"") && sarif.contains("spike/results.csv"))
        #expect(
            try place.run("assay-curves", "spike", "--format", "github").output.hasPrefix(
                "::warning file=spike/results.csv,line=7"))
        #expect(try place.run("assay-curves", "spike", "--plot", "a.svg", "--no-sparklines").status == 1)
        #expect(place.text("a.svg").contains("C005"))
    }

    @Test func aPlanJoinsItsRuns() throws {
        try plan("spike, healthy")
        let first = try place.run("assay", "run", "plan.yaml")
        #expect(first.status == 1 && first.output.contains("C005"), "\(first)")
        #expect(place.text("plan.assay/curves-findings.json").contains("\"C005\""))
        let page = place.text("plan.assay/report.html")
        #expect(page.contains("id=\"tab-curves\"") && page.contains("C005 one spike"))
        #expect(try place.run("assay", "run", "plan.yaml").errors.contains("curves: unchanged"))
        try log("spike", [4, 3.6, 3.3, 3.1, 2.9, 2.85, 2.8, 2.7, 2.6, 2.5])
        let mended = try place.run("assay", "run", "plan.yaml")
        #expect(mended.status == 0 && !mended.errors.contains("curves: unchanged"), "\(mended)")
        #expect(!place.text("plan.assay/report.html").contains("C005 one spike"))
    }

    @Test func runsOfTwoTrainersAreComparedByWhatBothHave() throws {
        try place.folder.write(
            "epoch,train/box_loss,train/obj_loss,metrics/mAP_0.5\n0,4,1,0.1\n1,3,0.9,0.2\n", to: "five/results.csv")
        try place.folder.write("weights: yolov5n.pt\nepochs: 2\nseed: 0\nquad: false\n", to: "five/opt.yaml")
        try place.folder.write("lr0: 0.02\nanchor_t: 4.0\n", to: "five/hyp.yaml")
        let told = try place.run("assay-curves", "healthy", "five", "--plot", "two.svg", "--no-sparklines").output
        #expect(
            told.contains("  trainer: Ultralytics | YOLOv5\n  setting epochs: 10 | 2\n  setting lr0: 0.01 | 0.02\n"))
        #expect(told.contains("and 3 settings that not all of them have") && !told.contains("anchor_t"), "\(told)")
        let json = try place.run("assay-curves", "healthy", "five", "--format", "json").output
        #expect(json.contains("anchor_t"))
        // One panel for the score of both.
        #expect(place.text("two.svg").components(separatedBy: ">mAP50<").count == 2)
    }

    /// Time alone makes a run that is in progress one that was cut off.
    @Test func aRunThatStaysUnfinishedIsLookedAtAgain() throws {
        try log("half", [4, 3.6, 3.3, 3.1, 2.9])
        try plan("half")
        let first = try place.run("assay", "run", "plan.yaml")
        #expect(first.status == 0 && place.text("plan.assay/curves.txt").contains("in progress"), "\(first)")
        #expect(try place.run("assay", "run", "plan.yaml").errors.contains("curves: unchanged"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86400)],
            ofItemAtPath: place.folder.path + "/half/results.csv")
        let second = try place.run("assay", "run", "plan.yaml")
        #expect(second.status == 1 && second.output.contains("C016"), "\(second)")
        #expect(!second.errors.contains("curves: unchanged"), "\(second)")
    }

    @Test func aPlanWithoutRunsSaysSo() throws {
        try plan("")
        let empty = try place.run("assay-curves", "plan.yaml")
        #expect(empty.status == 2 && empty.errors.contains("names no run"), "\(empty)")
        try plan("nowhere")
        #expect(try place.run("assay-curves", "plan.yaml").status == 2)
    }

    /// What the audit knows stands in the diagnosis of a run alone, too.
    @Test func anAuditIsJoinedByName() throws {
        try place.makePlan()
        _ = try place.run("assay", "run", "plan.yaml")
        let joined = try place.run("assay-curves", "spike", "--audit", "plan.yaml")
        #expect(joined.status == 1 && joined.output.contains("first: look at images/"), "\(joined)")
    }
}
