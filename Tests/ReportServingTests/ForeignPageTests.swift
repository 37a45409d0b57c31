import Foundation
import Testing

/// Pages of elsewhere that send a browser here: by a name of their own that leads to this machine, or by a form.
@Suite(.serialized) struct ForeignPageTests {
    @Test func onlyTheHostsOfThisMachineAreTaken() throws {
        let place = try ServedPlace()
        let page = "GET \(place.path)"
        let port = place.port
        for host in [
            "evil.example", "evil.example:\(port)", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:\(port).",
            "127.0.0.1.:\(port)",
            "localhost", "localhost.:\(port)", "[::1]:\(port)", "[::ffff:127.0.0.1]:\(port)", "2130706433:\(port)",
            "127.1:\(port)", "0.0.0.0:\(port)", "x@127.0.0.1:\(port)", "127.0.0.1:\(port)/x", "",
        ] {
            let status = try place.status(place.request(page, host: host))
            #expect(status == 403 || status == 400, "\(host): \(status)")
        }
        #expect(try place.status(place.request(page, host: "LOCALHOST:\(port)")) == 200)
        #expect(try place.status(place.request(page, "Host: evil.example\r\n")) == 403)
        #expect(try place.status(Array("\(page) HTTP/1.0\r\n\r\n".utf8)) == 403)
    }

    @Test func onlyItsOwnOriginIsTaken() throws {
        let place = try ServedPlace()
        for origin in [
            "null", "http://evil.example", "https://\(place.host)", "http://127.0.0.1", "http://[::1]:\(place.port)",
            "http://localhost:\(place.port)", "http://\(place.host).evil.example", "http://\(place.host)/",
        ] {
            let post = place.request(
                "POST \(place.path)decisions", "Origin: \(origin)\r\nContent-Length: 2\r\n", body: "{}")
            #expect(try place.status(post) == 403, "\(origin)")
        }
        let own = "Origin: http://\(place.host)\r\n"
        #expect(try place.status(place.request("GET \(place.path)", own)) == 200)
        #expect(try place.status(place.request("GET \(place.path)", own + "Origin: http://evil.example\r\n")) == 403)
    }

    @Test func anAddressThatNamesItsHostIsHeldToIt() throws {
        let place = try ServedPlace()
        #expect(try place.status(place.request("GET http://\(place.host)\(place.path)")) == 200)
        #expect(try place.status(place.request("GET HTTP://\(place.host)\(place.path)")) == 200)
        for uri in [
            "http://evil.example\(place.path)", "http://evil.example:\(place.port)\(place.path)",
            "https://\(place.host)\(place.path)",
            "http://x@\(place.host)\(place.path)", "http://\(place.host)", "http://", "*",
        ] {
            let status = try place.status(place.request("GET \(uri)"))
            #expect(status == 403 || status == 400 || status == 404, "\(uri): \(status)")
        }
        #expect(try place.status(place.request("GET http://\(place.host)\(place.path)", host: "evil.example")) == 403)
    }
}
