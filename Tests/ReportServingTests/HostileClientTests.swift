import Foundation
import Testing

/// Clients that are malformed, oversized, slow or many: none ends the server, none holds others up.
@Suite(.serialized) struct HostileClientTests {
    /// Eight that never end their request, at every place where one can stop.
    private func slowClients(_ place: ServedPlace) throws -> [LoopbackClient] {
        let beginnings = [
            "", "G", "GET \(place.path) HT", "GET \(place.path) HTTP/1.1\r\nHost: ",
            "POST \(place.path)decisions HTTP/1.1\r\nHost: \(place.host)\r\nContent-Length: 100\r\n\r\n{",
            "POST \(place.path)decisions HTTP/1.1\r\nHost: \(place.host)\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "POST \(place.path)decisions HTTP/1.1\r\nHost: \(place.host)\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
            "\u{16}\u{3}\u{1}",
        ]
        return try beginnings.map { beginning in
            let client = try LoopbackClient(port: place.port)
            client.send(Array(beginning.utf8))
            return client
        }
    }

    @Test func slowClientsHoldNobodyUp() throws {
        let place = try ServedPlace(patience: 120)
        let slow = try slowClients(place)
        #expect(try place.answersOthersAtOnce())
        withExtendedLifetime(slow) {}
    }

    /// Nothing is sent any more: their deadline ends them.
    @Test func slowClientsComeToAnEnd() throws {
        let place = try ServedPlace(patience: 1)
        for client in try slowClients(place) {
            #expect(!String(decoding: client.rest(), as: UTF8.self).contains("200 OK"))
        }
        #expect(try place.answersOthersAtOnce())
    }

    /// The ones that have waited longest make room.
    @Test func fiveHundredIdleConnectionsHoldNobodyUp() throws {
        let place = try ServedPlace(patience: 120, most: 32)
        let idle = try (0..<500).map { _ in try LoopbackClient(port: place.port) }
        #expect(try place.answersOthersAtOnce())
        #expect(idle[0].rest().isEmpty && idle[400].rest().isEmpty)
        #expect(try place.answersOthersAtOnce())
    }

    @Test func manyAtOnceAreAllAnswered() throws {
        let place = try ServedPlace()
        let (bytes, port) = (place.request("GET \(place.path)decisions"), place.port)
        DispatchQueue.concurrentPerform(iterations: 200) { _ in
            let text = try? ServedPlace.answer(bytes, port: port)
            #expect(text?.hasSuffix("\r\n{}") == true)
        }
    }

    @Test func whoEndsOneSideIsStillAnswered() throws {
        let patience = 120
        let place = try ServedPlace(patience: patience)
        let asked = try LoopbackClient(port: place.port)
        asked.send(place.request("GET \(place.path)"))
        asked.endSending()
        #expect(String(decoding: asked.rest(), as: UTF8.self).hasSuffix("<p>the page</p>\n"))
        let silent = try LoopbackClient(port: place.port)
        silent.send(Array("GET \(place.path)".utf8))
        silent.endSending()
        let start = ContinuousClock.now
        #expect(!String(decoding: silent.rest(), as: UTF8.self).contains("200 OK"))
        #expect(ContinuousClock.now - start < .seconds(patience / 2))
    }

    /// What one server would read as one request, and another as two.
    @Test(arguments: [
        "Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2, 2\r\n", "Content-Length: +2\r\n",
        "Content-Length: 0x2\r\n", "Content-Length : 2\r\n", "Content-Length: 2\r\n Transfer-Encoding: chunked\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Content-Length: -2\r\n",
        "Content-Length: 18446744073709551618\r\n",
        "Content-Length: 1e1\r\n", "A: \u{0}\r\nContent-Length: 2\r\n",
    ])
    func requestsOfTwoReadingsAreNone(headers: String) throws {
        let place = try ServedPlace()
        let second = String(decoding: place.request("GET \(place.path)"), as: UTF8.self)
        let text = try place.answer(place.request("POST \(place.path)decisions", headers, body: "{}" + second))
        #expect(!text.contains("200 OK") && !text.contains("the page"), "\(text)")
        #expect(try place.answersOthersAtOnce())
    }

    @Test func bodiesEndAtTheirLimit() throws {
        let place = try ServedPlace()
        let long = String(repeating: " ", count: 70_000)
        let size = String(long.utf8.count, radix: 16)
        for (headers, body) in [
            ("Transfer-Encoding: chunked\r\n", "\(size)\r\n\(long)\r\n0\r\n\r\n"), ("Content-Length: 70000\r\n", long),
            ("Content-Length: 9999999999\r\n", ""), ("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n"),
            ("Transfer-Encoding: chunked\r\n", "-1\r\n"),
        ] {
            let status = try place.status(place.request("POST \(place.path)decisions", headers, body: body))
            #expect(status == 413 || status == 400, "\(headers): \(status)")
        }
        #expect(try place.answersOthersAtOnce())
    }

    @Test func whatIsNoHTTPIsNoRequest() throws {
        let place = try ServedPlace()
        let hello: [UInt8] =
            [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + (0..<512).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for bytes in [
            hello, Array("GET \(place.path)\r\n\r\n".utf8), Array("GET \(place.path) HTTP/0.9\r\n\r\n".utf8),
            Array("GET \(place.path) HTTP/3.0\r\n\r\n".utf8), Array("\r\n\r\n\r\n".utf8),
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
            [UInt8](repeating: 0, count: 4096), Array("GET / HTTP/1.1\nHost: x\n\n".utf8),
            Array("\u{FEFF}GET / HTTP/1.1".utf8),
        ] {
            let client = try LoopbackClient(port: place.port)
            client.send(bytes)
            client.endSending()
            #expect(!String(decoding: client.rest(), as: UTF8.self).contains("200 OK"))
        }
        #expect(try place.answersOthersAtOnce())
    }

    @Test func whatFollowsARequestIsNotRead() throws {
        let place = try ServedPlace()
        let page = place.request("GET \(place.path)")
        let text = try place.answer(page + Array("garbage\u{0}\r\n\r\n".utf8) + page)
        #expect(text.components(separatedBy: "HTTP/1.1").count == 2 && text.contains("the page"))
        #expect(try place.answersOthersAtOnce())
    }

    @Test func aHeadAloneIsSentWithoutThePage() throws {
        let place = try ServedPlace()
        let text = try place.answer(place.request("HEAD \(place.path)"))
        #expect(text.hasPrefix("HTTP/1.1 200") && text.contains("Content-Length: 16") && text.hasSuffix("\r\n\r\n"))
        #expect(try place.status(place.request("PUT \(place.path)")) == 405)
        #expect(try place.status(place.request("CONNECT \(place.host)")) != 200)
    }

    /// What a page is made anew is seen by the next who asks.
    @Test func aNewPageIsServed() throws {
        let place = try ServedPlace()
        #expect(try place.answer(place.request("GET \(place.path)")).hasSuffix("<p>the page</p>\n"))
        try place.folder.write("<p>another page</p>\n", to: "plan.assay/report.html")
        #expect(try place.answer(place.request("GET \(place.path)")).hasSuffix("<p>another page</p>\n"))
    }
}
