import NIOCore
import NIOHTTP1

/// One connection: one request within its deadline and size, one answer, the end.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Answers what has been admitted, on a thread of its own.
    typealias Answering =
        @Sendable (_ loop: any EventLoop, _ method: HTTPMethod, _ name: String, _ body: [UInt8])
        -> EventLoopFuture<ReportResponder.Answer>

    /// How long a client may take.
    struct Deadlines: Sendable {
        /// To ask, from the first byte of the connection to the last of the body.
        var request = TimeAmount.seconds(10)
        /// To take the answer.
        var answer = TimeAmount.seconds(60)
        /// To end its side once the answer is on the way: closing before would lose an answer to what is still coming in.
        var end = TimeAmount.seconds(1)
    }

    private let admission: RequestGuard
    private let connections: OpenConnections
    private let deadlines: Deadlines
    private let answering: Answering
    private var deadline: Scheduled<Void>?
    private var request: (method: HTTPMethod, name: String)?
    private var body: [UInt8] = []
    private var isAnswered = false
    private var isEnding = false

    init(
        _ admission: RequestGuard, _ connections: OpenConnections, deadlines: Deadlines, answering: @escaping Answering
    ) {
        self.admission = admission
        self.connections = connections
        self.deadlines = deadlines
        self.answering = answering
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.add(context.channel)
        expect(within: deadlines.request, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(context.channel)
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            switch admission.admit(head) {
            case .success(let name): request = (head.method, name)
            case .failure(let refusal): refuse(refusal, head.method, context)
            }
        case .body(let part):
            guard body.count + part.readableBytes <= RequestGuard.mostBytes else {
                return refuse(Refusal(.payloadTooLarge, "too large\n"), .POST, context)
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let (method, name) = request else { return }
            isAnswered = true
            connections.hasAsked(context.channel)
            expect(within: deadlines.answer, context)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            answering(context.eventLoop, method, name, body).whenComplete { result in
                let (handler, context) = bound.value
                let failed = ReportResponder.Answer(.serviceUnavailable, "the server ends\n")
                handler.write((try? result.get()) ?? failed, method, context)
            }
        }
    }

    /// A client may end its side once it has asked; one that has not will not ask any more.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed, !isAnswered || isEnding {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// What is no HTTP is answered, unless it follows a request; whatever else goes wrong ends the connection.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        if !isAnswered { refuse(Refusal(.badRequest, "this is no HTTP\n"), .GET, context) }
    }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func refuse(_ refusal: Refusal, _ method: HTTPMethod, _ context: ChannelHandlerContext) {
        isAnswered = true
        expect(within: deadlines.answer, context)
        write(.init(refusal.status, refusal.text), method, context)
    }

    private func write(_ answer: ReportResponder.Answer, _ method: HTTPMethod, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let headers: HTTPHeaders = [
            "Content-Type": answer.type, "Content-Length": "\(answer.body.readableBytes)", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            let (handler, context) = bound.value
            handler.end(context)
        }
    }

    /// Ends our side, and all of it once the other side has ended or had the time to.
    private func end(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, !isEnding else { return }
        isEnding = true
        expect(within: deadlines.end, context)
        context.close(mode: .output, promise: nil)
    }
}
