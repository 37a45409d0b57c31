import AuditPlan
import AuditReport
import FileReading
import NIOCore
import NIOHTTP1
import Synchronization

/// What the server answers: the page, its pictures, and decisions.
final class ReportResponder: Sendable {
    /// An answer in full.
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        var body: ByteBuffer

        init(type: String, _ body: ByteBuffer) {
            self.type = type
            self.body = body
        }

        init(_ status: HTTPResponseStatus, _ text: String) {
            self.status = status
            body = ByteBuffer(string: text)
        }
    }

    private let folder: String
    private let page: ServedPage
    private let decisions: Mutex<DecisionStore>

    /// - Throws: `FileError` where the plan's ledger cannot be read.
    init(_ plan: PlanFile, seed: UInt64) throws {
        folder = plan.outputFolder
        page = ServedPage(folder + "/report.html")
        decisions = Mutex(try DecisionStore(plan, seed: seed))
    }

    /// - Parameter name: what is asked for, without the token.
    func answer(_ method: HTTPMethod, _ name: String, _ body: [UInt8]) -> Answer {
        do {
            switch (method == .HEAD ? .GET : method, name) {
            case (.GET, ""): return Answer(type: "text/html; charset=utf-8", try page.contents())
            case (.GET, "decisions"):
                return Answer(
                    type: "application/json", ByteBuffer(string: try decisions.withLock { try $0.waiting() }))
            case (.POST, "decisions"):
                try decisions.withLock { try $0.take(body) }
                return Answer(.ok, "kept\n")
            case (.GET, let name) where Self.isPicture(name):
                let bytes = try FileReading.bytes(ofFile: folder + "/" + name, limit: 64 << 20)
                return Answer(type: "image/jpeg", ByteBuffer(bytes: bytes))
            default: return Answer(.notFound, "nothing here\n")
            }
        } catch let error as any UserFacingError {
            return Answer(.badRequest, error.description + "\n")
        } catch {
            return Answer(.internalServerError, "the ledger cannot be written\n")
        }
    }

    /// `pictures/` and a number, nothing else: no way out of the folder.
    static func isPicture(_ name: String) -> Bool {
        guard name.hasPrefix("pictures/"), name.hasSuffix(".jpg") else { return false }
        let number = name.dropFirst(9).dropLast(4)
        return (1...9).contains(number.utf8.count) && number.utf8.allSatisfy { (48...57).contains($0) }
    }
}
