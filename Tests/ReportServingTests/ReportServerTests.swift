import AuditPlan
import Foundation
import ReportServing
import TestSupport
import Testing

@Suite(.serialized) struct ReportServerTests {
    /// A server with a page and nothing suspected.
    private final class Place {
        let folder: TemporaryFolder
        let server: ReportServer
        let port: UInt16
        let path: String

        init() throws {
            folder = try TemporaryFolder()
            try folder.write("path: .\ntrain: images\nval: images\nnc: 2\nnames: [a, b]\n", to: "data/data.yaml")
            let plan = try PlanFile.load(try folder.write("dataset: data/data.yaml\n", to: "plan.yaml"))
            try folder.write("<p>the page</p>\n", to: "plan.assay/report.html")
            server = try ReportServer(plan: plan, port: 0, seed: 0, patience: 1)
            let url = try #require(URL(string: server.url))
            port = UInt16(try #require(url.port))
            path = url.path + "/"
        }

        func request(_ line: String, _ headers: String = "", body: String = "", host: String? = nil) -> [UInt8] {
            Array("\(line) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n\(headers)\r\n\(body)".utf8)
        }
    }

    /// What comes back until the connection ends.
    private func answer(_ place: Place, _ bytes: [UInt8]) throws -> String {
        let client = try LoopbackClient(port: place.port)
        client.send(bytes)
        return String(decoding: client.rest(), as: UTF8.self)
    }

    @Test func thePageIsThereForItsOwnAddress() throws {
        let place = try Place()
        let page = try answer(place, place.request("GET \(place.path)"))
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.hasSuffix("<p>the page</p>\n"))
        #expect(page.contains("Cache-Control: no-store") && page.contains("X-Content-Type-Options: nosniff"))
        let known = try answer(place, place.request("GET \(place.path)decisions"))
        #expect(known.hasSuffix("\r\n{}"))
        place.server.stop()
        #expect(throws: (any Error).self) { try LoopbackClient(port: place.port) }
    }

    @Test func othersAreRefused() throws {
        let place = try Place()
        func status(_ bytes: [UInt8]) throws -> Int {
            Int(try answer(place, bytes).split(separator: " ").dropFirst().first ?? "") ?? 0
        }
        let page = "GET \(place.path)"
        #expect(try status(place.request(page, host: "evil.example")) == 403)
        #expect(try status(place.request(page, "Origin: http://evil.example\r\n")) == 403)
        #expect(try status(place.request(page, "Origin: http://127.0.0.1:\(place.port)\r\n")) == 200)
        #expect(try status(place.request(page, host: "localhost:\(place.port)")) == 200)
        for wrong in ["/", "//", "/x/", String(place.path.dropLast(2)) + "/", place.path.replacing("/", with: "//")] {
            #expect(try status(place.request("GET \(wrong)")) == 404, "\(wrong)")
        }
        for name in ["../plan.yaml", "pictures/../report.html", "pictures/1.jpg/x", "pictures/.jpg"] {
            #expect(try status(place.request("GET \(place.path)\(name)")) == 404, "\(name)")
        }
        #expect(try status(place.request("DELETE \(place.path)decisions")) == 404)
    }

    @Test(arguments: [
        ("Content-Length: -1\r\n", ""), ("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"),
        ("Content-Length: 9223372036854775808\r\n", ""), ("Content-Length: 1048577\r\n", ""),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Content-Length: 2\r\n", "{}"), ("Content-Length: 3\r\n", "\u{1b}\u{0}x"),
    ])
    func whatIsNoRequestIsAnswered(headers: String, body: String) throws {
        let place = try Place()
        let text = try answer(place, place.request("POST \(place.path)decisions", headers, body: body))
        #expect(text.hasPrefix("HTTP/1.1 400") || text.hasPrefix("HTTP/1.1 413"), "\(text)")
        #expect(try answer(place, place.request("GET \(place.path)")).hasPrefix("HTTP/1.1 200"))
    }

    @Test func aDecisionOfNothingSuspectedIsNotKept() throws {
        let place = try Place()
        let body = "{\"id\":\"0a\",\"decision\":\"accept\",\"image\":\"a.jpg\",\"line\":1,\"kind\":\"class\"}"
        let text = try answer(
            place, place.request("POST \(place.path)decisions", "Content-Length: \(body.utf8.count)\r\n", body: body))
        #expect(text.hasPrefix("HTTP/1.1 400") && text.contains("nobody suspects"))
    }

    @Test func aLargeHeadEndsAtOnce() throws {
        let place = try Place()
        let long = "A: " + String(repeating: "a", count: 1 << 20) + "\r\n"
        #expect(!(try answer(place, place.request("GET \(place.path)", long)).hasPrefix("HTTP/1.1 200")))
        #expect(try answer(place, place.request("GET \(place.path)")).hasPrefix("HTTP/1.1 200"))
    }

    /// Eight clients that never end their request hold nobody up, and are sent away.
    @Test func slowClientsHoldNobodyUp() throws {
        let place = try Place()
        let slow = try (0..<8).map { _ in try LoopbackClient(port: place.port) }
        for client in slow { client.send(Array("GET \(place.path) HT".utf8)) }
        let start = ContinuousClock.now
        #expect(try answer(place, place.request("GET \(place.path)")).hasPrefix("HTTP/1.1 200"))
        #expect(ContinuousClock.now - start < .milliseconds(500))
        for client in slow { #expect(client.rest().isEmpty) }
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
