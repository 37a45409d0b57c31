import Synchronization

/// One place a result, written once by whichever thread took the index.
final class ResultSlots<Value: Sendable>: Sendable {
    private let values: Mutex<[Value?]>
    init(_ count: Int) { values = Mutex(Array(repeating: nil, count: count)) }
    func store(_ value: Value, _ index: Int) { values.withLock { $0[index] = value } }
    func take() -> [Value] { values.withLock { $0.compactMap(\.self) } }
    func all() -> [Value?] { values.withLock { $0 } }
}
