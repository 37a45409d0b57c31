import AuditPlan
import FileReading
import Foundation
import Synchronization

/// Serves a plan's page to this machine alone, and writes decisions into the ledger as they are made.
///
/// Every address begins with a token that only the printed URL tells, so that no other page and no other user of the
/// machine can read or decide anything. One request at a time: the ledger is written in the order of arrival.
public final class ReportServer {
    /// Where the page is.
    public let url: String
    private let listener: Int32
    private let token: String
    private let plan: PlanFile
    private let ledger: Ledger

    /// The largest request that is read.
    private static let mostBytes = 1 << 20

    /// - Parameter port: 0 for any that is free.
    /// - Throws: `FileError` where the port is taken, or there is no report.
    public init(plan: PlanFile, port: UInt16) throws {
        self.plan = plan
        ledger = try Ledger(plan.ledgerPath)
        var generator = SystemRandomNumberGenerator()
        token = (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard listener >= 0, bound == 0, listen(listener, 16) == 0 else {
            throw FileError(
                file: "--port \(port)", message: "cannot be used: \(String(cString: strerror(errno)))",
                wayOut: "name another port, or 0 for any")
        }
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/\(token)/"
    }

    deinit { close(listener) }

    /// Serves until asked to stop.
    public func run(isCancelled: () -> Bool) {
        while !isCancelled() {
            var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, 200) > 0 else { continue }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            var patience = timeval(tv_sec: 5, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
            setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
            answer(connection)
            close(connection)
        }
    }

    private struct Request {
        var method: String
        var path: String
        var body: [UInt8]
    }

    private struct Response {
        var status: String
        var type = "text/plain; charset=utf-8"
        var body: [UInt8]

        init(_ status: String, _ text: String) { (self.status, body) = (status, Array(text.utf8)) }
        init(type: String, _ body: [UInt8]) { (status, self.type, self.body) = ("200 OK", type, body) }
    }

    private func answer(_ connection: Int32) {
        let response = Self.read(connection).map(respond) ?? Response("400 Bad Request", "not understood\n")
        let head = """
            HTTP/1.1 \(response.status)\r
            Content-Type: \(response.type)\r
            Content-Length: \(response.body.count)\r
            Cache-Control: no-store\r
            X-Content-Type-Options: nosniff\r
            Referrer-Policy: no-referrer\r
            Connection: close\r
            \r

            """
        let bytes = Array(head.utf8) + response.body
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        var bodyStart: Int?
        var length = 0
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            guard bytes.count <= mostBytes else { return nil }
            if bodyStart == nil, let end = bytes.firstRange(of: [13, 10, 13, 10]) {
                bodyStart = end.upperBound
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
                    length = Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
                }
            }
            guard let start = bodyStart, bytes.count - start >= length else { continue }
            let words =
                String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n").first?
                .split(separator: " ").map(String.init) ?? []
            guard words.count == 3 else { return nil }
            return Request(method: words[0], path: words[1], body: Array(bytes[start..<start + length]))
        }
    }

    private func respond(_ request: Request) -> Response {
        guard request.path.hasPrefix("/\(token)/") else { return Response("404 Not Found", "nothing here\n") }
        let name = String(request.path.dropFirst(token.count + 2))
        do {
            switch (request.method, name) {
            case ("GET", ""):
                return Response(
                    type: "text/html; charset=utf-8",
                    try FileReading.bytes(ofFile: plan.outputFolder + "/report.html", limit: 1 << 30))
            case ("GET", "decisions"):
                return Response(
                    type: "application/json",
                    Array(try DecisionFile.json(of: ledger.decisions().filter { !$0.isApplied }).utf8))
            case ("POST", "decisions"):
                try store(request.body)
                return Response("200 OK", "kept\n")
            case ("GET", let name) where Self.isPicture(name):
                return Response(type: "image/jpeg", try FileReading.bytes(ofFile: plan.outputFolder + "/" + name))
            default: return Response("404 Not Found", "nothing here\n")
            }
        } catch let error as any UserFacingError {
            return Response("400 Bad Request", error.description + "\n")
        } catch {
            return Response("500 Internal Server Error", "the ledger cannot be written\n")
        }
    }

    /// `pictures/` and a number, nothing else: no way out of the folder.
    private static func isPicture(_ name: String) -> Bool {
        guard name.hasPrefix("pictures/"), name.hasSuffix(".jpg") else { return false }
        let number = name.dropFirst(9).dropLast(4)
        return !number.isEmpty && number.utf8.allSatisfy { (48...57).contains($0) }
    }

    /// One decision, or the taking back of one (without `decision`).
    private func store(_ body: [UInt8]) throws {
        struct Taken: Decodable {
            var id: String
            var decision: String?
        }
        guard let taken = try? JSONDecoder().decode(Taken.self, from: Data(body)) else {
            throw FileError(file: "the request", message: "is no decision", wayOut: "load the page again")
        }
        guard taken.decision != nil else { return try ledger.removeDecision(taken.id) }
        let file = try DecisionFile.parse(
            Array("{\"format\":\"assay-decisions\",\"version\":1,\"decisions\":[".utf8) + body + Array("]}".utf8),
            file: "the request")
        try ledger.addDecisions(file.decisions.map { $0.row(isApplied: false) })
    }
}
