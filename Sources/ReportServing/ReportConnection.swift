import NIOCore
import NIOHTTP1
import NIOPosix

/// How a connection is read and answered, whatever carries it: the server's sockets, or a channel without any.
struct ReportConnection: Sendable {
    let admission: RequestGuard
    let connections: OpenConnections
    let deadlines: RequestHandler.Deadlines
    let answering: RequestHandler.Answering

    /// Puts the parser and the guards into a channel.
    func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        // One request a connection: what follows it is not read, and errors are the handler's.
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandler(
            RequestHandler(admission, connections, deadlines: deadlines, answering: answering))
    }
}
