import FileReading
import Findings
import Foundation
import GRDB
import NIOCore
import NIOEmbedded

@testable import AuditPlan
@testable import AuditReport
@testable import ReportServing

/// A decision that is taken can be kept, read back, and turned into a change of a row.
@Sendable func readDecisions(_ text: [UInt8]) throws {
    let file = try DecisionFile.parse(text, file: "fuzz.json")
    for decision in file.decisions {
        demand(decision.line.map { $0 > 0 } ?? true)
        let row = decision.row(isApplied: false)
        guard let again = DecisionFile.Decision(row) else { fail("a decision that cannot be kept") }
        demand(again.label == decision.label && again.row == decision.row, "kept otherwise")
    }
    for patch in file.lastOfEach.compactMap(\.patch) {
        for row in [patch.old, patch.new].compactMap(\.self) {
            demand(row.classID >= 0 && row.values.count == 4 && row.values.allSatisfy { (0...1.01).contains($0) })
        }
    }
}

/// A plan with one suspicion, whose report is served.
private struct Served: @unchecked Sendable {
    let responder: ReportResponder
    let address: SocketAddress

    static let one: Served = {
        do {
            _ = MemoryFolder.write(Array("path: .\ntrain: images\nval: images\nnames: [a, b]\n".utf8), to: "data.yaml")
            let path = MemoryFolder.write(Array("dataset: data.yaml\n".utf8), to: "plan.yaml")
            let plan = try PlanFile.load(path)
            try Ledger(plan.ledgerPath).replaceLosses(
                images: [ImageLossRow(image: "images/a.png", split: "train")], boxes: [],
                suspicions: [
                    SuspicionRow(
                        id: "a1", image: "images/a.png", line: 1, kind: .wrongClass, score: 0.5, impact: 0.1, class: 1,
                        cx: 0.5, cy: 0.5, w: 0.1, h: 0.1, evidence: "so")
                ])
            return Served(
                responder: try ReportResponder(plan, seed: 0), address: try SocketAddress(unixDomainSocketPath: "/fuzz")
            )
        } catch {
            fail("no plan to serve: \(error)")
        }
    }()
}

/// A connection is answered in HTTP or closed; bytes come in two pieces.
@Sendable func serve(_ input: [UInt8]) throws {
    let served = Served.one
    let channel = EmbeddedChannel()
    let connection = ReportConnection(
        admission: RequestGuard(token: "token", port: 80), connections: OpenConnections(most: 4), deadlines: .init()
    ) { loop, method, name, body in loop.makeSucceededFuture(served.responder.answer(method, name, body)) }
    try connection.add(to: channel)
    try channel.connect(to: served.address).wait()
    for piece in [input[..<(input.count / 2)], input[(input.count / 2)...]] {
        // What the parser does not like ends the connection.
        _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
    }
    channel.embeddedEventLoop.run()
    // The time that the other side has to end.
    channel.embeddedEventLoop.advanceTime(by: .seconds(2))
    var answer: [UInt8] = []
    while let part = try? channel.readOutbound(as: ByteBuffer.self) { answer += part.readableBytesView }
    demand(answer.isEmpty || answer.starts(with: "HTTP/1.".utf8), "an answer that is not HTTP")
    demand(answer.isEmpty || !channel.isActive, "answered, and still open")
    _ = try? channel.finish(acceptAlreadyClosed: true)
}

/// Any value in any column is read, or refused in words. The first line names the table, each further one is a value:
/// a letter for its type, a blank, and the value.
@Sendable func readLedger(_ input: [UInt8]) throws {
    let lines = input.split(separator: 10, omittingEmptySubsequences: false)
    let table = String(decoding: lines[0], as: UTF8.self)
    guard let place = LedgerTables.one.all.first(where: { $0.name == table }) else { return }
    let ledger = LedgerTables.one.ledger
    let values = (0..<place.columns).map { column -> DatabaseValue in
        guard lines.indices.contains(column + 1), let type = lines[column + 1].first else { return .null }
        let text = String(decoding: lines[column + 1].dropFirst(2), as: UTF8.self)
        return switch type {
        case UInt8(ascii: "i"): (Int64(text) ?? 1).databaseValue
        case UInt8(ascii: "d"): (Double(text) ?? 0.5).databaseValue
        case UInt8(ascii: "b"): Array(lines[column + 1].dropFirst(2)).withUnsafeBytes { Data($0).databaseValue }
        case UInt8(ascii: "n"): .null
        default: text.databaseValue
        }
    }
    try ledger.write(table) { database in
        try database.execute(sql: "DELETE FROM \(table)")
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        try database.execute(sql: "INSERT INTO \(table) VALUES (\(marks))", arguments: StatementArguments(values))
    }
    try place.read(ledger)
}

/// The tables of a ledger in memory, and who reads them.
private struct LedgerTables: Sendable {
    let ledger: Ledger
    let all: [(name: String, columns: Int, read: @Sendable (Ledger) throws -> Void)]

    static let one: LedgerTables = {
        do {
            let ledger = try Ledger(":memory:")
            return LedgerTables(
                ledger: ledger,
                all: try LedgerTable.all.map { table in
                    let columns = try ledger.read(table.name) { try $0.columns(in: table.name).count }
                    return (table.name, columns, reader(of: table.name))
                })
        } catch {
            fail("no ledger: \(error)")
        }
    }()

    private static func reader(of table: String) -> @Sendable (Ledger) throws -> Void {
        switch table {
        case "finding": { _ = try $0.findings() }
        case "anchor": { _ = try $0.anchors() }
        case "anchor_metric": { _ = try $0.anchorMetrics() }
        case "anchor_box": { _ = try $0.anchorBoxes() }
        case "image_loss": { _ = try $0.imageLosses() }
        case "box_loss": { _ = (try $0.boxLosses(ofImage: "a.png"), try $0.labels()) }
        case "prediction": { _ = try $0.predictions(ofImage: "a.png") }
        case "training_step": { _ = try $0.trainingSteps() }
        case "suspicion":
            { ledger in
                for row in try ledger.suspicions() { _ = row.suggestion }
            }
        case "decision":
            { ledger in
                let rows = try ledger.decisions()
                _ = (try DecisionFile.json(of: rows), SpotCheckEstimate(rows).interval)
                _ = Recalibration.recalibrated(try ledger.suspicions(), rows)
                for row in rows {
                    guard let decision = DecisionFile.Decision(row), DecisionCheck().problem(of: decision) == nil else {
                        continue
                    }
                    demand(decision.row(isApplied: true).id == row.id)
                }
            }
        default: fail("nobody reads the table \(table)")
        }
    }
}
