import AuditPlan
import AuditReport
import FileReading
import NIOHTTP1
import Synchronization

/// What the server answers: the page, its pictures, and decisions.
final class ReportResponder: Sendable {
    /// An answer in full.
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        var body: [UInt8]

        init(type: String, _ body: [UInt8]) {
            self.type = type
            self.body = body
        }

        init(_ status: HTTPResponseStatus, _ text: String) {
            self.status = status
            body = Array(text.utf8)
        }
    }

    private let folder: String
    private let decisions: Mutex<DecisionStore>

    /// - Throws: `FileError` where the plan's ledger cannot be read.
    init(_ plan: PlanFile, seed: UInt64) throws {
        folder = plan.outputFolder
        decisions = Mutex(try DecisionStore(plan, seed: seed))
    }

    /// - Parameter name: what is asked for, without the token.
    func answer(_ method: HTTPMethod, _ name: String, _ body: [UInt8]) -> Answer {
        do {
            switch (method, name) {
            case (.GET, ""):
                return Answer(
                    type: "text/html; charset=utf-8",
                    try FileReading.bytes(ofFile: folder + "/report.html", limit: 1 << 30))
            case (.GET, "decisions"):
                return Answer(
                    type: "application/json", Array(try decisions.withLock { try $0.waiting() }.utf8))
            case (.POST, "decisions"):
                try decisions.withLock { try $0.take(body) }
                return Answer(.ok, "kept\n")
            case (.GET, let name) where Self.isPicture(name):
                return Answer(type: "image/jpeg", try FileReading.bytes(ofFile: folder + "/" + name))
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
        return !number.isEmpty && number.utf8.allSatisfy { (48...57).contains($0) }
    }
}
