import FileReading
import RunCurves

/// A log as each of its readers takes it: whatever is read has each epoch once, in order, and can be diagnosed and drawn.
@Sendable func readRunLog(_ input: [UInt8]) throws {
    _ = ConsoleLog(input, file: "console.log")
    let table = try RunReader.table(of: input, file: "log")
    demand(zip(table.rows, table.rows.dropFirst()).allSatisfy { $0.epoch < $1.epoch }, "epochs out of order")
    demand(table.rows.allSatisfy { $0.epoch > 0 }, "an epoch before the first")
    for column in table.columns {
        let curve = table.curve(column)
        demand(Sparkline.text(curve, width: 10).count <= 10, "a line that is too long")
        demand(curve.points.count + curve.broken.count <= table.rows.count, "more values than epochs")
    }
    let run = TrainingRun(name: "log", table: table)
    let found = DiagnosisRegistry.diagnose(run)
    demand(found.allSatisfy { !$0.steps.isEmpty }, "a diagnosis without a way out")
    _ = RunJSON.text([(run, found)], nil)
}
