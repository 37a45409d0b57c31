import AuditPlan
import TextForms
import ToolOptions
import YOLOModel

/// How far the judging models can be believed, as a plan keeps it: of the probe, and of what ranks.
enum JudgeEntries {
    private static let doubt = "cannot_judge"

    /// - Parameter sentence: why they cannot judge, with the way out; nil where they can.
    static func of(_ quality: JudgeQuality?, sentence: String?) -> [StageResult.Entry] {
        var entries: [StageResult.Entry] = []
        if let quality {
            entries = [
                .init("ap50", quality.ap50), .init("predictions_per_image", quality.predictions),
                .init("labels_per_image", quality.labels), .init("labels_found", quality.found),
            ]
        }
        entries.append(.init("can_judge", yaml: sentence == nil ? "true" : "false"))
        return entries + (sentence.map { [.init(doubt, $0)] } ?? [])
    }

    /// Why the models of a stage cannot judge, as a line; empty where they can.
    static func line(_ plan: PlanFile, _ stage: StageName) -> TerminalText {
        plan.summary(stage, doubt)?.string.map { "\($0)\n" as TerminalText } ?? ""
    }
}
