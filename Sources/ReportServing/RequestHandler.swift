import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection: one request within its deadline and size, one answer, the end.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client may take to ask, and to take the answer.
    struct Deadlines: Sendable {
        var request = TimeAmount.seconds(10)
        var answer = TimeAmount.seconds(60)
    }

    private let admission: RequestGuard
    private let responder: ReportResponder
    private let workers: NIOThreadPool
    private let deadlines: Deadlines
    private var deadline: Scheduled<Void>?
    private var request: (method: HTTPMethod, name: String)?
    private var body: [UInt8] = []
    private var isAnswered = false

    /// - Parameter workers: one thread, so that the ledger is written in the order of arrival.
    init(_ admission: RequestGuard, _ responder: ReportResponder, workers: NIOThreadPool, deadlines: Deadlines) {
        self.admission = admission
        self.responder = responder
        self.workers = workers
        self.deadlines = deadlines
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: deadlines.request) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            switch admission.admit(head) {
            case .success(let name): request = (head.method, name)
            case .failure(let refusal): send(.init(refusal.status, refusal.text), context)
            }
        case .body(let part):
            guard body.count + part.readableBytes <= RequestGuard.mostBytes else {
                return send(.init(.payloadTooLarge, "too large\n"), context)
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let (method, name) = request else { return }
            isAnswered = true
            let (responder, body, loopBound) = (
                responder, body, NIOLoopBound((self, context), eventLoop: context.eventLoop)
            )
            workers.runIfActive(eventLoop: context.eventLoop) { responder.answer(method, name, body) }
                .whenSuccess { answer in
                    let (handler, context) = loopBound.value
                    handler.write(answer, context)
                }
        }
    }

    /// The parser's own answer is `400`; whatever else goes wrong ends the connection.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ answer: ReportResponder.Answer, _ context: ChannelHandlerContext) {
        isAnswered = true
        write(answer, context)
    }

    private func write(_ answer: ReportResponder.Answer, _ context: ChannelHandlerContext) {
        let channel = context.channel
        guard channel.isActive else { return }
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: deadlines.answer) { channel.close(promise: nil) }
        let headers: HTTPHeaders = [
            "Content-Type": answer.type, "Content-Length": "\(answer.body.count)", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
