import TestSupport
import Testing

/// Advice is about the settings of the trainer that the person uses.
@Suite struct AdviceTests {
    @Test func aPlanAdvisesTheTrainerOfItsLabels() throws {
        let place = try Workplace()
        try place.makePlan("own.yaml")
        try place.makePlan("other.yaml")
        let text = place.text("other.yaml").replacing("  trainer: ultralytics ", with: "  trainer: yolov5 ")
        #expect(text != place.text("other.yaml"))
        try place.folder.write(text, to: "other.yaml")
        for plan in ["own.yaml", "other.yaml"] { #expect(try place.run("assay", "run", plan).status == 0) }
        // Ultralytics takes a part of its settings, YOLOv5 all of them or none.
        #expect(!place.text("own.assay/hyp.suggested.yaml").contains("lr0:"))
        #expect(place.text("other.assay/hyp.suggested.yaml").contains("\nlr0: 0.01\n"))
        let outcome = try place.run("assay-toxic", "other.yaml", "--trainer", "yolov7")
        #expect(outcome.status == 0 && place.text("other.assay/hyp.suggested.yaml").contains("paste_in: 0.15"))
        for name in ["own", "other"] {
            let text = place.text("\(name).assay/hyp.suggested.yaml")
            #expect(!text.contains("\nmax_norm:") && text.hasPrefix("# "))
        }
    }
}
