import FileReading
import Findings
import TextForms

/// Something to do, with the way to do it.
public struct NextStep: Sendable {
    /// An order, in a sentence.
    public let text: String
    /// Where on the page; nil for nowhere.
    public var place: String?
    /// To be copied into a shell, in order.
    public var commands: [String] = []

    /// The parameters are the properties of the same names.
    public init(_ text: String, at place: String? = nil, commands: [String] = []) {
        (self.text, self.place, self.commands) = (text, place, commands)
    }

    /// What an audit leads to, the most urgent first.
    ///
    /// - Parameter dropped: images that training drops.
    package static func list(_ content: ReportContent, dropped: Int) -> [NextStep] {
        var steps: [NextStep] = []
        let plan = content.planPath.map { ShellWord.quoted(Paths.fileName(of: $0)) }
        let dataset = ShellWord.quoted(content.datasetPath)
        let stops = content.findings.filter { $0.effect.verdict == .stops }
        if let stop = stops.first {
            steps.append(NextStep("Make training start: \(stop.message). \(stop.fix).", at: "findings"))
        }
        if dropped > 0 {
            steps.append(
                NextStep(
                    "Correct the rows that make the trainer drop \(Counted.text(dropped, "image")); nothing in the training output will remind you.",
                    at: "findings", commands: ["assay-labels \(dataset) --diff", "assay-labels \(dataset) --fix"]))
        }
        let errors = content.findings.count { $0.severity == .error }
        if errors > 0 {
            let them = errors == 1 ? "Look at the error" : "Go through the \(Counted.number(errors)) errors"
            steps.append(NextStep("\(them): file, line and way out stand beside each.", at: "findings"))
        }
        if content.anchors?.verdict == "new" {
            steps.append(
                NextStep(
                    "Put the new anchors (anchors.yaml) into the model file before training from scratch; a checkpoint keeps its own.",
                    at: "anchors"))
        }
        if let doubt = content.doubt {
            let text =
                content.isOutOfFold
                ? "Train the probe longer before anything is decided: it \(doubt)."
                : "Judge by a probe, or by other weights, before anything is decided: these \(doubt)"
            steps.append(NextStep(text, at: "training"))
        }
        let open = content.suspicions.count { $0.kind != .check && $0.probability >= 0.5 }
        if open > 0, content.doubt == nil {
            let text =
                "Decide \(Counted.text(open, "likely wrong label")) in the review, and write the decisions into the labels."
            let commands = plan.map { ["assay-report \($0) --serve", "assay-report apply \($0)"] } ?? []
            steps.append(NextStep(text, at: "review", commands: commands))
        }
        if steps.isEmpty { steps.append(NextStep("Nothing stands in the way of training.")) }
        return steps
    }
}
