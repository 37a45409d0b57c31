import AuditPlan
import Foundation
import ReportServing
import TestSupport
import Testing

/// A server with a page and nothing suspected.
final class ServedPlace {
    let folder: TemporaryFolder
    let server: ReportServer
    let port: UInt16
    let path: String

    /// - Parameters:
    ///   - patience: seconds that a request may take.
    ///   - most: connections at a time.
    init(patience: Int = 1, most: Int = 64) throws {
        folder = try TemporaryFolder()
        try folder.write("path: .\ntrain: images\nval: images\nnc: 2\nnames: [a, b]\n", to: "data/data.yaml")
        let plan = try PlanFile.load(try folder.write("dataset: data/data.yaml\n", to: "plan.yaml"))
        try folder.write("<p>the page</p>\n", to: "plan.assay/report.html")
        server = try ReportServer(plan: plan, port: 0, seed: 0, patience: patience, most: most)
        let url = try #require(URL(string: server.url))
        port = UInt16(try #require(url.port))
        path = url.path + "/"
    }

    var host: String { "127.0.0.1:\(port)" }

    func request(_ line: String, _ headers: String = "", body: String = "", host: String? = nil) -> [UInt8] {
        Array("\(line) HTTP/1.1\r\nHost: \(host ?? self.host)\r\n\(headers)\r\n\(body)".utf8)
    }

    /// What comes back until the connection ends.
    func answer(_ bytes: [UInt8]) throws -> String { try Self.answer(bytes, port: port) }

    static func answer(_ bytes: [UInt8], port: UInt16) throws -> String {
        let client = try LoopbackClient(port: port)
        client.send(bytes)
        return String(decoding: client.rest(), as: UTF8.self)
    }

    /// Of an answer; 0 where there was none.
    func status(_ bytes: [UInt8]) throws -> Int {
        Int(try answer(bytes).split(separator: " ").dropFirst().first ?? "") ?? 0
    }

    /// Whether another client gets the page within half a second. The machine may do other work: one of ten is enough, and
    /// where others hold the server up none is.
    func answersOthersAtOnce() throws -> Bool {
        for _ in 0..<10 {
            let start = ContinuousClock.now
            guard try status(request("GET \(path)")) == 200 else { return false }
            if ContinuousClock.now - start < .milliseconds(500) { return true }
        }
        return false
    }
}
