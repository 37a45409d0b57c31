import Foundation
import ReportServing
import Testing

@Suite(.serialized) struct ReportServerTests {
    private func answer(_ place: ServedPlace, _ bytes: [UInt8]) throws -> String { try place.answer(bytes) }

    @Test func thePageIsThereForItsOwnAddress() throws {
        let place = try ServedPlace()
        let page = try answer(place, place.request("GET \(place.path)"))
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.hasSuffix("<p>the page</p>\n"))
        #expect(page.contains("Cache-Control: no-store") && page.contains("X-Content-Type-Options: nosniff"))
        let known = try answer(place, place.request("GET \(place.path)decisions"))
        #expect(known.hasSuffix("\r\n{}"))
        place.server.stop()
        #expect(throws: (any Error).self) { try LoopbackClient(port: place.port) }
    }

    @Test func othersAreRefused() throws {
        let place = try ServedPlace()
        func status(_ bytes: [UInt8]) throws -> Int { try place.status(bytes) }
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
        #expect(try status(place.request("DELETE \(place.path)decisions")) == 405)
    }

    @Test(arguments: [
        ("Content-Length: -1\r\n", ""), ("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"),
        ("Content-Length: 9223372036854775808\r\n", ""), ("Content-Length: 1048577\r\n", ""),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Content-Length: 2\r\n", "{}"), ("Content-Length: 3\r\n", "\u{1b}\u{0}x"),
    ])
    func whatIsNoRequestIsAnswered(headers: String, body: String) throws {
        let place = try ServedPlace()
        let text = try answer(place, place.request("POST \(place.path)decisions", headers, body: body))
        #expect(text.hasPrefix("HTTP/1.1 400") || text.hasPrefix("HTTP/1.1 413"), "\(text)")
        #expect(try answer(place, place.request("GET \(place.path)")).hasPrefix("HTTP/1.1 200"))
    }

    @Test func aDecisionOfNothingSuspectedIsNotKept() throws {
        let place = try ServedPlace()
        let body = "{\"id\":\"0a\",\"decision\":\"reject\",\"image\":\"a.jpg\",\"line\":1,\"kind\":\"class\"}"
        let text = try answer(
            place, place.request("POST \(place.path)decisions", "Content-Length: \(body.utf8.count)\r\n", body: body))
        #expect(text.hasPrefix("HTTP/1.1 400") && text.contains("nobody suspects"))
    }

    @Test func aLargeHeadEndsAtOnce() throws {
        let place = try ServedPlace()
        let long = "A: " + String(repeating: "a", count: 1 << 20) + "\r\n"
        #expect(!(try answer(place, place.request("GET \(place.path)", long)).hasPrefix("HTTP/1.1 200")))
        #expect(try answer(place, place.request("GET \(place.path)")).hasPrefix("HTTP/1.1 200"))
    }
}
