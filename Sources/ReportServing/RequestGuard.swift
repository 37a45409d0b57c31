import CheckedNumbers
import NIOHTTP1

/// Who may ask: the page itself, on this machine, with the token that only the printed address tells.
struct RequestGuard: Sendable {
    /// The largest body that is read, in bytes.
    static let mostBytes = 1 << 20

    private let token: [UInt8]
    private let authorities: Set<String>

    /// - Parameter port: where the server listens.
    init(token: String, port: Int) {
        self.token = Array(token.utf8)
        // A page of elsewhere may point a name of its own at this machine; it cannot make a browser send one of these.
        authorities = ["127.0.0.1:\(port)", "localhost:\(port)"]
    }

    /// What is asked for, without the token; or the refusal.
    func admit(_ head: HTTPRequestHead) -> Result<String, Refusal> {
        let hosts = head.headers["host"]
        guard hosts.count == 1, authorities.contains(hosts[0].lowercased()) else {
            return .failure(Refusal(.forbidden, "this server has another name\n"))
        }
        guard head.headers["origin"].allSatisfy({ $0 == "http://" + hosts[0] }) else {
            return .failure(Refusal(.forbidden, "asked for by another page\n"))
        }
        if let length = head.headers["content-length"].first {
            guard let length = Int(length), (0...Self.mostBytes).contains(length) else {
                return .failure(Refusal(.payloadTooLarge, "too large\n"))
            }
        }
        let path = Array(head.uri.utf8)
        guard path.count >= token.count + 2, path[0] == UInt8(ascii: "/"),
            path[token.count + 1] == UInt8(ascii: "/"), isToken(path[1...token.count])
        else { return .failure(Refusal(.notFound, "nothing here\n")) }
        return .success(String(decoding: path[(token.count + 2)...], as: UTF8.self))
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
