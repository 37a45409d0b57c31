import Findings
import Foundation
import RunCurves
import TestSupport
import Testing

@Suite struct DiagnosisTests {
    /// The examples in a diagnosis's documentation are its tests.
    @Test(arguments: DiagnosisRegistry.documentation.map(\.code))
    func examplesBehaveAsDocumented(code: String) throws {
        let documentation = try #require(DiagnosisRegistry.documentation(of: code))
        #expect(!documentation.triggering.isEmpty && !documentation.clean.isEmpty)
        for (number, example) in documentation.triggering.enumerated() {
            let found = DiagnosisRegistry.diagnose(try example.run())
            let own = try #require(
                found.first { $0.code == code }, "\(code) is not found in its example \(number): \(found.map(\.code))")
            #expect(!own.steps.isEmpty && !own.message.isEmpty)
        }
        for example in documentation.clean {
            #expect(!DiagnosisRegistry.diagnose(try example.run()).contains { $0.code == code }, "\(code)")
        }
    }

    @Test func everyDiagnosisFileIsRegistered() throws {
        let folder = SharedMaterial.checkout.appendingPathComponent("Sources/RunCurves/Diagnoses")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.first == "C" && $0.dropFirst().first?.isNumber ?? false }.map { String($0.prefix(4)) }.sorted()
        #expect(DiagnosisRegistry.documentation.map(\.code) == files)
    }

    @Test func whatFollowsFromACauseIsNotSaidBesides() throws {
        // nan: the loss of class rises, too, and the score is gone.
        let run = try table(
            """
            epoch,train/box_loss,train/cls_loss,metrics/mAP50(B),val/cls_loss
            1,4,3,0,3
            2,3.9,2.9,0,900
            3,nan,nan,0,nan
            4,nan,nan,0,nan
            """)
        #expect(DiagnosisRegistry.diagnose(run).map(\.code) == ["C007"])
    }

    /// One batch that overflowed is no error, and hides nothing; a part that stays without a number is one, whatever else heals.
    @Test(arguments: [
        (
            ["inf", "2.2", "2.1"], ["0.4", "0.4", "0.4"], "warning",
            "train/box is no number in epoch 3, and one again in epoch 4"
        ),
        (["inf", "2.2", "nan"], ["0.4", "0.4", "0.4"], "error", "train/box is no number from epoch 3 on"),
        (["inf", "2.2", "2.1"], ["0.4", "nan", "nan"], "error", "train/cls is no number from epoch 4 on"),
        (
            ["nan", "nan", "2.1"], ["0.4", "0.4", "0.4"], "warning",
            "train/box is no number in epochs 3 to 4, and one again in epoch 5"
        ),
    ])
    func aLossThatHealsIsAWarning(box: [String], classes: [String], severity: String, message: String) throws {
        let rows = zip(box, classes).enumerated().map { "\($0 + 3),\($1.0),\($1.1)" }
        let run = try table(
            (["epoch,train/box_loss,train/cls_loss", "1,3,0.6", "2,2.5,0.5"] + rows).joined(separator: "\n"))
        let found = try #require(DiagnosisRegistry.diagnose(run).first { $0.code == "C007" })
        #expect(found.severity.rawValue == severity && found.message == message, "\(found.message)")
    }

    @Test func aLossThatHealsHidesNothing() throws {
        let overfit = try #require(DiagnosisRegistry.documentation(of: "C008")?.triggering.first)
        var lines = overfit.csv.split(separator: "\n").map(String.init)
        #expect(lines[4].hasPrefix("4,2.0,"))
        lines[4] = lines[4].replacing("4,2.0,", with: "4,inf,")
        #expect(
            DiagnosisRegistry.diagnose(try table(lines.joined(separator: "\n"))).map(\.code).sorted() == [
                "C007", "C008",
            ])
    }

    @Test func anAuditNamesTheFiles() throws {
        var audit = AuditKnowledge()
        audit.isThere = true
        audit.worstImages = [.init(name: "images/train/bad.jpg", gradientNorm: 812, loss: 44)]
        let spike = try #require(DiagnosisRegistry.documentation(of: "C005")?.triggering.first)
        let found = try #require(DiagnosisRegistry.diagnose(try spike.run(), audit: audit).first)
        #expect(found.steps.first?.file == "images/train/bad.jpg")
        #expect(found.epochs == 6...6)
        #expect(found.finding(in: "runs/exp").file == "runs/exp/results.csv")
        #expect(found.finding(in: "runs/exp").line == 7)
    }

    /// A setting is named in the trainer's own key, and only where it is out of the usual range.
    @Test func aRateThatIsFarOffIsNamedWithTheUsualOne() throws {
        let flat = try #require(DiagnosisRegistry.documentation(of: "C001")?.triggering.first)
        let steps = try #require(DiagnosisRegistry.diagnose(try flat.run()).first).steps
        #expect(steps.first?.setting?.key == "lr0" && steps.first?.setting?.value == "0.01")
    }

    /// A run without a failure is healthy where it detects something, and else has only begun.
    @Test func aRunThatDetectsNothingYetIsNotCalledHealthy() throws {
        let documentation = try #require(DiagnosisRegistry.documentation(of: "C006"))
        let (good, begun) = (documentation.clean[0], documentation.clean[1])
        func words(_ example: RunExample) throws -> String {
            let run = try example.run()
            return RunText.text([(run, DiagnosisRegistry.diagnose(run))], drawsCurves: false).text
        }
        #expect(try words(good).contains("healthy: none"))
        let text = try words(begun)
        #expect(text.contains("hardly anything is detected yet (mAP50 0.009") && !text.contains("healthy"), "\(text)")
    }

    private func table(_ csv: String) throws -> TrainingRun {
        let folder = try TemporaryFolder()
        try folder.write(csv + "\n", to: "run/results.csv")
        return try RunReader.read(folder.path + "/run")
    }
}
