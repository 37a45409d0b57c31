import AuditPlan
import FileReading
import Findings
import RunCurves
import TextForms
import ToolOptions

/// The curves stage of a plan: logs of trainings on its dataset, joined with what the other stages found.
public enum CurvesStage: AuditStage {
    public static var needs: [StageName] { [.labels, .anchors, .toxic] }

    public static func check(_ plan: PlanFile, _ options: CurveOptions, _ session: AuditSession) throws {
        guard options.runs.paths.isEmpty else { return }
        throw FileError(
            file: plan.path, message: "names no run to look at",
            wayOut: "write curves: {runs: [runs/train/exp]}, or leave the block out")
    }

    public static func addInputs(_ plan: PlanFile, _ options: CurveOptions, to digest: inout DigestBuilder) throws {
        DiagnosisRegistry.documentation.map(\.code).add(to: &digest)
        for path in options.runs.paths { try RunReader.addContents(of: path, to: &digest) }
    }

    public static func run(_ work: StageWork<CurveOptions>) throws -> StageResult {
        let review = try RunReview(
            work.options.runs.paths, data: work.dataset.yamlPath,
            audit: try AuditKnowledge(work.plan, work.ledger, work.dataset))
        var outputs = [
            try work.write(review.json, to: "curves.json"), try work.write(review.text().text, to: "curves.txt"),
            try work.write(FindingReporter.render(review.findings, as: .json).text, to: "curves-findings.json"),
        ]
        if let picture = RunChart(review.runs).svg { outputs.append(try work.write(picture, to: "curves.svg")) }
        let all = review.runs.flatMap(\.diagnoses)
        func count(_ severity: Severity) -> Int { all.count { $0.severity == severity } }
        return StageResult(
            status: .done, inputs: "", outputs: outputs,
            summary: [
                .init("runs", review.runs.count), .init("errors", count(.error)), .init("warnings", count(.warning)),
                .init("notes", count(.note)),
            ])
    }

    public static func found(_ plan: PlanFile) -> String {
        func text(_ key: String, _ noun: String) -> String {
            Counted.text(plan.summary(.curves, key)?.int ?? 0, noun)
        }
        return "\(text("runs", "run")): \(text("errors", "error")), \(text("warnings", "warning"))"
    }

    public static func show(
        _ plan: PlanFile, _ options: CurveOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        func count(_ key: String) -> Int { plan.summary(.curves, key)?.int ?? 0 }
        let counts: [(Severity, String)] = [(.error, "errors"), (.warning, "warnings"), (.note, "notes")]
        return StageOutput(
            written: try plan.output(format == .json ? "curves.json" : "curves.txt"),
            hasFindings: counts.contains { $0.0 >= options.failOn && count($0.1) > 0 })
    }
}
