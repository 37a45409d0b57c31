import CheckedNumbers
import NIOHTTP1

/// Who may ask: the page itself, on this machine, with the token that only the printed address tells.
struct RequestGuard: Sendable {
    /// The largest body that is read, in bytes: one decision is a thousand.
    static let mostBytes = 1 << 16

    private let token: [UInt8]
    private let authorities: Set<String>

    /// - Parameter port: where the server listens.
    init(token: String, port: Int) {
        self.token = Array(token.utf8)
        // A page of elsewhere may point a name of its own at this machine; it cannot make a browser send one of these.
        // There is no listener on the address of IPv6, so that no name of it is ours.
        authorities = ["127.0.0.1:\(port)", "localhost:\(port)"]
    }

    /// What is asked for, without the token; or the refusal.
    func admit(_ head: HTTPRequestHead) -> Result<String, Refusal> {
        let hosts = head.headers["host"].map { $0.lowercased() }
        guard hosts.count == 1, authorities.contains(hosts[0]), let path = path(head.uri, host: hosts[0]) else {
            return .failure(Refusal(.forbidden, "this server has another name\n"))
        }
        guard head.headers["origin"].allSatisfy({ $0.lowercased() == "http://" + hosts[0] }) else {
            return .failure(Refusal(.forbidden, "asked for by another page\n"))
        }
        if let length = head.headers["content-length"].first {
            guard let length = Int(length), (0...Self.mostBytes).contains(length) else {
                return .failure(Refusal(.payloadTooLarge, "too large\n"))
            }
        }
        guard path.count >= token.count + 2, path[token.count + 1] == UInt8(ascii: "/"), isToken(path[1...token.count])
        else { return .failure(Refusal(.notFound, "nothing here\n")) }
        guard [.GET, .HEAD, .POST].contains(head.method) else {
            return .failure(Refusal(.methodNotAllowed, "only GET, HEAD and POST\n"))
        }
        return .success(String(decoding: path[(token.count + 2)...], as: UTF8.self))
    }

    /// What follows the authority, where there is one: `http://127.0.0.1:1234/…` is asked of a proxy, and of us where it
    /// names the same host as the header. Nil where it names another, or is no path.
    private func path(_ uri: String, host: String) -> [UInt8]? {
        let scheme = "http://"
        var rest = Array(uri.utf8)[...]
        if uri.utf8.count > scheme.utf8.count, uri.prefix(scheme.count).lowercased() == scheme {
            rest = rest.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") }
            guard String(decoding: authority, as: UTF8.self).lowercased() == host else { return nil }
            rest = rest[authority.endIndex...]
        }
        return rest.first == UInt8(ascii: "/") ? Array(rest) : nil
    }

    /// Takes as long for every answer, so that nobody learns how many digits were right.
    private func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 && bytes.count == token.count
    }
}

/// A short answer that says no.
struct Refusal: Error {
    let status: HTTPResponseStatus
    let text: String

    init(_ status: HTTPResponseStatus, _ text: String) {
        self.status = status
        self.text = text
    }
}
