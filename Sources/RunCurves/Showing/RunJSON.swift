import Findings
import TextForms

/// Runs and their diagnoses for programs.
public enum RunJSON {
    /// One object: `runs`, and `comparison` where there are two or more.
    public static func text(_ runs: [(run: TrainingRun, diagnoses: [Diagnosis])], _ comparison: RunComparison?)
        -> String
    {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.array("runs", .lines) { json in for (run, diagnoses) in runs { write(run, diagnoses, &json) } }
            if let comparison { json.object("comparison", .lines) { write(comparison, runs.map(\.run), &$0) } }
        }
        json.endLine()
        return json.text
    }

    private static func write(_ run: TrainingRun, _ diagnoses: [Diagnosis], _ json: inout JSONWriter) {
        json.object(.lines) { json in
            json.member("name", run.name)
            json.member("path", run.path)
            json.member("trainer", run.trainer.rawValue)
            json.member("files", run.logFiles + run.settings.files)
            json.member("epochs", run.table.rows.map(\.epoch))
            json.member("epochs_wanted", run.wantedEpochs)
            json.member("notes", run.table.notes.map(\.text))
            json.object("columns", .lines) { json in
                for column in run.table.columns { json.member(column.name, run.table.rows.map { $0.values[column] }) }
            }
            json.array("diagnoses", .lines) { json in for diagnosis in diagnoses { json.value(diagnosis) } }
        }
    }

    private static func write(_ comparison: RunComparison, _ runs: [TrainingRun], _ json: inout JSONWriter) {
        func differences(_ key: String, _ all: [RunComparison.Difference]) {
            json.object(key) { json in for one in all { json.member(one.key, one.values) } }
        }
        json.member("names", comparison.names)
        differences("settings", comparison.settings)
        differences("data", comparison.data)
        differences("seed", comparison.seeds.map { [$0] } ?? [])
        json.object("first_difference") { json in
            for (name, epoch) in comparison.firstDifferences { json.member(name, epoch) }
        }
        json.array("seed_groups") { json in
            for group in comparison.groups {
                json.object { json in
                    json.member("names", group.names)
                    json.member("scores", group.scores)
                    json.member("mean", group.mean)
                    json.member("deviation", group.deviation)
                    json.member("least_gain", group.leastGain)
                }
            }
        }
        if let verdict = comparison.verdict(runs) {
            json.object("verdict") { json in
                json.member("best", verdict.best)
                json.member("gain", verdict.gain)
                json.member("is_real", verdict.isReal)
            }
        }
        json.object("irreproducible") { json in for cause in comparison.causes { json.member(cause.key, cause.reason) }
        }
    }
}

extension Diagnosis: JSONWritable {
    /// `code, name, severity, epochs, message, figures, steps, file, line`; epochs are the first and the last, or null.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("name", name)
            json.member("severity", severity.rawValue)
            json.member("epochs", epochs.map { [$0.lowerBound, $0.upperBound] })
            json.member("message", message)
            json.object("figures") { json in for (name, value) in figures { json.member(name, value) } }
            json.array("steps") { json in
                for step in steps {
                    json.object { json in
                        json.member("text", step.text)
                        json.member("file", step.file)
                        json.member("set", step.setting.map { "\($0.key)=\($0.value)" })
                    }
                }
            }
            json.member("file", file)
            json.member("line", line)
        }
    }

    /// As a finding of the other tools' form, with the file below `folder`.
    public func finding(in folder: String) -> Finding {
        let isStop = code == "C014"
        return Finding(
            code: code, severity: severity, file: folder.isEmpty ? file : "\(folder)/\(file)", line: line,
            message: "\(name): \(message)",
            effect: isStop ? .stops("no epoch was finished") : .altered("the training is not what was meant"),
            fix: steps.first?.text ?? "look at the curve")
    }
}
