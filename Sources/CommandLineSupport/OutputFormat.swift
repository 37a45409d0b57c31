import AuditPlan
import TextForms
import ToolOptions

/// The form of a command's result.
public enum OutputFormat: String, SettingWord {
    case text
    /// One value, as it has always been.
    case json
    /// The same within an object that says what it is, with a version: docs/schemas.
    case jsonV2 = "json-v2"

    /// What stages and writers know: text, or the value alone.
    public var plain: ResultFormat { self == .text ? .text : .json }
}

/// What a JSON output holds. Each has a schema, `docs/schemas/NAME.schema.json`.
public enum ResultKind: String, Sendable, CaseIterable {
    case findings, card, verdicts, rules, undo, anchors, probe, images, evaluation, model, curves, page, applied
    case plan, run, status, diff, conversion, shards, part

    /// It changes when something is taken away or comes to mean something else; what is only added leaves it.
    public var version: Int { 1 }

    /// `{"format": "assay-findings", "version": 1, "assay": "0.2.0", "result": …}`
    ///
    /// - Parameter json: one value.
    public func envelope(_ json: String) -> String {
        var writer = JSONWriter()
        writer.object(.lines) { writer in
            writer.member("format", "assay-\(rawValue)")
            writer.member("version", version)
            writer.member("assay", assayVersion)
            writer.member("result", JSONFragment(String(json.reversed().drop(while: \.isNewline).reversed())))
        }
        writer.endLine()
        return writer.text
    }
}

extension Tool {
    /// A result as JSON, within its envelope where that is asked for.
    public static func output(json: String, _ kind: ResultKind, hasEnvelope: Bool) {
        output(written: hasEnvelope ? kind.envelope(json) : json)
    }

    /// What a stage shows, in that form, and status 1 where there is something to look at.
    public static func show(_ shown: StageOutput, _ kind: ResultKind, as format: OutputFormat) throws {
        guard format == .jsonV2 else { return try show(shown) }
        try show(StageOutput(written: kind.envelope(shown.text.text), hasFindings: shown.hasFindings))
    }
}
