import NIOCore
import NIOHTTP1

/// One connection: one request within its deadline and size, one answer, the end.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client may take to ask, and to take the answer.
    struct Deadlines: Sendable {
        var request = TimeAmount.seconds(10)
        var answer = TimeAmount.seconds(60)
    }

    /// Answers a method, what is asked for and a body, on whatever thread it likes.
    typealias Answering = (HTTPMethod, String, [UInt8], any EventLoop) -> EventLoopFuture<ReportResponder.Answer>

    private let admission: RequestGuard
    private let answering: Answering
    private let deadlines: Deadlines
    private var deadline: Scheduled<Void>?
    private var request: (method: HTTPMethod, name: String)?
    private var body: [UInt8] = []
    private var isAnswered = false

    init(_ admission: RequestGuard, deadlines: Deadlines, answering: @escaping Answering) {
        self.admission = admission
        self.deadlines = deadlines
        self.answering = answering
    }

    /// Everything between a connection's bytes and its answers.
    static func serve(_ channel: any Channel, _ handler: RequestHandler) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        try pipeline.addHandler(handler)
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
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            answering(method, name, body, context.eventLoop).whenSuccess { answer in
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
